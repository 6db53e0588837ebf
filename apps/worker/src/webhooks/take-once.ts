import type { IdempotencyRepository } from '@compozy/core';
import { ApiProblem } from '../http/problem.js';

/** What one request may take; after a crash the key is free again then. */
const RESERVED_MS = 60_000;

export interface OnceOptions {
  readonly repository: IdempotencyRepository | undefined;
  /** Without it the work is simply done. */
  readonly name: string | undefined;
  readonly ttlMs: number;
}

/**
 * Does the work, once for a name. The name is taken only by work that says that it was `done`: a failure leaves it free,
 * so that the sender can try again.
 *
 * @throws `Api.Conflict` for a name that is taken, `Api.NotConfigured`.
 */
export async function takeOnce<T extends { readonly done: boolean }>(
  { repository, name, ttlMs }: OnceOptions,
  work: () => Promise<T>,
): Promise<T> {
  if (name === undefined) return await work();
  if (repository === undefined) {
    throw new ApiProblem('Api.NotConfigured', 'This server has no store, so it cannot tell repeated deliveries apart');
  }
  const { state } = await repository.reserve(name, RESERVED_MS);
  if (state === 'pending') {
    throw new ApiProblem('Api.Conflict', 'This delivery is being worked on', { headers: { 'retry-after': '1' } });
  }
  if (state === 'done') throw new ApiProblem('Api.Conflict', 'This delivery was taken before');
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await repository.release(name).catch(() => undefined);
    throw error;
  }
  // What was done is done, whatever becomes of the note: the event's id tells the dispatcher about a second one.
  const noted = result.done ? repository.commit(name, true, ttlMs) : repository.release(name);
  await noted.catch(() => undefined);
  return result;
}
