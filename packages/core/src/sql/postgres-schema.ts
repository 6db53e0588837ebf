import { inTransaction } from './in-transaction.js';
import type { PostgresConnection, PostgresPool } from './postgres-pool.js';

/** Tables that belong together and are brought from version to version together. */
export interface PostgresSchema {
  /** The table of the versions that it went through: `version` and `applied_at`. */
  readonly table: string;
  /** Number of the advisory lock that whoever changes the schema holds. */
  readonly lock: number;
  /** What this code knows. */
  readonly newest: number;
  /** The statements that bring it from a version to the newest, in order. Throws for a version of a newer release. */
  readonly statementsFrom: (version: number) => readonly string[];
}

/** Brings the tables to the newest version, and gives the one that they had. */
export async function migratePostgres(pool: PostgresPool, schema: PostgresSchema): Promise<number> {
  let found = await readVersion(pool, schema);
  if (found === schema.newest) return found;
  await inTransaction(pool, async (connection) => {
    // Others that start at this moment wait here, and then find everything done.
    await connection.query('select pg_advisory_xact_lock($1)', [schema.lock]);
    await connection.query(
      `create table if not exists ${schema.table} (version integer not null primary key, applied_at bigint not null)`,
    );
    found = await readVersion(connection, schema);
    for (const statement of schema.statementsFrom(found)) await connection.query(statement);
  });
  return found;
}

/** 0 where there are no tables yet. */
export async function readVersion(connection: PostgresConnection, { table }: PostgresSchema): Promise<number> {
  const there = await connection.query('select to_regclass($1) is not null as found', [table]);
  if (!(there.rows[0] as { found: boolean }).found) return 0;
  const { rows } = await connection.query(`select coalesce(max(version), 0) as version from ${table}`);
  return Number((rows[0] as { version: unknown }).version);
}
