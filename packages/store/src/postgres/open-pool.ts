import { CompozyError } from '@compozy/core';
import type * as Pg from 'pg';
import type { PostgresPool } from './postgres-database.js';

/** So long may connecting take, and one statement, before the database counts as down. */
const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 10_000;

export interface PoolOptions {
  readonly url: string;
  readonly maxConnections?: number;
  readonly queryTimeoutMs?: number;
}

export async function openPool(options: PoolOptions): Promise<PostgresPool> {
  const { url, maxConnections = 10, queryTimeoutMs = QUERY_TIMEOUT_MS } = options;
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
