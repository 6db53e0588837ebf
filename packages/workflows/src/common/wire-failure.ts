import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/common';
import {
  isFailureRecord,
  isJsonObject,
  type ErrorCode,
  type FailureRecord,
  type JsonObject,
  type TimeoutKind,
} from '@compozy/core';

/** Why an activity ended without a result, as the machine wants to know it. */
export interface ActivityEnding {
  readonly failure: FailureRecord;
  readonly attempts: number;
  readonly timeout?: TimeoutKind;
  readonly cancelled?: true;
}

const TIMEOUTS: Readonly<Record<string, TimeoutKind>> = {
  START_TO_CLOSE: 'start-to-close',
  SCHEDULE_TO_CLOSE: 'schedule-to-close',
  SCHEDULE_TO_START: 'schedule-to-start',
  HEARTBEAT: 'heartbeat',
};

/** The inverse of what the activity side throws: the failure's type is the code, its details the record. */
export function toActivityEnding(error: unknown): ActivityEnding {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof CancelledFailure) {
    return {
      failure: { code: 'Task.Canceled', message: cause.message, retryable: false },
      attempts: 0,
      cancelled: true,
    };
  }
  if (cause instanceof TimeoutFailure) {
    // A timeout that ended a series of retries carries what the last attempt said.
    const last = cause.cause instanceof ApplicationFailure ? fromApplicationFailure(cause.cause) : undefined;
    const timeout = TIMEOUTS[String(cause.timeoutType)] ?? 'schedule-to-close';
    const failure = last?.failure ?? { code: 'Task.TimedOut', message: cause.message, retryable: false };
    return { failure, attempts: last?.attempts ?? 1, timeout };
  }
  if (cause instanceof ApplicationFailure) return fromApplicationFailure(cause);
  const message = error instanceof Error ? error.message : String(error);
  return { failure: { code: 'Task.Failed', message, retryable: false }, attempts: 1 };
}

function fromApplicationFailure(failure: ApplicationFailure): ActivityEnding {
  const details: unknown = failure.details?.[0];
  const attempts = isJsonObject(details) && typeof details['attempt'] === 'number' ? details['attempt'] : 1;
  const record: unknown = isJsonObject(details) ? details['failure'] : undefined;
  if (isFailureRecord(record)) return { failure: record, attempts };
  const message = failure.message || 'The activity failed without a message';
  return { failure: { code: failure.type ?? 'Task.Failed', message, retryable: false }, attempts };
}

/** What a caller hears whose message is not taken. */
export function refusal(code: ErrorCode, message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: code, message, nonRetryable: true });
}

/** The failure that ends a run. Its type is the code, so that YAML and foreign clients match documented names. */
export function toRunFailure(failure: FailureRecord, details: JsonObject): ApplicationFailure {
  return ApplicationFailure.create({
    type: failure.code,
    message: failure.message,
    nonRetryable: true,
    details: [{ failure: { ...failure }, ...details }],
  });
}
