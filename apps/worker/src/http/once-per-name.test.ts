import { expect, it } from 'vitest';
import type { IdempotencyRepository } from '@compozy/core';
import { createSqliteStore } from '@compozy/store';
import { oncePerName } from './once-per-name.js';

/** What an index of PostgreSQL takes, roughly. */
const INDEX_LIMIT = 2_000;

it('does work once for a name of any length, and tells long names apart', async () => {
  const store = createSqliteStore({ path: ':memory:' });
  const limited = <A extends readonly unknown[], R>(work: (name: string, ...rest: A) => Promise<R>) => {
    return async (name: string, ...rest: A): Promise<R> => {
      if (Buffer.byteLength(name) > INDEX_LIMIT) throw new Error('index row size exceeds maximum');
      return await work(name, ...rest);
    };
  };
  const { idempotency } = store;
  const repository: IdempotencyRepository = {
    ...idempotency,
    reserve: limited((name, ms: number) => idempotency.reserve(name, ms)),
    commit: limited((name, value: Parameters<typeof idempotency.commit>[1], ms: number) =>
      idempotency.commit(name, value, ms),
    ),
    release: limited((name) => idempotency.release(name)),
  };
  const done: string[] = [];
  const once = (name: string) =>
    oncePerName({
      repository,
      name,
      reservedMs: 60_000,
      pending: 'somebody is at it',
      taken: () => 'taken',
      work: async () => {
        done.push(name.slice(-1));
        return 'done';
      },
      keep: () => ({ value: true, ttlMs: 60_000 }),
    });
  const long = 'ü'.repeat(100_000);
  expect([await once(`${long}a`), await once(`${long}a`), await once(`${long}b`)]).toEqual(['done', 'taken', 'done']);
  expect([await once('short'), await once('short')]).toEqual(['done', 'taken']);
  expect(done).toEqual(['a', 'b', 't']);
  await store.close();
});
