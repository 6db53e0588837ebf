import { Worker, type InjectedSinks } from '@temporalio/worker';
import { toTraceEntry, type TraceEntry } from '@compozy/core/testing';
import type { TraceSinks } from '@compozy/workflows/testing';
import type { ScenarioServer } from './run-scenario-on-server.js';

/**
 * Replays a history with the code of today and gives the trace that comes out. Temporal compares kinds and ids of
 * commands; the trace has their inputs too, so comparing it finds a changed value that Temporal would not.
 *
 * @throws the SDK's `DeterminismViolationError` when the code no longer fits the history.
 */
export async function replayTrace(
  history: unknown,
  { codePath }: Pick<ScenarioServer, 'codePath'>,
): Promise<readonly TraceEntry[]> {
  const trace: TraceEntry[] = [];
  const sinks: InjectedSinks<TraceSinks> = {
    trace: {
      step: { fn: (_info, event, commands) => void trace.push(toTraceEntry(event, commands)), callDuringReplay: true },
    },
  };
  await Worker.runReplayHistory({ workflowBundle: { codePath }, sinks }, history);
  return trace;
}
