import type { Client } from '@temporalio/client';
import type { RunRecording, Store, WorkflowRecord } from '@compozy/core';
import type { SecretMask } from '@compozy/activities';
import { listDoubtfulRuns } from './list-doubtful-runs.js';
import { createMissedEvents } from './missed-events.js';
import { createMissedRuns } from './missed-runs.js';
import { readReconciledMark, writeReconciledMark, type ReconciledMark } from './reconciled-mark.js';
import { createRunSettler } from './settle-run.js';
import { isAway } from './is-away.js';

const PAGE = 200;
/** The clock of this host and that of Temporal may differ by so much. */
const CLOCKS_APART_MS = 10 * 60_000;
/** After more than one interval and a half, a pass has failed, or somebody who made them has died. */
const PASSES_MISSED = 1.5;

export interface RunReconcilerOptions {
  readonly client: Client;
  readonly project: string;
  readonly taskQueue: string;
  /** Names this process, for the lease that one of many has. */
  readonly instance: string;
  readonly store: Pick<Store, 'workflows' | 'tasks' | 'events' | 'leases' | 'heartbeats'>;
  readonly mask: () => SecretMask;
  /** Throws where the rows are not of this Temporal: then they are left alone. */
  readonly checkNamespace?: () => Promise<void>;
  /** 30,000 ms by default. */
  readonly intervalMs?: number;
  /** Rows that were written in this time are left alone; 30,000 ms by default. */
  readonly settleMs?: number;
  /** How soon a store that was down is tried again; 2,000 ms by default. */
  readonly retryMs?: number;
  /** Rows of what ended before are removed, and not made again; by default they are kept for ever. */
  readonly keepMs?: number;
  /** Hears of a store or a server that does not answer. The reconciler goes on. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Makes up for what was not written: a run that began or ended while the store was down, that was terminated or timed
 * out in Temporal, or that Temporal has forgotten; and the events that started such runs.
 */
export interface RunReconciler {
  start(): void;
  stop(): Promise<void>;
  /** A row that this process could not write: it does so when the store is back, without waiting for a pass. */
  noteMissed(recording: RunRecording): void;
  /**
   * One pass: over the open rows, and over the runs that Temporal has and the store has not. Gives the execution ids of
   * the rows that it closed or made. Nothing while another process is at it. @throws what `checkNamespace` throws.
   */
  reconcile(): Promise<readonly string[]>;
}

/** Does nothing until `start`, or `reconcile`, is called. */
export function createRunReconciler(options: RunReconcilerOptions): RunReconciler {
  const { client, project, taskQueue, instance, store, mask } = options;
  const { intervalMs = 30_000, settleMs = 30_000, retryMs, keepMs = Infinity, onError = () => undefined } = options;
  const { checkNamespace = async () => undefined } = options;
  let timer: NodeJS.Timeout | undefined;
  let pass: Promise<unknown> = Promise.resolve();
  const stopping = new AbortController();
  const { close, settle } = createRunSettler({ client, project, store, mask, mayForget: checkNamespace });
  const missed = createMissedRuns({ store, settle, ...(retryMs === undefined ? {} : { retryMs }) });
  let passed: ReconciledMark | undefined;

  async function reconcile(): Promise<readonly string[]> {
    await checkNamespace();
    if (!(await store.leases.acquire(`reconcile:${project}`, instance, intervalMs * 2))) return [];
    const now = Date.now();
    const last = await lastPass();
    const alive = await store.heartbeats.listAlive(`dispatcher-${project}-`);
    const hosts = Object.fromEntries(alive.map(({ id, at }) => [id, at]));
    const gone = Object.entries(last?.hosts ?? {}).filter(([id]) => hosts[id] === undefined);
    const added = async () =>
      last === undefined
        ? []
        : await addUnknownRuns(
            now,
            last.at,
            gone.map(([, at]) => Date.parse(at)),
          );
    const written = [...(await closeOpenRows(now)), ...(await added())];
    passed = { at: now, hosts };
    // What this process knows to be missing must be found by the next one, should it die before it is made up for.
    if (missed.size === 0 && !stopping.signal.aborted) {
      await writeReconciledMark(project, store.heartbeats, passed);
    }
    return written;
  }

  async function closeOpenRows(now: number): Promise<readonly string[]> {
    const closed: string[] = [];
    const before = new Date(now - settleMs).toISOString();
    let rows = await store.workflows.listOpen(project, before, PAGE);
    // Thousands may wait for days: those that a list shows as running need not be asked for one by one.
    const running = rows.length < PAGE ? undefined : await listRunning();
    while (rows.length > 0 && !stopping.signal.aborted) {
      const doubtful = rows.filter((row) => running?.(row) !== true);
      for (const row of doubtful) {
        await attempt(async () => {
          if (await close(row)) closed.push(row.workflowExecId);
        });
      }
      rows = rows.length < PAGE ? [] : await store.workflows.listOpen(project, before, PAGE, rows.at(-1)!);
    }
    return closed;
  }

  /** One run that cannot be written does not hold up the others; a store that is down ends the pass. */
  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isAway(error)) throw error;
      onError(error);
    }
  }

  /** Says of a row whether its run is known to go on. */
  async function listRunning(): Promise<(row: WorkflowRecord) => boolean> {
    const open = new Map<string, { readonly execId: unknown; readonly startedAt: number }>();
    const query = `TaskQueue = "${taskQueue}" AND ExecutionStatus = "Running"`;
    for await (const { workflowId, memo, startTime } of client.workflow.list({ query }))
      open.set(workflowId, { execId: memo?.['compozy_exec_id'], startedAt: startTime.getTime() });
    return ({ temporalWorkflowId, workflowExecId, startedAt }) => {
      const found = open.get(temporalWorkflowId);
      // What began after the run of the row continues it, or is another one with its Workflow Id.
      return found?.execId === workflowExecId || (found?.startedAt ?? Infinity) <= Date.parse(startedAt);
    };
  }

  /** The newest pass of this process, or of whoever made the passes before. */
  async function lastPass(): Promise<ReconciledMark | undefined> {
    const mark = await readReconciledMark(project, store.heartbeats);
    return passed !== undefined && passed.at >= (mark?.at ?? 0) ? passed : mark;
  }

  async function addUnknownRuns(now: number, since: number, gone: readonly number[]): Promise<readonly string[]> {
    const added: string[] = [];
    const missedSince = Math.min(since, ...gone) - settleMs - CLOCKS_APART_MS;
    const from = new Date(Math.max(missedSince, now - keepMs)).toISOString();
    // Nobody was there, or nobody could write, or a host is gone: who should have noted what is missing may be dead.
    const all = gone.length > 0 || now - since > PASSES_MISSED * intervalMs;
    const events = createMissedEvents(store);
    for await (const { row, isKnown } of listDoubtfulRuns({ client, project, taskQueue, store }, { from, all })) {
      if (stopping.signal.aborted) break;
      await events.add(row);
      if (isKnown) continue;
      await attempt(async () => {
        if (await settle(row)) added.push(row.workflowExecId);
      });
    }
    await events.write();
    return added;
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
    noteMissed: missed.note,
    start: next,
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await Promise.all([pass, missed.stop()]);
      await store.leases.release(`reconcile:${project}`, instance).catch(onError);
    },
  };
}
