import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { CompozyError, toFailureRecord, type FailureRecord, type Json } from '@compozy/core';
import type { SecretMask } from './secret-mask.js';

const HEARTBEAT_INTERVAL_MS = 1_000;

export interface ActivityRun {
  /** Of the activity in the whole namespace; the same for every attempt. */
  readonly id: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** An activity that may go on where its last attempt stood. */
export interface ResumableRun extends ActivityRun {
  /** What the attempt before this one noted last. */
  readonly noted: unknown;
  /** Lets the next attempt know how far this one came; the server learns of it with the next beat. */
  note(progress: Json): void;
}

/**
 * Makes an activity of `work`: it beats each second, so that a lost worker is noticed and a cancellation arrives, and
 * it turns whatever is thrown into a Temporal failure whose type is the code.
 */
export function engineActivity<I, O>(
  mask: () => SecretMask,
  work: (input: I, run: ResumableRun) => Promise<O>,
): (input: I) => Promise<O> {
  return async (input) => {
    const context = Context.current();
    const { attempt, isLocal, activityId, workflowExecution } = context.info;
    const id = [workflowExecution?.workflowId, workflowExecution?.runId, activityId].join('/');
    // Each beat replaces what the one before said, so it says it again.
    let progress: unknown = context.info.heartbeatDetails;
    const send = () => (progress === undefined ? context.heartbeat() : context.heartbeat(progress));
    const beat = isLocal ? undefined : setInterval(send, HEARTBEAT_INTERVAL_MS);
    const note = (next: Json) => {
      progress = next;
      if (!isLocal) send();
    };
    try {
      return await work(input, { id, attempt, signal: context.cancellationSignal, noted: progress, note });
    } catch (error) {
      if (context.cancellationSignal.aborted)
        throw new CancelledFailure('The activity was cancelled', [], toError(error));
      throw toApplicationFailure(mask().failure(toRecord(error)), attempt);
    } finally {
      clearInterval(beat);
    }
  };
}

/** The exit of this side towards Temporal: the failure's type is the code, its details the record and the attempt. */
export function toApplicationFailure(failure: FailureRecord, attempt: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: failure.code,
    message: failure.message,
    nonRetryable: !failure.retryable,
    details: [{ attempt, failure: failure as unknown as Json }],
  });
}

/** Whatever was thrown, as the failure that decides about a retry. */
export function toRecord(error: unknown): FailureRecord {
  const record = toFailureRecord(error);
  // A tool may say of its own failure that trying again is of no use.
  if (CompozyError.isInstance(error) && error.details['retryable'] === false) return { ...record, retryable: false };
  return record;
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
