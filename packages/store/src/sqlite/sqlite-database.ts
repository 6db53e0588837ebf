import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { CompozyError } from '@compozy/core';
import { lazy, waitAbout } from '@compozy/core/sql';
import {
  DummyDriver,
  Kysely,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type Compilable,
  type CompiledQuery,
} from 'kysely';
import { CREATE_SCHEMA_TABLE, READ_SCHEMA_VERSION, SCHEMA_VERSION, statementsFrom } from '../sql/migrations.js';
import type { SqlDatabase, WriteOptions } from '../sql/sql-database.js';
import type { Tables } from '../sql/tables.js';
import { isBusy, toSqliteError } from './sqlite-errors.js';
import { createWriteQueue } from './write-queue.js';

export interface SqliteDatabaseOptions {
  readonly path: string;
  readonly busyTimeoutMs: number;
}

/** SQLite itself waits this long only: it would stop the whole process meanwhile. */
const BLOCKING_WAIT_MS = 20;
const STATEMENTS_KEPT = 200;
const NOW = `cast(unixepoch('subsec') * 1000 as integer)`;

interface Connection {
  readonly database: DatabaseSync;
  /** Whether a commit waits for the disk now. */
  isDurable: boolean;
  readonly statements: Map<string, StatementSync>;
  /** The version of the schema when it was opened. */
  readonly found: number;
}

/**
 * One connection to one file. A transaction begins and ends without an await, so nothing comes between. Writes that are
 * asked for at the same time share one: each waits for the disk, and everything in the process with it.
 */
export function createSqliteDatabase({ path, busyTimeoutMs }: SqliteDatabaseOptions): SqlDatabase {
  const build = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  let closed = false;

  const connection = lazy(async (): Promise<Connection> => {
    const { DatabaseSync } = await import('node:sqlite');
    if (path !== ':memory:') await mkdir(dirname(path), { recursive: true });
    const database = new DatabaseSync(path, { timeout: BLOCKING_WAIT_MS });
    try {
      const found = await whenFree(() => prepareFile(database));
      return { database, isDurable: true, statements: new Map(), found };
    } catch (error) {
      database.close();
      throw error;
    }
  });

  /** Tries again while others write, without stopping this process. */
  async function whenFree<T>(action: () => T): Promise<T> {
    const giveUpAt = performance.now() + busyTimeoutMs;
    for (let waitMs = 2; ; waitMs = Math.min(waitMs * 2, 100)) {
      try {
        return action();
      } catch (error) {
        if (!isBusy(error) || performance.now() >= giveUpAt) throw error;
      }
      await waitAbout(waitMs);
    }
  }

  async function use<T>(action: (connection: Connection) => T): Promise<T> {
    try {
      const open = await connection.get();
      return await whenFree(() => action(open));
    } catch (error) {
      throw toSqliteError(error, path);
    }
  }

  async function whileOpen<T>(work: () => Promise<T>): Promise<T> {
    if (closed) throw new CompozyError('Store.Unavailable', `The database file "${path}" was closed by this process.`);
    return await work();
  }

  const queue = createWriteQueue<Connection>({
    transact: (work, isDurable) =>
      use((open) => {
        waitForDisk(open, isDurable);
        return inTransaction(open.database, () => work(open));
      }),
    isIntact: (open) => open.database.isTransaction,
    toError: (error) => toSqliteError(error, path),
  });

  return {
    build,
    now: sql<number>`${sql.raw(NOW)}`,
    shared: false,
    maxParameters: 30_000,
    run: <R>(query: Compilable<R>, options?: WriteOptions) =>
      whileOpen(async () => {
        const compiled = query.compile();
        const run = (open: Connection) => execute(open, compiled) as R[];
        return compiled.query.kind === 'SelectQueryNode' ? await use(run) : await queue.write(run, options);
      }),
    atomically: (queries, options) =>
      whileOpen(async () => {
        const compiled = queries.map((query) => query.compile());
        const all = (open: Connection) =>
          allOrNothing(open.database, () => {
            for (const query of compiled) execute(open, query);
          });
        await queue.write(all, options);
      }),
    migrate: () => whileOpen(() => use(({ found }) => found)),
    async readVersion() {
      if (!existsSync(path)) return 0;
      const { DatabaseSync } = await import('node:sqlite');
      try {
        const database = new DatabaseSync(path, { timeout: BLOCKING_WAIT_MS });
        try {
          return await whenFree(() => foundVersion(database));
        } finally {
          database.close();
        }
      } catch (error) {
        throw toSqliteError(error, path);
      }
    },
    async close() {
      closed = true;
      await queue.idle();
      const open = await connection.current();
      if (open?.database.isOpen === true) open.database.close();
    },
  };
}

function execute({ database, statements }: Connection, { sql: text, parameters }: CompiledQuery): unknown[] {
  let statement = statements.get(text);
  if (statement === undefined) {
    statement = database.prepare(text);
  } else {
    statements.delete(text);
  }
  // The end of the map is what was used last.
  statements.set(text, statement);
  if (statements.size > STATEMENTS_KEPT) statements.delete(statements.keys().next().value!);
  return statement.all(...(parameters as SQLInputValue[]));
}

/** In the order of the log: whatever waits takes what did not wait before it along. */
function waitForDisk(open: Connection, isDurable: boolean): void {
  if (open.isDurable === isDurable) return;
  open.database.exec(`pragma synchronous = ${isDurable ? 'full' : 'normal'}`);
  open.isDurable = isDurable;
}

function inTransaction<T>(database: DatabaseSync, action: () => T): T {
  database.exec('begin immediate');
  try {
    const result = action();
    database.exec('commit');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

/** Within a transaction whose other parts stay when this one fails. */
function allOrNothing(database: DatabaseSync, action: () => void): void {
  database.exec('savepoint part');
  try {
    action();
  } catch (error) {
    if (database.isTransaction) database.exec('rollback to part');
    throw error;
  } finally {
    if (database.isTransaction) database.exec('release part');
  }
}

/** Gives the version that the schema had. */
function prepareFile(database: DatabaseSync): number {
  database.exec('pragma journal_mode = wal');
  // A lease or a blob that was answered for has to outlive a power cut.
  database.exec('pragma synchronous = full');
  let found = foundVersion(database);
  if (found === SCHEMA_VERSION) return found;
  inTransaction(database, () => {
    database.exec(CREATE_SCHEMA_TABLE);
    found = readVersion(database);
    for (const statement of statementsFrom(found, { id: 'text', bytes: 'blob' }, NOW)) database.exec(statement);
  });
  return found;
}

function foundVersion(database: DatabaseSync): number {
  const table = database.prepare(`select 1 from sqlite_master where type = 'table' and name = 'compozy_schema'`).get();
  return table === undefined ? 0 : readVersion(database);
}

function readVersion(database: DatabaseSync): number {
  return Number(database.prepare(READ_SCHEMA_VERSION).get()?.['version']);
}
