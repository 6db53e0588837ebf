import type { IdempotencyRepository } from '@compozy/core';
import { oncePerName } from '../http/once-per-name.js';
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
  return await oncePerName({
    repository,
    name,
    reservedMs: RESERVED_MS,
    pending: 'This delivery is being worked on',
    taken: () => {
      throw new ApiProblem('Api.Conflict', 'This delivery was taken before');
    },
    work,
    keep: ({ done }) => (done ? { value: true, ttlMs } : undefined),
  });
}
