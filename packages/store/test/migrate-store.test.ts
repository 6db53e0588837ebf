import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '@compozy/core';
import { createPostgresStore } from '../src/create-postgres-store.js';
import { createSqliteStore } from '../src/create-sqlite-store.js';
import { migrateStore, readSchema, type StoreLocation } from '../src/migrate-store.js';
import { executionRecord } from './sample-execution.js';
import { postgresMissing, startPostgres, type PostgresServer } from './servers/start-postgres.js';

const newest = 2;
const refused = {
  code: 'Store.Unavailable',
  message: expect.stringContaining('schema version 99') as string,
};

async function migratesOnce(location: StoreLocation): Promise<void> {
  expect(await readSchema(location)).toEqual({ version: 0, newest });
  const all = await Promise.all(Array.from({ length: 4 }, () => migrateStore(location)));
  expect(all.filter(({ from }) => from === 0)).toEqual([{ from: 0, to: newest }]);
  expect(await migrateStore(location)).toEqual({ from: newest, to: newest });
  expect(await readSchema(location)).toEqual({ version: newest, newest });
}

/** What a release of version 1 had left. */
const BEFORE_VERSION_2 = [
  'alter table compozy_executions drop column temporal_workflow_id',
  'delete from compozy_schema where version = 2',
];

async function keepsRows(location: StoreLocation, store: () => Store, run: (sql: string) => Promise<void>) {
  const record = executionRecord('old');
  const before = store();
  await before.workflows.upsert(record);
  await before.close();
  for (const statement of BEFORE_VERSION_2) await run(statement);
  expect(await migrateStore(location)).toEqual({ from: 1, to: newest });
  const { workflows, close } = store();
  expect(await workflows.get('old')).toEqual(record);
  expect(await workflows.upsert({ ...record, version: 2 })).toBe(true);
  expect(await workflows.upsert({ ...record, version: 3, temporalWorkflowId: 'other' })).toBe(false);
  await close();
}

describe('migrateStore on SQLite', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'compozy-migrate-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('is done by one of several, and told by that one only', () =>
    migratesOnce({ path: join(dir, 'new', 'state.db') }));

  it('keeps the rows of version 1, which take changes of their run', async () => {
    const path = join(dir, 'old.db');
    await keepsRows(
      { path },
      () => createSqliteStore({ path }),
      async (statement) => {
        using database = new DatabaseSync(path);
        database.exec(statement);
      },
    );
  });

  it('makes no file to look at', async () => {
    const path = join(dir, 'none', 'state.db');
    expect(await readSchema({ path })).toEqual({ version: 0, newest });
    expect(existsSync(join(dir, 'none'))).toBe(false);
  });

  it('tells of a newer release, and leaves it alone', async () => {
    const path = join(dir, 'newer.db');
    await migrateStore({ path });
    using database = new DatabaseSync(path);
    database.exec('insert into compozy_schema values (99, 0)');
    expect(await readSchema({ path })).toEqual({ version: 99, newest });
    await expect(migrateStore({ path })).rejects.toMatchObject(refused);
  });

  it('says Store.Unavailable for what is no database', async () => {
    await expect(readSchema({ path: dir })).rejects.toMatchObject({ code: 'Store.Unavailable' });
    await expect(migrateStore({ path: dir })).rejects.toMatchObject({ code: 'Store.Unavailable' });
  });
});

const reason = postgresMissing === undefined ? '' : ` (skipped: ${postgresMissing})`;

describe.skipIf(postgresMissing !== undefined)(`migrateStore on PostgreSQL${reason}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => server?.[Symbol.asyncDispose]());

  it('is done by one of several, and told by that one only', async () => {
    const url = server.createDatabase();
    await migratesOnce({ url });
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query('insert into compozy_schema values (99, 0)');
    await client.end();
    expect(await readSchema({ url })).toEqual({ version: 99, newest });
    await expect(migrateStore({ url })).rejects.toMatchObject(refused);
  });

  it('keeps the rows of version 1, which take changes of their run', async () => {
    const url = server.createDatabase();
    const client = new Client({ connectionString: url });
    await client.connect();
    await keepsRows(
      { url },
      () => createPostgresStore({ url }),
      async (statement) => void (await client.query(statement)),
    );
    await client.end();
  });

  it('says Store.Unavailable while nobody answers', async () => {
    const location = { url: 'postgres://compozy@127.0.0.1:1/x' };
    await expect(readSchema(location)).rejects.toMatchObject({ code: 'Store.Unavailable' });
    await expect(migrateStore(location)).rejects.toMatchObject({ code: 'Store.Unavailable' });
  });
});
