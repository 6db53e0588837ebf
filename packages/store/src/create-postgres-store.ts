import { CompozyError, type Store } from '@compozy/core';
import type * as Pg from 'pg';
import { createSqlStore } from './create-sql-store.js';
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

/** So long may connecting take, and one statement, before the database counts as down. */
const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 10_000;

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

export async function openPool(
  { url, maxConnections = 10 }: { url: string; maxConnections?: number },
  queryTimeoutMs = QUERY_TIMEOUT_MS,
): Promise<PostgresPool> {
  const { Pool } = await loadPg();
  const pool = new Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
    application_name: 'compozy',
  });
  // An idle connection was lost: the pool has dropped it already, and the next statement makes a new one.
  pool.on('error', () => undefined);
  return pool;
}

async function loadPg(): Promise<Pick<typeof Pg, 'Pool'>> {
  try {
    const loaded = await import('pg');
    // A CommonJS package: its names are on the default export in every loader.
    return loaded.default;
  } catch (error) {
    throw new CompozyError('Config.Invalid', 'A store in PostgreSQL needs the package "pg": npm install pg', {
      cause: error,
    });
  }
}
