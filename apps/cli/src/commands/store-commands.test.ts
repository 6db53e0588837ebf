import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSqliteStore, migrateStore } from '@compozy/store';
import { hashApiKey } from '@compozy/worker';
import { postgresMissing, startPostgres } from '../../../../packages/store/test/servers/start-postgres.js';
import { createFolder } from '../../test/cli-session.js';
import { runCommand } from '../../test/run-command.js';
import { addApiKeysCommand } from './api-keys.js';
import { addMigrateCommand } from './migrate.js';

const files = { 'compozy.yaml': 'name: shop\n' };
const fileOf = (dir: string) => path.join(dir, '.compozy', 'state.db');

beforeEach(() => void vi.stubEnv('DATABASE_URL', ''));
afterEach(() => vi.unstubAllEnvs());

describe('compozy migrate', () => {
  it('tells what it did, and the second time that nothing was left', async () => {
    await using folder = await createFolder(files);
    const file = fileOf(folder.dir);
    const migrate = (...args: readonly string[]) =>
      runCommand(addMigrateCommand, ['migrate', ...args, '-p', folder.dir]);
    expect(await migrate('status')).toEqual({
      code: 1,
      stdout: `${file}: no schema yet; the newest is 2\n`,
      stderr: '',
    });
    expect(await migrate()).toEqual({ code: 0, stdout: `${file}: version 0 to 2\n`, stderr: '' });
    expect((await migrate('up')).stdout).toBe(`${file}: version 2 is the newest\n`);
    expect(JSON.parse((await migrate('up', '--json')).stdout)).toEqual({ store: file, from: 2, to: 2 });
    expect(JSON.parse((await migrate('status', '--json')).stdout)).toEqual({
      store: file,
      version: 2,
      newest: 2,
      current: true,
    });
  });

  it('makes no store in a folder that is no project, and shows no password', async () => {
    await using folder = await createFolder({});
    const { code, stderr } = await runCommand(addMigrateCommand, ['migrate', '-p', folder.dir]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('no compozy.yaml') as string });
    const wrong = await runCommand(addMigrateCommand, ['migrate', '--database-url', 'mysql://u:secret@h/d']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('must be postgres://') as string });
    expect(wrong.stderr).not.toContain('secret');
  });

  it.skipIf(postgresMissing !== undefined)(
    'makes the tables of memories too in PostgreSQL',
    async () => {
      await using server = await startPostgres();
      const url = server.createDatabase();
      const name = url.replace('compozy@', '');
      const migrate = (...args: readonly string[]) =>
        runCommand(addMigrateCommand, ['migrate', ...args, '--database-url', url]);
      const lines = (store: string, memories: string) => `${name}: ${store}\n${name}, memories: ${memories}\n`;
      expect(await migrate('status')).toMatchObject({
        code: 1,
        stdout: lines('no schema yet; the newest is 2', 'no schema yet; the newest is 1'),
      });
      const other = server.createDatabase();
      await migrateStore({ url: other });
      const half = await runCommand(addMigrateCommand, ['migrate', 'status', '--database-url', other]);
      expect([half.code, half.stdout]).toEqual([1, expect.stringMatching(/the newest\n.*memories: no schema yet/)]);
      expect(await migrate()).toEqual({ code: 0, stdout: lines('version 0 to 2', 'version 0 to 1'), stderr: '' });
      expect(await migrate('status')).toMatchObject({
        code: 0,
        stdout: lines('version 2 is the newest', 'version 1 is the newest'),
      });
      expect(JSON.parse((await migrate('status', '--json')).stdout)).toEqual({
        store: name,
        version: 2,
        newest: 2,
        current: true,
        memory: { version: 1, newest: 1, current: true },
      });
      expect(JSON.parse((await migrate('up', '--json')).stdout)).toEqual({
        store: name,
        from: 2,
        to: 2,
        memory: { from: 1, to: 1 },
      });
    },
    60_000,
  );

  it('works on the store that the settings of the worker say', async () => {
    await using folder = await createFolder({ 'compozy.yaml': 'name: shop\ndatabase: { path: ./elsewhere.db }\n' });
    const status = () => runCommand(addMigrateCommand, ['migrate', 'status', '-p', folder.dir]);
    expect((await status()).stdout).toContain(path.join(folder.dir, 'elsewhere.db'));
    vi.stubEnv('DATABASE_URL', 'postgres://u:secret@127.0.0.1:1/d');
    const down = status();
    await expect(down).rejects.toMatchObject({ code: 'Store.Unavailable' });
    await expect(down).rejects.not.toThrow('secret');
  });
});

describe('compozy api-keys', () => {
  it('shows a key once, keeps its hash only, and revokes it', async () => {
    await using folder = await createFolder(files);
    const keys = (...args: readonly string[]) => runCommand(addApiKeysCommand, ['api-keys', ...args, '-p', folder.dir]);
    const created = await keys('create', 'ci', '--scopes', 'read, admin');
    const key = created.stdout.trim();
    expect(key).toMatch(/^cpzy_[\w-]{43}$/);
    expect(created.stderr).not.toContain(key);
    const json = JSON.parse((await keys('create', 'other', '--json')).stdout) as Record<string, unknown>;
    expect(json).toMatchObject({ name: 'other', scopes: ['read', 'run'], revoked_at: null });

    await using store = createSqliteStore({ path: fileOf(folder.dir) });
    const record = await store.apiKeys.findByHash(hashApiKey(key));
    expect(record).toMatchObject({ name: 'ci', scopes: ['read', 'admin'], revokedAt: null });
    await store.close();
    const bytes = ['', '-wal'].map((end) => readFileSync(`${fileOf(folder.dir)}${end}`, { flag: 'a+' }));
    for (const secret of [key, json['key'] as string]) expect(Buffer.concat(bytes).includes(secret)).toBe(false);

    expect((await keys('revoke', record!.id)).stderr).toBe(`${record!.id}: revoked\n`);
    expect((await keys('revoke', record!.id)).stderr).toMatch(/: was revoked 2\d{3}-/);
    const listed = JSON.parse((await keys('list', '--json')).stdout) as { api_keys: { revoked_at: unknown }[] };
    expect(listed.api_keys).toMatchObject([
      { id: record!.id, name: 'ci', scopes: ['read', 'admin'], revoked_at: expect.any(String) as string },
      { id: json['id'], name: 'other', revoked_at: null },
    ]);
    const table = await keys('list');
    expect(table.stdout).toMatch(/^\w{27} +other +read,run +\S+ +- +-$/m);
    expect(table.stdout + JSON.stringify(listed)).not.toContain(hashApiKey(key));
  });

  it.each([
    [['create', 'x', '--scopes', 'admn'], 'Did you mean "admin"?'],
    [['create', 'x', '--scopes', ''], 'The scopes are read, run, admin.'],
    [['create', ' '], 'needs a name'],
    [['create'], 'name'],
  ])('refuses %j', async (args, message) => {
    await using folder = await createFolder(files);
    const { code, stdout, stderr } = await runCommand(addApiKeysCommand, ['api-keys', ...args, '-p', folder.dir]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('exits with 1 for an id that is not there', async () => {
    await using folder = await createFolder(files);
    const { code, stderr } = await runCommand(addApiKeysCommand, ['api-keys', 'revoke', 'nix', '-p', folder.dir]);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('no API key "nix"') as string });
  });
});
