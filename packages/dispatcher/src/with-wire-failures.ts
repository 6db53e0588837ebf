import { ApplicationFailure, Context } from '@temporalio/activity';
import { CompozyError, toFailureRecord } from '@compozy/core';

/**
 * The exit of the dispatcher's activities towards Temporal: what `activity` throws of ours arrives with its code as the
 * type of the failure, and is tried again where the code says so.
 */
export function withWireFailures<I, O>(activity: (input: I) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    try {
      return await activity(input);
    } catch (error) {
      if (!CompozyError.isInstance(error)) throw error;
      const failure = toFailureRecord(error);
      throw ApplicationFailure.create({
        type: failure.code,
        message: failure.message,
        nonRetryable: !failure.retryable,
        details: [{ attempt: Context.current().info.attempt, failure }],
      });
    }
  };
}
