import type { Store } from '@compozy/core';
import { createPostgresPool, type PostgresPool, type PostgresPoolOptions } from '@compozy/core/sql';
import { createSqlStore } from './create-sql-store.js';
import { createPostgresDatabase } from './postgres/postgres-database.js';

export type PostgresStoreOptions =
  | PostgresPoolOptions
  | {
      /** A pool of `pg`. It stays the caller's: `close` leaves it open, and its `error` event has to be handled. */
      readonly pool: PostgresPool;
    };

/**
 * A store in PostgreSQL, for any number of hosts. Needs the package `pg`. Connects and migrates on first use; `ping`
 * does so too. Methods throw `Store.Unavailable` (of `blobs`: `Blob.Unavailable`) while the server cannot be reached.
 */
export function createPostgresStore(options: PostgresStoreOptions): Store & AsyncDisposable {
  const ownsPool = !('pool' in options);
  const pool = ownsPool ? createPostgresPool(options) : options.pool;
  return createSqlStore(createPostgresDatabase({ pool, ownsPool }));
}
