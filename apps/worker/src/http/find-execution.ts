import type { ApiDependencies, ApiStore, RunReference } from './api-dependencies.js';
import { ApiProblem } from './problem.js';

/** @throws `Api.NotFound`. */
export async function findExecution({ runs, project }: ApiDependencies, execId: string): Promise<RunReference> {
  const run = await runs.find(execId);
  if (run !== undefined) return run;
  throw new ApiProblem('Api.NotFound', `Project "${project.name}" has no execution "${execId}"`);
}

/** @throws `Api.NotConfigured` saying what needs it. */
export function storeOf({ store }: ApiDependencies, need: string): ApiStore {
  if (store !== undefined) return store;
  throw new ApiProblem('Api.NotConfigured', `This server has no store, and ${need} are kept there`);
}
