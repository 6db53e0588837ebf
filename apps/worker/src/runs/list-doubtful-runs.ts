import type { Client } from '@temporalio/client';
import type { Store, WorkflowRecord } from '@compozy/core';
import { DISPATCHER_WORKFLOW_TYPE } from '@compozy/dispatcher';
import { readRunInput } from './read-run-input.js';

export interface DoubtfulRunsOptions {
  readonly client: Client;
  readonly project: string;
  readonly taskQueue: string;
  readonly store: Pick<Store, 'workflows'>;
}

export interface DoubtfulRun {
  readonly row: WorkflowRecord;
  /** The store has a row of it. */
  readonly isKnown: boolean;
}

/**
 * Runs of the project whose rows may not be what Temporal knows: those that were terminated or timed out since `from`
 * and have none; with `all`, every one that is open or ended since then, with the row that it has or one to begin with.
 */
export async function* listDoubtfulRuns(
  { client, project, taskQueue, store }: DoubtfulRunsOptions,
  { from, all }: { readonly from: string; readonly all: boolean },
): AsyncGenerator<DoubtfulRun> {
  const ended = `CloseTime >= "${from}"`;
  const which = all
    ? `(ExecutionStatus = "Running" OR ${ended})`
    : `ExecutionStatus IN ("Terminated", "TimedOut") AND ${ended}`;
  const query = `TaskQueue = "${taskQueue}" AND WorkflowType != "${DISPATCHER_WORKFLOW_TYPE}" AND ${which}`;
  for await (const { workflowId: temporalWorkflowId, type, status, startTime, memo } of client.workflow.list({
    query,
  })) {
    // Started by somebody else, it is known by name only once a worker took it; its rows are written by that one.
    const execId = memo?.['compozy_exec_id'];
    if (status.name === 'CONTINUED_AS_NEW' || typeof execId !== 'string' || memo?.['compozy_project'] !== project)
      continue;
    const known = await store.workflows.get(execId);
    if (known !== undefined) {
      if (all) yield { row: known, isKnown: true };
      continue;
    }
    const input = await readRunInput(client, temporalWorkflowId);
    const startedAt = startTime.toISOString();
    const row: WorkflowRecord = {
      workflowExecId: execId,
      workflowId: input?.workflow_id ?? type,
      project,
      temporalWorkflowId,
      status: 'PENDING',
      version: 0,
      input: input?.input ?? null,
      output: null,
      error: null,
      trigger: input?.trigger ?? { type: 'api' },
      usage: {},
      startedAt,
      updatedAt: startedAt,
      endedAt: null,
    };
    yield { row, isKnown: false };
  }
}
