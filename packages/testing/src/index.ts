export { createActivityGate, type ActivityGate } from './activity-gate.js';
export { runScenarioOnServer, type ScenarioServer } from './run-scenario-on-server.js';
