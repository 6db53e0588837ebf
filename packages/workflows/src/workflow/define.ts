export { defineEngineWorkflow, type EngineWorkflowOptions } from './define-engine-workflow.js';
export type { StepObserver } from './run-plan.js';
