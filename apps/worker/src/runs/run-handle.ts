import {
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import {
  isBlobRef,
  isFailureRecord,
  isJsonObject,
  isTerminal,
  RUN_QUERY,
  toErrorView,
  type BlobStore,
  type Json,
  type JsonObject,
  type RunView,
  type Status,
  type TaskView,
} from '@compozy/core';
import { loadJson } from '@compozy/core/blobs';

/** A run that was started, or found by its ids. */
export interface RunHandle {
  readonly workflowId: string;
  readonly workflowExecId: string;
  readonly temporalWorkflowId: string;
  /** Of the Temporal run that was started; `undefined` for one that was there already. */
  readonly runId: string | undefined;
  /** Where the run stands now; needs a worker. `null` before its first step. */
  view(): Promise<RunView | null>;
  /** Waits for the end. A failed or cancelled run is a view with that status, not an exception. */
  result(): Promise<RunView>;
}

type RunIds = Pick<RunHandle, 'workflowId' | 'workflowExecId'>;

/**
 * The run behind a handle of Temporal's client, with its input and output whole: `blobs` has to be what its worker
 * writes to.
 */
export function createRunHandle(
  handle: WorkflowHandle,
  { runId, ...ids }: RunIds & { readonly runId?: string | undefined },
  blobs: BlobStore,
): RunHandle {
  return {
    ...ids,
    runId,
    temporalWorkflowId: handle.workflowId,
    view: () => queryRun(handle),
    async result() {
      const seen = await readEnd(handle, ids);
      // Of a run that was cut off, only Temporal knows when that was.
      const ended = seen.ended_at === null ? withEnd(seen, await closedAt(handle).catch(() => null)) : seen;
      const [input, output] = await Promise.all([loadWhole(blobs, ended.input), loadWhole(blobs, ended.output)]);
      return { ...ended, input, output };
    },
  };
}

/** A query needs a worker; an end is told without it as well. */
const QUERY_TIMEOUT_MS = 5_000;

/** Waits for the end, as `result` does; large values stay what the run has: references. */
export async function readEnd(handle: WorkflowHandle, ids: RunIds): Promise<RunView> {
  const { abridged, ...ended } = await handle.result().then(
    (value) => value as RunView,
    (error: unknown) => toEndedView(error, ids),
  );
  if (abridged === undefined) return ended;
  // The query cannot be asked once the history is gone.
  const deadline = Date.now() + QUERY_TIMEOUT_MS;
  const full = await handle.client.withDeadline(deadline, () => queryRun(handle)).catch(() => null);
  if (full === null) return ended;
  const { input, tasks } = full;
  const startedAt = ended.started_at ?? full.started_at;
  return withEnd({ ...ended, input, output: full.output ?? ended.output, tasks, started_at: startedAt }, full.ended_at);
}

async function closedAt(handle: WorkflowHandle): Promise<string | null> {
  const { closeTime } = await handle.client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => handle.describe());
  return closeTime?.toISOString() ?? null;
}

/**
 * The view of a run that has ended: what a run that was terminated or timed out was doing ended with it. `known` are
 * its tasks as far as they were written, for when Temporal cannot tell of any.
 */
export function withEnd(view: RunView, endedAt: string | null, known: RunView['tasks'] = {}): RunView {
  if (!isTerminal(view.status)) return view;
  const end = view.ended_at ?? endedAt;
  const tasks = Object.entries(Object.keys(view.tasks).length === 0 ? known : view.tasks).map(
    ([path, task]): readonly [string, TaskView] => {
      const status = isTerminal(task.status) ? task.status : 'CANCELED';
      return [path, { ...task, status, ended_at: task.ended_at ?? end }];
    },
  );
  return { ...view, tasks: Object.fromEntries(tasks), ended_at: end };
}

/** @throws `Blob.NotFound`, `Blob.Unavailable`. */
export async function loadWhole(blobs: BlobStore, value: Json): Promise<Json> {
  return isBlobRef(value) ? await loadJson(blobs, value) : value;
}

function queryRun(handle: WorkflowHandle): Promise<RunView | null> {
  return handle.query<RunView | null>(RUN_QUERY);
}

function toEndedView(error: unknown, ids: RunIds): RunView {
  if (!(error instanceof WorkflowFailedError)) throw error;
  const { cause } = error;
  const empty: RunView = {
    workflow_id: ids.workflowId,
    workflow_exec_id: ids.workflowExecId,
    status: 'FAILED',
    input: null,
    output: null,
    error: { code: 'Task.Failed', message: cause?.message ?? error.message },
    tasks: {},
    usage: {},
    started_at: null,
    ended_at: null,
  };
  // The run itself could not say anything.
  const cutOff = (status: Status, why: JsonObject | null): RunView => ({
    ...empty,
    status,
    error: why,
    abridged: true,
  });
  if (cause instanceof ApplicationFailure) {
    const details: unknown = cause.details?.[0];
    if (!isJsonObject(details))
      return { ...empty, error: { code: cause.type ?? 'Task.Failed', message: cause.message } };
    const failure: unknown = details['failure'];
    const seen = details['run'] as unknown as RunView | undefined;
    return {
      ...empty,
      ...seen,
      status: seen?.status ?? 'FAILED',
      ...(isFailureRecord(failure) ? { error: toErrorView(failure) } : {}),
    };
  }
  // Temporal hands on no details of a cancelled run.
  if (cause instanceof CancelledFailure) return cutOff('CANCELED', null);
  if (cause instanceof TimeoutFailure) return cutOff('TIMED_OUT', { code: 'Task.TimedOut', message: cause.message });
  if (cause instanceof TerminatedFailure) return cutOff('CANCELED', { code: 'Task.Canceled', message: cause.message });
  return empty;
}
