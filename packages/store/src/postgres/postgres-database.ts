import { CompozyError } from '@compozy/core';
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
  type Compilable,
} from 'kysely';
import { lazy } from '../sql/lazy.js';
import { CREATE_SCHEMA_TABLE, READ_SCHEMA_VERSION, SCHEMA_VERSION, statementsFrom } from '../sql/migrations.js';
import { waitAbout, type SqlDatabase } from '../sql/sql-database.js';
import type { Tables } from '../sql/tables.js';
import { isLostRace, toPostgresError } from './postgres-errors.js';

interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** What is used of a pool of `pg`. */
export interface PostgresPool extends Queryable {
  connect(): Promise<Queryable & { release(destroy?: boolean): void }>;
  end(): Promise<void>;
}

export interface PostgresDatabaseOptions {
  /** Called once, when the first statement comes. */
  readonly connect: () => Promise<PostgresPool>;
  /** False for a pool that belongs to the caller. */
  readonly ownsPool: boolean;
}

const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';
const MIGRATION_LOCK = 4_928_377_301;
const LOST_RACES = 10;

export function createPostgresDatabase({ connect, ownsPool }: PostgresDatabaseOptions): SqlDatabase {
  const build = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  let closed = false;
  const pool = lazy(connect);
  const migrated = lazy(async () => {
    const ready = await pool.get();
    return { ready, found: await migrate(ready) };
  });

  const use = <T>(action: (pool: PostgresPool) => Promise<T>): Promise<T> =>
    tryAgain(async () => action((await migrated.get()).ready));

  async function tryAgain<T>(action: () => Promise<T>): Promise<T> {
    if (closed) throw new CompozyError('Store.Unavailable', 'The connection to PostgreSQL was closed by this process.');
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await action();
      } catch (error) {
        if (!isLostRace(error) || attempt === LOST_RACES) throw toPostgresError(error);
      }
      await waitAbout(attempt * 5);
    }
  }

  return {
    build,
    now: sql<number>`${sql.raw(NOW)}`,
    shared: true,
    maxParameters: 60_000,
    run: <R>(query: Compilable<R>) => use((ready) => execute(ready, query) as Promise<readonly R[]>),
    atomically: (queries) =>
      use((ready) =>
        inTransaction(ready, async (client) => {
          for (const query of queries) await execute(client, query);
        }),
      ),
    migrate: () => tryAgain(async () => (await migrated.get()).found),
    readVersion: () => tryAgain(async () => foundVersion(await pool.get())),
    async close() {
      if (closed) return;
      closed = true;
      if (ownsPool) await (await pool.current())?.end();
    },
  };
}

async function execute(target: Queryable, query: Compilable<unknown>): Promise<readonly unknown[]> {
  const { sql: text, parameters } = query.compile();
  return (await target.query(text, parameters.map(storable))).rows;
}

/** PostgreSQL has no text with a zero character; as for half a surrogate pair, U+FFFD stands for it. */
function storable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}

async function inTransaction(pool: PostgresPool, action: (client: Queryable) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query('begin');
    await action(client);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Gives the version that the schema had. */
async function migrate(pool: PostgresPool): Promise<number> {
  let found = await foundVersion(pool);
  if (found === SCHEMA_VERSION) return found;
  await inTransaction(pool, async (client) => {
    // Others that start at this moment wait here, and then find everything done.
    await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await client.query(CREATE_SCHEMA_TABLE);
    found = await readVersion(client);
    for (const statement of statementsFrom(found, { id: 'text collate "C"', bytes: 'bytea' }, NOW)) {
      await client.query(statement);
    }
  });
  return found;
}

async function foundVersion(target: Queryable): Promise<number> {
  const { rows } = await target.query(`select to_regclass('compozy_schema') is not null as found`);
  return (rows[0] as { found: boolean }).found ? await readVersion(target) : 0;
}

async function readVersion(target: Queryable): Promise<number> {
  const { rows } = await target.query(READ_SCHEMA_VERSION);
  return Number((rows[0] as { version: unknown }).version);
}
