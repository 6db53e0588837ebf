export { DispatcherWorkflow } from './dispatcher-workflow.js';
