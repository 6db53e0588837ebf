import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateStore, readSchema, type StoreLocation } from '../src/migrate-store.js';
import { postgresMissing, startPostgres, type PostgresServer } from './servers/start-postgres.js';

const newest = 1;
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

describe('migrateStore on SQLite', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'compozy-migrate-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('is done by one of several, and told by that one only', () =>
    migratesOnce({ path: join(dir, 'new', 'state.db') }));

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

  it('says Store.Unavailable while nobody answers', async () => {
    const location = { url: 'postgres://compozy@127.0.0.1:1/x' };
    await expect(readSchema(location)).rejects.toMatchObject({ code: 'Store.Unavailable' });
    await expect(migrateStore(location)).rejects.toMatchObject({ code: 'Store.Unavailable' });
  });
});
