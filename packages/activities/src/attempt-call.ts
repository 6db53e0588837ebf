import type { ActivityPolicy, FailureRecord, Json } from '@compozy/core';
import { toRecord } from './engine-activity.js';

export interface AttemptOptions {
  readonly policy: ActivityPolicy;
  /** Aborting it stops the call that runs, and any wait. */
  readonly signal: AbortSignal;
  readonly maskFailure: (failure: FailureRecord) => FailureRecord;
  readonly limitFailure: (kind: 'start-to-close' | 'schedule-to-close') => FailureRecord;
  /** Waits before the next attempt; comes back early when the signal is aborted. */
  readonly pause: (ms: number) => Promise<void>;
}

export type CallEnd =
  | { readonly kind: 'done'; readonly output: Json; readonly attempts: number }
  | {
      readonly kind: 'failed';
      readonly failure: FailureRecord;
      readonly timedOut: boolean;
      readonly attempts: number;
    }
  | { readonly kind: 'stopped' };

/** Longer timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Makes a call as Temporal would run it as an activity of this policy: limits, attempts and the waits between them. */
export async function attemptCall(
  call: (signal: AbortSignal) => Promise<Json>,
  { policy, signal, maskFailure, limitFailure, pause }: AttemptOptions,
): Promise<CallEnd> {
  const { retry, startToCloseMs, scheduleToCloseMs = Number.POSITIVE_INFINITY } = policy;
  const end = performance.now() + scheduleToCloseMs;
  for (let attempts = 1; ; attempts += 1) {
    const left = end - performance.now();
    const outcome = await callWithin(call, Math.min(startToCloseMs, left), signal);
    if (signal.aborted) return { kind: 'stopped' };
    if (outcome.kind === 'done') return { kind: 'done', output: outcome.output, attempts };
    const limit = left < startToCloseMs ? 'schedule-to-close' : 'start-to-close';
    const timedOut = outcome.kind === 'timed-out';
    const failure = timedOut ? limitFailure(limit) : maskFailure(toRecord(outcome.error));
    const type = timedOut ? 'TemporalTimeout:StartToClose' : failure.code;
    const mayRetry = timedOut ? limit === 'start-to-close' : failure.retryable;
    const last = retry.maximumAttempts > 0 && attempts >= retry.maximumAttempts;
    const waitMs = backoffMs(policy, attempts);
    if (!mayRetry || last || retry.nonRetryable.includes(type) || performance.now() + waitMs >= end)
      return { kind: 'failed', failure, timedOut, attempts };
    await pause(waitMs);
    if (signal.aborted) return { kind: 'stopped' };
  }
}

type AttemptEnd =
  | { readonly kind: 'done'; readonly output: Json }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'timed-out' };

/** A call that is out of time is stopped, and awaited: the next attempt must not meet it. */
async function callWithin(
  call: (signal: AbortSignal) => Promise<Json>,
  limitMs: number,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const attempt = new AbortController();
  const stop = () => attempt.abort(signal.reason);
  let timedOut = false;
  const timer = setTimeout(
    () => {
      timedOut = true;
      attempt.abort(new DOMException('The attempt ran out of time', 'TimeoutError'));
    },
    Math.min(Math.max(0, limitMs), LONGEST_TIMER_MS),
  );
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return { kind: 'done', output: await call(attempt.signal) };
  } catch (error) {
    return timedOut ? { kind: 'timed-out' } : { kind: 'failed', error };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

function backoffMs({ retry }: ActivityPolicy, attempts: number): number {
  const grown = retry.initialIntervalMs * retry.backoffCoefficient ** (attempts - 1);
  return Math.min(grown, Math.max(retry.maximumIntervalMs, retry.initialIntervalMs));
}
