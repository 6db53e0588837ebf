import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { isTerminal, RUN_QUERY, type RunView, type WorkflowRecord } from '@compozy/core';
import { writeRun, type RunStore, type SecretMask } from '@compozy/activities';
import { describeExecution } from './describe-execution.js';
import { readTaskRows } from './read-task-rows.js';
import { readEnd, withEnd } from './run-handle.js';

/** A query needs a worker; what cannot be asked now is asked later. */
const QUERY_TIMEOUT_MS = 5_000;

export interface RunSettlerOptions {
  readonly client: Client;
  readonly project: string;
  readonly store: RunStore;
  readonly mask: () => SecretMask;
  /** Throws where Temporal may not say that a run is not there any more. */
  readonly mayForget: () => Promise<void>;
}

/** Writes rows by what Temporal says of their runs. @throws what the store and Temporal throw. */
export interface RunSettler {
  /** Whether the run has ended, and the row says so now. */
  close(row: WorkflowRecord): Promise<boolean>;
  /** Brings the row to where the run stands, open or ended; false when nobody can tell now. */
  settle(row: WorkflowRecord): Promise<boolean>;
}

export function createRunSettler({ client, project, store, mask, mayForget }: RunSettlerOptions): RunSettler {
  const write = async (row: WorkflowRecord, view: RunView, version: number, at: string) => {
    const { temporalWorkflowId, trigger, startedAt } = row;
    const ended = isTerminal(view.status);
    const known = ended && Object.keys(view.tasks).length === 0 ? await readTaskRows(store, row.workflowExecId) : {};
    const input = view.input ?? row.input;
    // Temporal says when the latest of the runs began that continued each other, the run itself when the first did.
    const shown = { ...withEnd(view, at, known), input, started_at: view.started_at ?? startedAt };
    return await writeRun({ project, temporalWorkflowId, trigger, version, at, view: shown }, store, mask());
  };

  /** Asked after Temporal: meanwhile it may have become another one. */
  async function forget(row: WorkflowRecord): Promise<{ readonly view: RunView; readonly at: string }> {
    await mayForget();
    return { view: forgotten(row), at: new Date().toISOString() };
  }

  /** The end of a run, or `undefined` while it goes on. */
  async function endOf(row: WorkflowRecord): Promise<{ readonly view: RunView; readonly at: string } | undefined> {
    const description = await describeExecution(client, row);
    if (description === undefined) return await forget(row);
    const { status, runId, closeTime } = description;
    if (status.name === 'RUNNING' || status.name === 'PAUSED' || status.name === 'CONTINUED_AS_NEW') return undefined;
    try {
      // Of that run: meanwhile another one may have begun under the same Workflow Id, and nobody knows when it ends.
      const view = await readEnd(client.workflow.getHandle(row.temporalWorkflowId, runId), row);
      return { view, at: (closeTime ?? new Date()).toISOString() };
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      return await forget(row);
    }
  }

  async function closeAt(row: WorkflowRecord, version: number): Promise<{ readonly wrote: boolean } | undefined> {
    const ended = await endOf(row);
    if (ended === undefined || !isTerminal(ended.view.status)) return undefined;
    return { wrote: await write(row, ended.view, version, ended.view.ended_at ?? ended.at) };
  }

  return {
    close: async (row) => (await closeAt(row, row.version + 1))?.wrote ?? false,

    async settle(row) {
      if ((await closeAt(row, row.version + 1)) !== undefined) return true;
      const handle = client.workflow.getHandle(row.temporalWorkflowId);
      const view = await client
        .withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => handle.query<RunView | null>(RUN_QUERY))
        .catch(() => null);
      // It may have ended meanwhile.
      if (view === null || isTerminal(view.status)) return false;
      // Whatever the run writes itself from here on is newer than what was missed.
      await write(row, view, row.version, new Date().toISOString());
      return true;
    },
  };
}

function forgotten(row: WorkflowRecord): RunView {
  return {
    workflow_id: row.workflowId,
    workflow_exec_id: row.workflowExecId,
    status: 'FAILED',
    input: row.input,
    output: null,
    error: { code: 'Run.Forgotten', message: 'Temporal no longer knows the run, and nobody wrote how it ended' },
    tasks: {},
    usage: {},
    started_at: row.startedAt,
    ended_at: null,
  };
}
