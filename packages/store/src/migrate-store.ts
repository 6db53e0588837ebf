import { resolve } from 'node:path';
import { createPostgresPool } from '@compozy/core/sql';
import { createPostgresDatabase } from './postgres/postgres-database.js';
import { SCHEMA_VERSION } from './sql/migrations.js';
import type { SqlDatabase } from './sql/sql-database.js';
import { createSqliteDatabase } from './sqlite/sqlite-database.js';

/** Where a store is: the file of SQLite, or the address of PostgreSQL. */
export type StoreLocation = { readonly path: string } | { readonly url: string };

/** The version of a schema, and the one that this release knows. */
export interface SchemaState {
  /** Of the store; 0 when it has no schema yet. */
  readonly version: number;
  /** What this release brings a store to. */
  readonly newest: number;
}

/** What a migration has done. */
export interface Migration {
  /** The versions before and after; the same when there was nothing to do. */
  readonly from: number;
  readonly to: number;
}

/** A migration may take longer than any other statement, and so may waiting for one that goes on elsewhere. */
const MIGRATION_TIMEOUT_MS = 600_000;

/** Which schema a store has. Changes nothing, and makes no file. @throws `Store.Unavailable` */
export async function readSchema(location: StoreLocation): Promise<SchemaState> {
  return await withDatabase(location, async (database) => ({
    version: await database.readVersion(),
    newest: SCHEMA_VERSION,
  }));
}

/**
 * Brings a store to the newest schema; a store does so by itself on first use. Of several processes at once, one does
 * the work and the others find it done.
 *
 * @throws `Store.Unavailable` when it cannot be reached, or has the schema of a newer release
 */
export async function migrateStore(location: StoreLocation): Promise<Migration> {
  return await withDatabase(location, async (database) => ({ from: await database.migrate(), to: SCHEMA_VERSION }));
}

async function withDatabase<T>(location: StoreLocation, action: (database: SqlDatabase) => Promise<T>): Promise<T> {
  const database =
    'path' in location
      ? createSqliteDatabase({ path: resolve(location.path), busyTimeoutMs: MIGRATION_TIMEOUT_MS })
      : createPostgresDatabase({
          pool: createPostgresPool({ url: location.url, maxConnections: 1, queryTimeoutMs: MIGRATION_TIMEOUT_MS }),
          ownsPool: true,
        });
  try {
    return await action(database);
  } finally {
    await database.close();
  }
}
