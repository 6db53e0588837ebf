import {
  ActivityCancellationType,
  CancellationScope,
  proxyActivities,
  proxyLocalActivities,
  type ActivityOptions,
} from '@temporalio/workflow';
import {
  LOCAL_ACTIVITIES,
  REPORTING_ACTIVITIES,
  type ActivityPolicy,
  type ActivityResult,
  type Json,
} from '@compozy/core';
import type { RunActivityCommand, RunEvent } from '@compozy/core/interpreter';
import { toActivityEnding } from '../common/wire-failure.js';

/** A killed worker is noticed after this long; the wrapper on the other side beats each second. */
const HEARTBEAT_TIMEOUT_MS = 10_000;
/** The server's name for a heartbeat timeout in a list of error types that are not retried. */
const LOST_WORKER = 'TemporalTimeout:Heartbeat';

type AnyActivities = Record<string, (input: unknown) => Promise<unknown>>;

/**
 * Schedules one activity; `settle` gets its end as an event. The scope that comes back takes the call back; a call that
 * is never taken back goes without one, because a scope makes several promises and each of them costs a stack.
 */
export function performActivity(
  command: RunActivityCommand,
  settle: (event: RunEvent) => void,
): CancellationScope | undefined {
  const local = LOCAL_ACTIVITIES.includes(command.activity);
  const run = () =>
    local
      ? proxyLocalActivities<AnyActivities>(localOptions(command))[command.activity]!(command.input)
      : proxyActivities<AnyActivities>(remoteOptions(command))[command.activity]!(command.input);
  const scope = command.cancellable ? new CancellationScope({ cancellable: true }) : undefined;
  (scope === undefined ? run() : scope.run(run)).then(
    (value) => settle(completed(command, value)),
    (error: unknown) => settle(failed(command.key, error)),
  );
  return scope;
}

function remoteOptions(command: RunActivityCommand): ActivityOptions {
  const { policy } = command;
  const nonRetryable = command.repeatable ? policy.retry.nonRetryable : [...policy.retry.nonRetryable, LOST_WORKER];
  return {
    activityId: command.key,
    summary: command.summary.slice(0, 100),
    startToCloseTimeout: policy.startToCloseMs,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: retryOptions(policy, nonRetryable),
    ...(policy.scheduleToCloseMs === undefined ? {} : { scheduleToCloseTimeout: policy.scheduleToCloseMs }),
    ...(policy.scheduleToStartMs === undefined ? {} : { scheduleToStartTimeout: policy.scheduleToStartMs }),
  };
}

function localOptions({ policy }: RunActivityCommand) {
  return { startToCloseTimeout: policy.startToCloseMs, retry: retryOptions(policy, policy.retry.nonRetryable) };
}

function retryOptions({ retry }: ActivityPolicy, nonRetryableErrorTypes: readonly string[]) {
  return {
    maximumAttempts: retry.maximumAttempts,
    initialInterval: retry.initialIntervalMs,
    backoffCoefficient: retry.backoffCoefficient,
    maximumInterval: Math.max(retry.maximumIntervalMs, retry.initialIntervalMs),
    ...(nonRetryableErrorTypes.length === 0 ? {} : { nonRetryableErrorTypes: [...nonRetryableErrorTypes] }),
  };
}

function completed({ key, activity }: RunActivityCommand, value: unknown): RunEvent {
  const reports = REPORTING_ACTIVITIES.includes(activity);
  const { output, attempt } = reports ? (value as ActivityResult) : { output: value as Json, attempt: 1 };
  return { kind: 'activity-completed', key, result: output as Json, attempts: attempt, at: Date.now() };
}

function failed(key: string, error: unknown): RunEvent {
  const { failure, attempts, timeout, cancelled } = toActivityEnding(error);
  if (cancelled === true) return { kind: 'activity-cancelled', key, at: Date.now() };
  return {
    kind: 'activity-failed',
    key,
    failure,
    attempts,
    at: Date.now(),
    ...(timeout === undefined ? {} : { timeout }),
  };
}
