import { CompozyError, type IdempotencyRepository, type Json } from '@compozy/core';
import { sql } from 'kysely';
import type { SqlDatabase } from '../sql/sql-database.js';
import { fromJson } from './record-values.js';

/** Keys that ran out are cleared away now and then, a few at a time. */
const CLEAR_EVERY = 256;
const CLEAR_AT_MOST = 1_000;

export function createIdempotencyRepository(database: SqlDatabase): IdempotencyRepository {
  const { build, now } = database;
  let reservations = 0;

  async function take(key: string, ttlMs: number): Promise<boolean> {
    const taken = await database.run(
      build
        .insertInto('compozy_idempotency')
        .values({ id: key, value: null, expires_at: sql<number>`${now} + ${sql.lit(ttlMs)}` })
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet((row) => ({ value: null, expires_at: row.ref('excluded.expires_at') }))
            .where('compozy_idempotency.expires_at', '<=', now),
        )
        .returning('id'),
    );
    return taken.length > 0;
  }

  async function clearExpired(): Promise<void> {
    const old = build
      .selectFrom('compozy_idempotency')
      .select('id')
      .where('expires_at', '<=', now)
      .orderBy('expires_at')
      .limit(CLEAR_AT_MOST);
    await database.run(build.deleteFrom('compozy_idempotency').where('id', 'in', old).where('expires_at', '<=', now));
  }

  return {
    async reserve(key, ttlMs) {
      checkTtl(ttlMs);
      // Between the two statements it may have run out or been released; then there is something to take again.
      for (let attempt = 0; attempt < 10; attempt += 1) {
        if (await take(key, ttlMs)) {
          reservations += 1;
          if (reservations % CLEAR_EVERY === 0) await clearExpired();
          return { state: 'reserved' };
        }
        const [row] = await database.run(
          build.selectFrom('compozy_idempotency').select('value').where('id', '=', key).where('expires_at', '>', now),
        );
        if (row !== undefined) {
          return row.value === null ? { state: 'pending' } : { state: 'done', value: fromJson<Json>(row.value) };
        }
      }
      return { state: 'pending' };
    },

    async commit(key, value, ttlMs) {
      checkTtl(ttlMs);
      await database.run(
        build
          .insertInto('compozy_idempotency')
          .values({ id: key, value: JSON.stringify(value), expires_at: sql<number>`${now} + ${sql.lit(ttlMs)}` })
          .onConflict((conflict) =>
            conflict.column('id').doUpdateSet((row) => ({
              value: row.ref('excluded.value'),
              expires_at: row.ref('excluded.expires_at'),
            })),
          ),
      );
    },

    async release(key) {
      await database.run(build.deleteFrom('compozy_idempotency').where('id', '=', key).where('value', 'is', null));
    },
  };
}

/** @throws `Input.Invalid` for what is not a time to live */
export function checkTtl(ttlMs: number): number {
  if (Number.isSafeInteger(ttlMs) && ttlMs > 0) return ttlMs;
  throw new CompozyError('Input.Invalid', `"ttlMs" has to be a whole number of milliseconds above 0, not ${ttlMs}`, {
    details: { field: 'ttlMs' },
  });
}
