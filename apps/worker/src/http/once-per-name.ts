import { createHash } from 'node:crypto';
import type { IdempotencyRepository, Json } from '@compozy/core';
import { ApiProblem } from './problem.js';

export interface NamedWork<T> {
  readonly repository: IdempotencyRepository;
  readonly name: string;
  /** How long the work may take; after a crash the name is free again then. */
  readonly reservedMs: number;
  /** Said of a name that somebody works for now. */
  readonly pending: string;
  /** The answer for a name that is taken, from what was kept of it; may throw. */
  readonly taken: (kept: Json) => T;
  readonly work: () => Promise<T>;
  /** What is kept of the result, and how long; with `undefined` the name is left free. */
  readonly keep: (result: T) => { readonly value: Json; readonly ttlMs: number } | undefined;
}

const MAX_NAME = 400;

/**
 * Does work once for a name, for all servers that share the repository. A failure leaves the name free, so that the
 * caller can try again.
 *
 * @throws `Api.Conflict` while somebody works for the name; what `taken` and `work` throw.
 */
export async function oncePerName<T>({ repository, name: whole, ...named }: NamedWork<T>): Promise<T> {
  const name = shorten(whole);
  const reservation = await repository.reserve(name, named.reservedMs);
  if (reservation.state === 'pending') {
    throw new ApiProblem('Api.Conflict', named.pending, { headers: { 'retry-after': '1' } });
  }
  if (reservation.state === 'done') return named.taken(reservation.value);
  let result: T;
  try {
    result = await named.work();
  } catch (error) {
    await repository.release(name).catch(() => undefined);
    throw error;
  }
  // What was done is done, whatever becomes of the note about it: its derived ids tell of a second one.
  const kept = named.keep(result);
  const noted = kept === undefined ? repository.release(name) : repository.commit(name, kept.value, kept.ttlMs);
  await noted.catch(() => undefined);
  return result;
}

/** A part of it comes from outside, and an index of a database takes only so many bytes. */
function shorten(name: string): string {
  return name.length <= MAX_NAME ? name : `sha256:${createHash('sha256').update(name).digest('hex')}`;
}
