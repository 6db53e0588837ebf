/** How Temporal runs and repeats one activity. Durations are milliseconds. */
export interface ActivityPolicy {
  /** Limit of one attempt. */
  readonly startToCloseMs: number;
  /** Limit of all attempts together, waiting included. */
  readonly scheduleToCloseMs?: number;
  readonly scheduleToStartMs?: number;
  readonly retry: RetryPolicy;
}

export interface RetryPolicy {
  readonly maximumAttempts: number;
  readonly initialIntervalMs: number;
  readonly backoffCoefficient: number;
  readonly maximumIntervalMs: number;
  /** Failure codes that end the task at once. */
  readonly nonRetryable: readonly string[];
}

/** D-23. There is no schedule-to-start limit: a busy worker is back-pressure, not a failure. */
export const DEFAULT_POLICY: ActivityPolicy = {
  startToCloseMs: 300_000,
  retry: {
    maximumAttempts: 3,
    initialIntervalMs: 1_000,
    backoffCoefficient: 2,
    maximumIntervalMs: 60_000,
    nonRetryable: [],
  },
};

/** For the engine's own quick reads and writes beside the worker: one history event, no server-side queue. */
export const LOCAL_POLICY: ActivityPolicy = {
  startToCloseMs: 30_000,
  retry: {
    maximumAttempts: 10,
    initialIntervalMs: 200,
    backoffCoefficient: 2,
    maximumIntervalMs: 5_000,
    nonRetryable: [],
  },
};

/** Which limit of Temporal ended an activity. */
export type TimeoutKind = 'start-to-close' | 'schedule-to-close' | 'schedule-to-start' | 'heartbeat';
