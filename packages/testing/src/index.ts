export { createActivityGate, type ActivityGate } from './activity-gate.js';
export { replayTrace } from './replay-trace.js';
export { runScenarioOnServer, type ScenarioServer, type ServerRun } from './run-scenario-on-server.js';
