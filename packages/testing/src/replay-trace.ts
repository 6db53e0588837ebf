import type { TraceEntry } from '@compozy/core/testing';
import { replayHistories } from './corpus/replay-histories.js';

/**
 * Replays one history with the code of today and gives the trace that comes out.
 *
 * @throws the SDK's `DeterminismViolationError` when the code no longer fits the history.
 */
export async function replayTrace(
  history: unknown,
  server: { readonly codePath: string },
): Promise<readonly TraceEntry[]> {
  const name = 'replayed';
  const replay = (await replayHistories([{ name, history }], server)).get(name)!;
  if (replay.error !== undefined) throw replay.error;
  return replay.trace;
}
