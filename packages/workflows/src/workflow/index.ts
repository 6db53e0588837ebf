import { defineEngineWorkflow } from './define-engine-workflow.js';

export { defineEngineWorkflow, type EngineWorkflowOptions } from './define-engine-workflow.js';
export type { StepObserver } from './run-plan.js';

/** For clients that name the workflow in the input instead of in the type. */
export const CompozyWorkflow = defineEngineWorkflow();

/** Serves every YAML workflow under its own id as the Temporal workflow type. */
export default CompozyWorkflow;
