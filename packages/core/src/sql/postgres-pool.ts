import type * as Pg from 'pg';
import { CompozyError } from '../errors/compozy-error.js';
import { lazy } from './lazy.js';

export interface PostgresConnection {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** A connection that is nobody else's until it is released. */
export interface PostgresClient extends PostgresConnection {
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  release(destroy?: boolean): void;
}

/** What is used of a pool of `pg`. */
export interface PostgresPool extends PostgresConnection {
  connect(): Promise<PostgresClient>;
  end(): Promise<void>;
}

export interface PostgresPoolOptions {
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
  /** How long one statement may take before the database counts as down. Default: 10,000. */
  readonly queryTimeoutMs?: number;
}

/**
 * Connections to PostgreSQL, for any number of stores. Loads the package `pg`, and connects, on first use.
 *
 * Its methods throw `Config.Invalid` where `pg` is not installed.
 */
export function createPostgresPool(options: PostgresPoolOptions): PostgresPool {
  const pool = lazy(() => openPool(options));
  return {
    query: async (text, values) => await (await pool.get()).query(text, values),
    connect: async () => await (await pool.get()).connect(),
    end: async () => await (await pool.current())?.end(),
  };
}

async function openPool(options: PostgresPoolOptions): Promise<PostgresPool> {
  const { url, maxConnections = 10, connectTimeoutMs = 5_000, idleTimeoutMs = 10_000 } = options;
  const { maxLifetimeMs = 0, queryTimeoutMs = 10_000 } = options;
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
