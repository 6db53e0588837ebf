import type { FailureRecord } from '../errors/failure.js';
import type { TimeoutKind } from '../model/policy.js';

/** What a task that ran into one of its limits, or lost its worker, fails with. */
export function limitFailure(id: string, kind: TimeoutKind): FailureRecord {
  return kind === 'heartbeat'
    ? { code: 'Task.WorkerLost', message: `The worker that ran task "${id}" was lost`, retryable: false }
    : { code: 'Task.TimedOut', message: `Task "${id}" ran into its ${kind} limit`, retryable: false };
}
