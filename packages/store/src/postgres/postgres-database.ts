import { createPostgresAccess, inTransaction, type PostgresConnection, type PostgresPool } from '@compozy/core/sql';
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
  type Compilable,
} from 'kysely';
import { SCHEMA_TABLE, SCHEMA_VERSION, statementsFrom } from '../sql/migrations.js';
import type { SqlDatabase } from '../sql/sql-database.js';
import type { Tables } from '../sql/tables.js';

export interface PostgresDatabaseOptions {
  readonly pool: PostgresPool;
  /** False for a pool that belongs to the caller. */
  readonly ownsPool: boolean;
}

const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

const SCHEMA = {
  table: SCHEMA_TABLE,
  lock: 4_928_377_301,
  newest: SCHEMA_VERSION,
  statementsFrom: (version: number) => statementsFrom(version, { id: 'text collate "C"', bytes: 'bytea' }, NOW),
};

export function createPostgresDatabase(options: PostgresDatabaseOptions): SqlDatabase {
  const build = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  const access = createPostgresAccess({ ...options, schema: SCHEMA, unavailable: 'Store.Unavailable' });

  return {
    build,
    now: sql<number>`${sql.raw(NOW)}`,
    shared: true,
    maxParameters: 60_000,
    run: <R>(query: Compilable<R>) => access.use((pool) => execute(pool, query) as Promise<readonly R[]>),
    atomically: (queries) =>
      access.use((pool) =>
        inTransaction(pool, async (connection) => {
          for (const query of queries) await execute(connection, query);
        }),
      ),
    migrate: () => access.migrate(),
    readVersion: () => access.readVersion(),
    close: () => access.close(),
  };
}

async function execute(target: PostgresConnection, query: Compilable<unknown>): Promise<readonly unknown[]> {
  const { sql: text, parameters } = query.compile();
  return (await target.query(text, parameters.map(storable))).rows;
}

/** PostgreSQL has no text with a zero character; as for half a surrogate pair, U+FFFD stands for it. */
function storable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}
