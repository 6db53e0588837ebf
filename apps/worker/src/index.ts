export { createWorker, type CompozyWorker, type TriggerOptions, type WorkerOptions } from './create-worker.js';
export { connect, type TemporalSettings } from './connection.js';
export { createExecId } from './exec-id.js';
export { createProjectHost, type ProjectHost } from './project-host.js';
export type { ToolFunctions } from './project-tools.js';
export { createRunHandle, type RunHandle } from './run-handle.js';
export { bundleWorkflows } from './workflow-bundle.js';
