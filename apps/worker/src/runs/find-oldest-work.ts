import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Store } from '@compozy/core';
import { DISPATCHER_WORKFLOW_TYPE, STATUS_QUERY, type DispatcherStatus } from '@compozy/dispatcher';
import { describeRun } from './describe-run.js';

const PAGE = 200;
/** A query needs a worker; who cannot be asked now is asked at the next look. */
const QUERY_TIMEOUT_MS = 5_000;
/** Every open row was written before. */
const ALWAYS = '9999-01-01T00:00:00.000Z';

export interface OldestWorkOptions {
  readonly client: Client;
  readonly project: string;
  readonly taskQueue: string;
  readonly store: Pick<Store, 'workflows'>;
}

/** What a look at Temporal found, all in milliseconds since 1970. */
export interface OldestWork {
  /** When the look began. */
  readonly at: number;
  /** When the oldest open run began that the store has no open row of; 0 when nobody can tell, `Infinity` for none. */
  readonly unknownSince: number;
  /** When the oldest event was accepted that a dispatcher still has; 0 when nobody can tell, `Infinity` for none. */
  readonly pendingSince: number;
  /** Of whom nobody can tell. */
  readonly unclear: readonly UnclearWork[];
}

export interface UnclearWork {
  readonly kind: 'run' | 'dispatcher';
  /** Its id in Temporal. */
  readonly workflowId: string;
}

/** Finds what the rows of the store do not show: open runs that were never written, and events that wait. */
export async function findOldestWork(options: OldestWorkOptions): Promise<OldestWork> {
  const { client, taskQueue } = options;
  const at = Date.now();
  const runs = new Set<string>();
  const dispatchers = new Set<string>();
  const query = `TaskQueue = "${taskQueue}" AND ExecutionStatus = "Running"`;
  for await (const { workflowId, type } of client.workflow.list({ query }))
    (type === DISPATCHER_WORKFLOW_TYPE ? dispatchers : runs).add(workflowId);
  // After the list: a run that began meanwhile is not in it, one that was written meanwhile is known.
  for await (const temporalWorkflowId of listOpenRows(options)) runs.delete(temporalWorkflowId);
  const unclear: UnclearWork[] = [];
  const oldestOf = async (kind: UnclearWork['kind'], ids: ReadonlySet<string>, tell: typeof firstStartOf) => {
    let oldest = Infinity;
    for (const workflowId of ids) {
      const since = await tell(client, workflowId);
      if (since === 0) unclear.push({ kind, workflowId });
      oldest = Math.min(oldest, since);
    }
    return oldest;
  };
  const unknownSince = await oldestOf('run', runs, firstStartOf);
  const pendingSince = await oldestOf('dispatcher', dispatchers, oldestEventOf);
  return { at, unknownSince, pendingSince, unclear };
}

async function* listOpenRows({ project, store }: OldestWorkOptions): AsyncGenerator<string> {
  let rows = await store.workflows.listOpen(project, ALWAYS, PAGE);
  while (rows.length > 0) {
    for (const { temporalWorkflowId } of rows) yield temporalWorkflowId;
    rows = rows.length < PAGE ? [] : await store.workflows.listOpen(project, ALWAYS, PAGE, rows.at(-1)!);
  }
}

/** What a run refers to is as old as the first of those that it continued. */
async function firstStartOf(client: Client, workflowId: string): Promise<number> {
  const latest = await describeRun(client, workflowId);
  if (latest === undefined) return Infinity;
  const firstRunId = latest.raw.workflowExecutionInfo?.firstRunId ?? '';
  if (firstRunId === latest.runId) return latest.startTime.getTime();
  // Of a server that does not say it, or a run that Temporal has forgotten, nobody knows.
  const first = firstRunId === '' ? undefined : await describeRun(client, workflowId, firstRunId);
  return first?.startTime.getTime() ?? 0;
}

async function oldestEventOf(client: Client, dispatcherId: string): Promise<number> {
  try {
    const { pending, oldest_pending_at } = await client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () =>
      client.workflow.getHandle(dispatcherId).query<DispatcherStatus>(STATUS_QUERY),
    );
    // One that is pinned to an earlier release does not say it.
    return pending === 0 ? Infinity : (oldest_pending_at ?? 0);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return Infinity;
    return 0;
  }
}
