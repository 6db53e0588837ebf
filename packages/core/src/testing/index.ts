export { canonicalJson } from '../schema/canonical-json.js';
export { describeBlobStore, type BlobStoreContract, type ContractRunner } from './describe-blob-store.js';
export { describeStore } from './describe-store.js';
export type { StoreContract } from './store-contract/store-contract.js';
export { runScenario, type ScenarioRun } from './run-scenario.js';
export { createScenarioMemory } from './scenario-memory.js';
export { createScenarioProject, type ScenarioProject } from './scenario-project.js';
export { readScenario, type Scenario, type ScenarioStep } from './scenario.js';
export { toTraceEntry, withoutRunValues, type TraceEntry } from './trace.js';
