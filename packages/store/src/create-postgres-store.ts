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
      /** How long connecting may take before the database counts as down. Default: 5,000. */
      readonly connectTimeoutMs?: number;
      /** How long an unused connection is kept; 0 for as long as it holds. Default: 10,000. */
      readonly idleTimeoutMs?: number;
      /** How old a connection may become, in whole seconds; 0 for no limit. Default: 0. */
      readonly maxLifetimeMs?: number;
    }
  | {
      /** A pool of `pg`. It stays the caller's: `close` leaves it open, and its `error` event has to be handled. */
      readonly pool: PostgresPool;
    };

/** So long may one statement take before the database counts as down. */
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
  options: Extract<PostgresStoreOptions, { url: string }>,
  queryTimeoutMs = QUERY_TIMEOUT_MS,
): Promise<PostgresPool> {
  const { url, maxConnections = 10, connectTimeoutMs = 5_000, idleTimeoutMs = 10_000, maxLifetimeMs = 0 } = options;
  const { Pool } = await loadPg();
  const pool = new Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
    maxLifetimeSeconds: Math.ceil(maxLifetimeMs / 1_000),
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
