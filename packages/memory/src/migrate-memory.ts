import { createPostgresAccess, createPostgresPool, type PostgresAccess } from '@compozy/core/sql';
import { SCHEMA, SCHEMA_VERSION } from './postgres-schema.js';

export interface MemoryLocation {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
}

/** A migration may take longer than any other statement, and so may waiting for one that goes on elsewhere. */
const MIGRATION_TIMEOUT_MS = 600_000;

/** Which tables of memories a database has, 0 for none, and what this release brings it to. @throws `Memory.Unavailable` */
export async function readMemorySchema(
  location: MemoryLocation,
): Promise<{ readonly version: number; readonly newest: number }> {
  return await withAccess(location, async (access) => ({
    version: await access.readVersion(),
    newest: SCHEMA_VERSION,
  }));
}

/**
 * Makes the tables of memories in a database; a store does so by itself on first use. Gives the versions before and
 * after.
 *
 * @throws `Memory.Unavailable` when the database cannot be reached, or has tables of a newer release
 */
export async function migrateMemory(location: MemoryLocation): Promise<{ readonly from: number; readonly to: number }> {
  return await withAccess(location, async (access) => ({ from: await access.migrate(), to: SCHEMA_VERSION }));
}

async function withAccess<T>({ url }: MemoryLocation, action: (access: PostgresAccess) => Promise<T>): Promise<T> {
  const access = createPostgresAccess({
    pool: createPostgresPool({ url, maxConnections: 1, queryTimeoutMs: MIGRATION_TIMEOUT_MS }),
    ownsPool: true,
    schema: SCHEMA,
    unavailable: 'Memory.Unavailable',
  });
  try {
    return await action(access);
  } finally {
    await access.close();
  }
}
