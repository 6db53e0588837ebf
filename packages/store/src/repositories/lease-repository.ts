import type { LeaseRepository } from '@compozy/core';
import { sql } from 'kysely';
import type { SqlDatabase } from '../sql/sql-database.js';
import { checkTtl } from './idempotency-repository.js';

export function createLeaseRepository(database: SqlDatabase): LeaseRepository {
  const { build, now } = database;
  return {
    async acquire(name, owner, ttlMs) {
      const held = await database.run(
        build
          .insertInto('compozy_leases')
          .values({ id: name, owner, expires_at: sql<number>`${now} + ${sql.lit(checkTtl(ttlMs))}` })
          .onConflict((conflict) =>
            conflict
              .column('id')
              .doUpdateSet((row) => ({ owner: row.ref('excluded.owner'), expires_at: row.ref('excluded.expires_at') }))
              .where((row) =>
                row.or([
                  row('compozy_leases.owner', '=', row.ref('excluded.owner')),
                  row('compozy_leases.expires_at', '<=', now),
                ]),
              ),
          )
          .returning('id'),
      );
      return held.length > 0;
    },

    async release(name, owner) {
      await database.run(build.deleteFrom('compozy_leases').where('id', '=', name).where('owner', '=', owner));
    },
  };
}
