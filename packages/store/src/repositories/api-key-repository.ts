import type { ApiKeyRecord, ApiKeyRepository } from '@compozy/core';
import type { SqlDatabase } from '../sql/sql-database.js';
import { fromJson, toMillis } from './record-values.js';

const READ = ['record', 'revoked_at', 'last_used_at'] as const;

export function createApiKeyRepository(database: SqlDatabase): ApiKeyRepository {
  const { build } = database;
  return {
    async add(key) {
      await database.run(
        build.insertInto('compozy_api_keys').values({
          id: key.id,
          hash: key.hash,
          record: JSON.stringify(key),
          created_at: toMillis('createdAt', key.createdAt),
          revoked_at: key.revokedAt,
          last_used_at: key.lastUsedAt,
        }),
      );
    },

    async findByHash(hash) {
      const [row] = await database.run(build.selectFrom('compozy_api_keys').select(READ).where('hash', '=', hash));
      return row === undefined ? undefined : toKey(row);
    },

    async list() {
      const rows = await database.run(
        build.selectFrom('compozy_api_keys').select(READ).orderBy('created_at').orderBy('id'),
      );
      return rows.map(toKey);
    },

    async revoke(id, at) {
      const revoked = await database.run(
        build
          .updateTable('compozy_api_keys')
          .set({ revoked_at: at })
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .returning('id'),
      );
      return revoked.length > 0;
    },

    async touch(id, at) {
      await database.run(
        build
          .updateTable('compozy_api_keys')
          .set({ last_used_at: at })
          .where('id', '=', id)
          // ISO times in UTC sort as text; of two requests at once the later one stays.
          .where((row) => row.or([row('last_used_at', 'is', null), row('last_used_at', '<', at)])),
      );
    },
  };
}

function toKey(row: {
  readonly record: string;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}): ApiKeyRecord {
  return { ...fromJson<ApiKeyRecord>(row.record), revokedAt: row.revoked_at, lastUsedAt: row.last_used_at };
}
