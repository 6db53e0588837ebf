import { Worker, type InjectedSinks } from '@temporalio/worker';
import { toTraceEntry, type TraceEntry } from '@compozy/core/testing';
import type { TraceSinks } from '@compozy/workflows/testing';

export interface RecordedHistory {
  readonly name: string;
  /** As `fetchHistory` of the Temporal client gives it, or the JSON of it. */
  readonly history: unknown;
}

export interface Replay {
  readonly trace: readonly TraceEntry[];
  /** The SDK's `DeterminismViolationError` when the code no longer fits the history. */
  readonly error?: Error;
}

/**
 * Replays histories with the workflow code of a traced bundle, all in one worker, and gives what came out, by name.
 * Temporal compares kinds and ids of commands; the trace has their inputs too, so comparing it finds a changed value
 * that Temporal would not.
 */
export async function replayHistories(
  histories: readonly RecordedHistory[],
  { codePath }: { readonly codePath: string },
): Promise<ReadonlyMap<string, Replay>> {
  const traces = new Map(histories.map(({ name }): [string, TraceEntry[]] => [name, []]));
  const sinks: InjectedSinks<TraceSinks> = {
    trace: {
      step: {
        fn: ({ workflowId }, event, commands) => void traces.get(workflowId)!.push(toTraceEntry(event, commands)),
        callDuringReplay: true,
      },
    },
  };
  const named = histories.map(({ name, history }) => ({ workflowId: name, history: history as never }));
  const replays = new Map<string, Replay>();
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: { codePath }, sinks }, named)) {
    replays.set(workflowId, { trace: traces.get(workflowId)!, ...(error === undefined ? {} : { error }) });
  }
  return replays;
}
