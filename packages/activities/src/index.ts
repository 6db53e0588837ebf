export { createActivities, type ActivitiesOptions } from './create-activities.js';
export { createPatience, type Patience, type PatienceOptions } from './create-patience.js';
export { engineActivity, toApplicationFailure, type ActivityRun } from './engine-activity.js';
export { runItems } from './run-items.js';
export { runTool, type RunToolOptions, type ToolLog } from './run-tool.js';
export { createProjectMask, createSecretMask, type SecretMask } from './secret-mask.js';
export { toWorkflowRecord, writeRun, type RunStore } from './record-run.js';
