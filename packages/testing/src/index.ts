export { createActivityGate, type ActivityGate } from './activity-gate.js';
export { createTestActivities, type TestActivities, type TestActivitiesOptions } from './create-test-activities.js';
export { createTestServer, type TestServer } from './create-test-server.js';
export { createTestWorker, type TestWorker, type TestWorkerOptions } from './create-test-worker.js';
export { replayTrace } from './replay-trace.js';
export { runScenarioOnServer, type ScenarioServer, type ServerRun } from './run-scenario-on-server.js';
export type { ProjectUnderTest } from './test-project.js';
