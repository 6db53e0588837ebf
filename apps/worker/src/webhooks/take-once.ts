import type { IdempotencyRepository, JsonObject } from '@compozy/core';
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

/** What came of one request. */
type Outcome = { readonly done: false } | { readonly done: true; readonly event: string; readonly eventId: string };

/**
 * Does the work, once for a name, and gives what came of it again: a sender takes a refusal of what it sent before for a
 * failure. The name is taken only by work that says that it was `done`: a failure leaves it free, so that the sender can
 * try again.
 *
 * @throws `Api.Conflict` while the first one is being worked on, `Api.NotConfigured`.
 */
export async function takeOnce(
  { repository, name, ttlMs }: OnceOptions,
  work: () => Promise<Outcome>,
): Promise<Outcome & { readonly isRepeated?: true }> {
  if (name === undefined) return await work();
  if (repository === undefined) {
    throw new ApiProblem('Api.NotConfigured', 'This server has no store, so it cannot tell repeated deliveries apart');
  }
  return await oncePerName({
    repository,
    name,
    reservedMs: RESERVED_MS,
    pending: 'This delivery is being worked on',
    taken: (kept): Outcome & { readonly isRepeated?: true } => {
      const { event, event_id: eventId } = kept as JsonObject;
      return { done: true, event: String(event), eventId: String(eventId), isRepeated: true };
    },
    work,
    keep: (outcome) =>
      outcome.done ? { value: { event: outcome.event, event_id: outcome.eventId }, ttlMs } : undefined,
  });
}
