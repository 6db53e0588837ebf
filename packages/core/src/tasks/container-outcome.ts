import type { FailureRecord } from '../errors/failure.js';
import type { Json, JsonObject } from '../model/json.js';
import type { Status, Strategy } from '../model/task.js';

export interface Counts {
  readonly total: number;
  readonly success: number;
  readonly failed: number;
  readonly canceled: number;
  readonly timedOut: number;
}

/** The counts after one more child has settled. */
export function countChild(counts: Omit<Counts, 'total'>, status: Status): Omit<Counts, 'total'> {
  return {
    success: counts.success + (status === 'SUCCESS' ? 1 : 0),
    failed: counts.failed + (status === 'FAILED' ? 1 : 0),
    canceled: counts.canceled + (status === 'CANCELED' ? 1 : 0),
    timedOut: counts.timedOut + (status === 'TIMED_OUT' ? 1 : 0),
  };
}

/** Whether a container may end now, before all of its children have. */
export function settlesEarly(strategy: Strategy, counts: Counts): boolean {
  if (strategy === 'fail_fast') return counts.failed + counts.timedOut > 0;
  return strategy === 'race' && counts.success > 0;
}

export function succeeds(strategy: Strategy, counts: Counts): boolean {
  if (strategy === 'race' || strategy === 'best_effort') return counts.success > 0 || counts.total === 0;
  return counts.failed + counts.timedOut + counts.canceled === 0;
}

/** `progress_info` of a container, in the original's shape. */
export function progressInfo(counts: Counts, status: Status): JsonObject {
  const terminal = counts.success + counts.failed + counts.canceled + counts.timedOut;
  const statusCounts: Record<string, Json> = {};
  if (counts.success > 0) statusCounts['SUCCESS'] = counts.success;
  if (counts.failed > 0) statusCounts['FAILED'] = counts.failed;
  if (counts.canceled > 0) statusCounts['CANCELED'] = counts.canceled;
  if (counts.timedOut > 0) statusCounts['TIMED_OUT'] = counts.timedOut;
  return {
    total_children: counts.total,
    success_count: counts.success,
    failed_count: counts.failed,
    canceled_count: counts.canceled,
    timed_out_count: counts.timedOut,
    terminal_count: terminal,
    running_count: 0,
    pending_count: counts.total - terminal,
    status_counts: statusCounts,
    completion_rate: counts.total === 0 ? 0 : counts.success / counts.total,
    failure_rate: counts.total === 0 ? 0 : (counts.failed + counts.timedOut) / counts.total,
    overall_status: status,
  };
}

export function childrenFailure(
  counts: Counts,
  failures: readonly { readonly id: string; readonly failure: FailureRecord }[],
): FailureRecord {
  const first = failures[0];
  const failed = counts.failed + counts.timedOut;
  const cause = first === undefined ? '' : `; the first is "${first.id}": ${first.failure.message}`;
  return {
    code: 'Task.ChildFailed',
    message: `${failed} of ${counts.total} children failed${cause}`,
    retryable: false,
    details: {
      total: counts.total,
      failed,
      failures: failures.slice(0, 20).map(({ id, failure }) => ({ id, code: failure.code, message: failure.message })),
    },
  };
}
