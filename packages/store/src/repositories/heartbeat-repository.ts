import type { HeartbeatRepository, JsonObject } from '@compozy/core';
import { sql } from 'kysely';
import type { SqlDatabase } from '../sql/sql-database.js';
import { checkTtl } from './idempotency-repository.js';
import { fromJson } from './record-values.js';

/** How long a heartbeat that ran out stays in the table, for whoever looks into it. */
const KEEP_DEAD_MS = 3_600_000;
const CLEAR_EVERY = 64;

export function createHeartbeatRepository(database: SqlDatabase): HeartbeatRepository {
  const { build, now } = database;
  let beats = 0;

  return {
    async beat(id, details, ttlMs) {
      await database.run(
        build
          .insertInto('compozy_heartbeats')
          .values({
            id,
            details: JSON.stringify(details),
            beat_at: now,
            expires_at: sql<number>`${now} + ${sql.lit(checkTtl(ttlMs))}`,
          })
          .onConflict((conflict) =>
            conflict.column('id').doUpdateSet((row) => ({
              details: row.ref('excluded.details'),
              beat_at: row.ref('excluded.beat_at'),
              expires_at: row.ref('excluded.expires_at'),
            })),
          ),
      );
      beats += 1;
      if (beats % CLEAR_EVERY !== 0) return;
      await database.run(
        build.deleteFrom('compozy_heartbeats').where('expires_at', '<', sql<number>`${now} - ${sql.lit(KEEP_DEAD_MS)}`),
      );
    },

    async remove(id) {
      await database.run(build.deleteFrom('compozy_heartbeats').where('id', '=', id));
    },

    async listAlive(prefix) {
      const rows = await database.run(
        build
          .selectFrom('compozy_heartbeats')
          .select(['id', 'details', 'beat_at'])
          .where('expires_at', '>', now)
          .where(sql<boolean>`substr(id, 1, length(cast(${prefix} as text))) = ${prefix}`)
          .orderBy('id'),
      );
      return rows.map((row) => ({
        id: row.id,
        details: fromJson<JsonObject>(row.details),
        at: new Date(Number(row.beat_at)).toISOString(),
      }));
    },
  };
}
