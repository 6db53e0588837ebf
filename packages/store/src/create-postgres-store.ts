import type { Store } from '@compozy/core';
import { createSqlStore } from './create-sql-store.js';
import { openPool } from './postgres/open-pool.js';
import { createPostgresDatabase, type PostgresPool } from './postgres/postgres-database.js';

export type PostgresStoreOptions =
  | {
      /** `postgres://user:password@host:port/database` */
      readonly url: string;
      /** Connections at most. Default: 10. */
      readonly maxConnections?: number;
    }
  | {
      /** A pool of `pg`. It stays the caller's: `close` leaves it open, and its `error` event has to be handled. */
      readonly pool: PostgresPool;
    };

/**
 * A store in PostgreSQL, for any number of hosts. Needs the package `pg`. Connects and migrates on first use; `ping`
 * does so too. Methods throw `Store.Unavailable` (of `blobs`: `Blob.Unavailable`) while the server cannot be reached.
 */
export function createPostgresStore(options: PostgresStoreOptions): Store & AsyncDisposable {
  if ('pool' in options) {
    return createSqlStore(createPostgresDatabase({ connect: async () => options.pool, ownsPool: false }));
  }
  return createSqlStore(createPostgresDatabase({ connect: () => openPool(options), ownsPool: true }));
}
