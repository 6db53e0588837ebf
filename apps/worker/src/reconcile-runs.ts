import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { isTerminal, type RunView, type Store, type WorkflowRecord } from '@compozy/core';
import { writeRun, type SecretMask } from '@compozy/activities';
import { readEnd } from './run-handle.js';

const PAGE = 200;

export interface RunReconcilerOptions {
  readonly client: Client;
  readonly project: string;
  /** Names this process, for the lease that one of many has. */
  readonly instance: string;
  readonly store: Pick<Store, 'workflows' | 'tasks' | 'leases'>;
  readonly mask: () => SecretMask;
  /** 30,000 ms by default. */
  readonly intervalMs?: number;
  /** Rows that were written in this time are left alone; 30,000 ms by default. */
  readonly settleMs?: number;
  /** Hears of a store or a server that does not answer. The reconciler goes on. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Makes up for what was not written: a run that ended while the store was down, that was terminated or timed out in
 * Temporal, or that Temporal has forgotten. What it writes is the end of a run; open runs are asked themselves.
 */
export interface RunReconciler {
  start(): void;
  stop(): Promise<void>;
  /** One pass over the open rows; gives the execution ids that it closed. Nothing while another process is at it. */
  reconcile(): Promise<readonly string[]>;
}

export function createRunReconciler(options: RunReconcilerOptions): RunReconciler {
  const { client, project, instance, store, mask } = options;
  const { intervalMs = 30_000, settleMs = 30_000, onError = () => undefined } = options;
  let timer: NodeJS.Timeout | undefined;
  let pass: Promise<unknown> = Promise.resolve();
  const stopping = new AbortController();

  async function reconcile(): Promise<readonly string[]> {
    if (!(await store.leases.acquire(`reconcile:${project}`, instance, intervalMs * 2))) return [];
    const closed: string[] = [];
    const before = new Date(Date.now() - settleMs).toISOString();
    let rows = await store.workflows.listOpen(project, before, PAGE);
    while (rows.length > 0 && !stopping.signal.aborted) {
      for (const row of rows) if (await close(row)) closed.push(row.workflowExecId);
      rows = rows.length < PAGE ? [] : await store.workflows.listOpen(project, before, PAGE, rows.at(-1)!);
    }
    return closed;
  }

  async function close(row: WorkflowRecord): Promise<boolean> {
    const ended = await endOf(row);
    if (ended === undefined || !isTerminal(ended.view.status)) return false;
    const { temporalWorkflowId, trigger, input, startedAt } = row;
    const at = ended.view.ended_at ?? ended.at;
    const view = { ...ended.view, input, started_at: startedAt };
    const version = row.version + 1;
    return await writeRun({ project, temporalWorkflowId, trigger, version, at, view }, store, mask());
  }

  /** The end of a run, or `undefined` while it goes on. */
  async function endOf(row: WorkflowRecord): Promise<{ readonly view: RunView; readonly at: string } | undefined> {
    const handle = client.workflow.getHandle(row.temporalWorkflowId);
    try {
      const { status, closeTime } = await handle.describe();
      if (status.name === 'RUNNING' || status.name === 'PAUSED' || status.name === 'CONTINUED_AS_NEW') return undefined;
      const view = await readEnd(handle, row);
      return { view, at: (closeTime ?? new Date()).toISOString() };
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      return { view: forgotten(row), at: new Date().toISOString() };
    }
  }

  function next(): void {
    timer = setTimeout(() => {
      pass = reconcile()
        .catch(onError)
        .finally(() => {
          if (!stopping.signal.aborted) next();
        });
    }, intervalMs);
    timer.unref();
  }

  return {
    reconcile,
    start: next,
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await pass;
      await store.leases.release(`reconcile:${project}`, instance).catch(onError);
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
