import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresStore } from '../src/create-postgres-store.js';
import { createSqliteStore } from '../src/create-sqlite-store.js';
import { postgresMissing, startPostgres, type PostgresServer } from './servers/start-postgres.js';

const PROCESSES = 5;
const run = promisify(execFile);
const reason = postgresMissing === undefined ? '' : ` (skipped: ${postgresMissing})`;

let dir: string;
let program: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'compozy-processes-'));
  program = join(dir, 'write-with-others.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'programs/write-with-others.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    conditions: ['@compozy/source'],
    external: ['pg-native'],
    logLevel: 'error',
  });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Starts all at once, and gives what each of them got. */
async function writeAtOnce(kind: 'sqlite' | 'postgres', target: string) {
  const outputs = await Promise.all(
    Array.from({ length: PROCESSES }, (_, index) =>
      run(process.execPath, [program, kind, target, String(index)], { timeout: 110_000 }),
    ),
  );
  return outputs.map(({ stdout }) => JSON.parse(stdout) as { reserved: number[]; ended: number[] });
}

const each = (count: number) => Array.from({ length: count }, (_, i) => i);
const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

describe('several processes that start on one new SQLite file', () => {
  it('migrate it once, and keep every rule between them', async () => {
    const path = join(dir, 'shared.db');
    const results = await writeAtOnce('sqlite', path);
    expect(sorted(results.flatMap(({ reserved }) => reserved))).toEqual(each(60));
    expect(sorted(results.flatMap(({ ended }) => ended))).toEqual(each(60));
    await using store = createSqliteStore({ path });
    expect((await store.workflows.get('shared'))?.output).toBe(594);
    using database = new DatabaseSync(path);
    expect(database.prepare('select version from compozy_schema').all()).toEqual([{ version: 1 }, { version: 2 }]);
  });

  it('are refused when a newer release has migrated it', async () => {
    const path = join(dir, 'newer.db');
    const older = createSqliteStore({ path });
    await older.ping();
    await older.close();
    using database = new DatabaseSync(path);
    database.exec('insert into compozy_schema values (99, 0)');
    await using store = createSqliteStore({ path });
    await expect(store.ping()).rejects.toMatchObject({
      code: 'Store.Unavailable',
      message: expect.stringContaining('schema version 99'),
    });
  });

  it('wait for one that writes, and give up in the end', async () => {
    const path = join(dir, 'locked.db');
    await using store = createSqliteStore({ path, busyTimeoutMs: 3_600_000 });
    await store.ping();
    await using impatient = createSqliteStore({ path, busyTimeoutMs: 50 });
    await impatient.heartbeats.listAlive('');
    using database = new DatabaseSync(path);
    database.exec('begin immediate');
    const waiting = store.leases.acquire('l', 'a', 1_000);
    await expect(impatient.leases.acquire('l', 'b', 1_000)).rejects.toMatchObject({
      code: 'Store.Unavailable',
      message: expect.stringContaining('locked for too long'),
    });
    database.exec('commit');
    expect(await waiting).toBe(true);
  });

  it('say Store.Unavailable for a path that cannot be a database', async () => {
    for (const path of ['/dev/null/x/compozy.db', dir, program]) {
      await using store = createSqliteStore({ path });
      await expect(store.ping()).rejects.toMatchObject({
        code: 'Store.Unavailable',
        message: expect.stringContaining(path),
      });
    }
  });
});

describe.skipIf(postgresMissing !== undefined)(
  `several processes that start on one PostgreSQL database${reason}`,
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(async () => server?.[Symbol.asyncDispose]());

    it('migrate it once, and keep every rule between them', async () => {
      const url = server.createDatabase();
      const results = await writeAtOnce('postgres', url);
      expect(sorted(results.flatMap(({ reserved }) => reserved))).toEqual(each(60));
      expect(sorted(results.flatMap(({ ended }) => ended))).toEqual(each(60));
      await using store = createPostgresStore({ url });
      expect((await store.workflows.get('shared'))?.output).toBe(594);
      const client = new Client({ connectionString: url });
      await client.connect();
      expect((await client.query('select version from compozy_schema')).rows).toEqual([{ version: 1 }, { version: 2 }]);
      await client.query('insert into compozy_schema values (99, 0)');
      await client.end();
      await using late = createPostgresStore({ url });
      await expect(late.ping()).rejects.toMatchObject({
        code: 'Store.Unavailable',
        message: expect.stringContaining('schema version 99'),
      });
    });
  },
);
