import { parseDirectRunId } from '@compozy/core';
import type { ApiDependencies, ApiStore, RunReference } from './api-dependencies.js';
import { ApiProblem } from './problem.js';

/** Executions of one kind below `/executions`: those of workflows are all, those of tasks are of tasks that run alone. */
export type ExecutionKind = 'workflows' | 'tasks';

/** @throws `Api.NotFound`. */
export async function findExecution(
  { runs, project }: ApiDependencies,
  execId: string,
  kind: ExecutionKind = 'workflows',
): Promise<RunReference> {
  const run = await runs.find(execId);
  const isOfKind = kind === 'workflows' || (run !== undefined && parseDirectRunId(run.workflowId)?.kind === 'task');
  if (run !== undefined && isOfKind) return run;
  const what = kind === 'workflows' ? 'execution' : 'execution of a task';
  throw new ApiProblem('Api.NotFound', `Project "${project.name}" has no ${what} "${execId}"`);
}

/** @throws `Api.NotConfigured` saying what needs it. */
export function storeOf({ store }: ApiDependencies, need: string): ApiStore {
  if (store !== undefined) return store;
  throw new ApiProblem('Api.NotConfigured', `This server has no store, and ${need} are kept there`);
}
