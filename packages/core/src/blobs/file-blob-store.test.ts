import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { mkdtempDisposable, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeBlobStore } from '../testing/describe-blob-store.js';
import { createFileBlobStore } from './file-blob-store.js';

async function createStore() {
  const directory = await mkdtempDisposable(join(tmpdir(), 'blobs-'));
  const dir = join(directory.path, 'deep', 'blobs');
  return { store: createFileBlobStore({ dir }), dir, [Symbol.asyncDispose]: () => directory.remove() };
}

const bytes = new TextEncoder().encode('hello');
const HELLO = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
const LATER = new Date(Date.now() + 3_600_000);

describeBlobStore({ name: 'file system', create: createStore }, { describe, it, expect });

describe('createFileBlobStore', () => {
  it('keeps a blob two directories deep, readable by its owner only, and no temporary file', async () => {
    await using context = await createStore();
    await context.store.put(bytes);
    const file = join(context.dir, '2c', 'f2', HELLO);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(context.dir, 'tmp'))).toEqual([]);
  });

  it('finds what another store object on the same folder has written', async () => {
    await using context = await createStore();
    await context.store.put(bytes);
    expect(await createFileBlobStore({ dir: context.dir }).get(HELLO)).toEqual(Buffer.from(bytes));
  });

  it('does not return a damaged file', async () => {
    await using context = await createStore();
    await context.store.put(bytes);
    writeFileSync(join(context.dir, '2c', 'f2', HELLO), 'hell');
    await expect(context.store.get(HELLO)).rejects.toMatchObject({
      code: 'Blob.NotFound',
      message: expect.stringContaining('damaged'),
    });
  });

  it('sweeps temporary files that a crash has left, and leaves foreign files alone', async () => {
    await using context = await createStore();
    await context.store.put(bytes);
    writeFileSync(join(context.dir, 'tmp', 'left-over'), 'hel');
    writeFileSync(join(context.dir, 'README'), 'mine');
    expect(await context.store.sweep({ olderThan: LATER, keep: new Set([HELLO]) })).toBe(0);
    expect(readdirSync(join(context.dir, 'tmp'))).toEqual([]);
    expect(readdirSync(context.dir)).toContain('README');
  });

  it('reads, and puts back, what a sweep that died had set aside after it was touched', async () => {
    await using context = await createStore();
    await context.store.put(bytes);
    const file = join(context.dir, '2c', 'f2', HELLO);
    renameSync(file, join(context.dir, 'tmp', `${HELLO}.1`));
    expect(await context.store.get(HELLO)).toEqual(Buffer.from(bytes));
    const hourAgo = new Date(Date.now() - 3_600_000);
    expect(await context.store.sweep({ olderThan: hourAgo, keep: new Set() })).toBe(0);
    expect(readdirSync(join(context.dir, 'tmp'))).toEqual([]);
    expect(readFileSync(file)).toEqual(Buffer.from(bytes));
  });

  it('removes, and counts, what a sweep that died had set aside for good', async () => {
    await using context = await createStore();
    await context.store.put(bytes);
    renameSync(join(context.dir, '2c', 'f2', HELLO), join(context.dir, 'tmp', `${HELLO}.1`));
    expect(await context.store.sweep({ olderThan: LATER, keep: new Set() })).toBe(1);
    await expect(context.store.get(HELLO)).rejects.toMatchObject({ code: 'Blob.NotFound' });
  });

  it('has what was put, whenever a sweep began to remove the old file', async () => {
    await using context = await createStore();
    const olderThan = new Date(Date.now() - 60_000);
    const lost: unknown[] = [];
    const putAndSweep = async (value: Uint8Array) => {
      const sha256 = await context.store.put(value);
      const file = join(context.dir, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
      for (let times = 0; times < 150; times += 1) {
        await utimes(file, 0, 0);
        const sweeping = [1, 2].map(() => context.store.sweep({ olderThan, keep: new Set() }));
        for (let turns = 0; turns < times % 15; turns += 1) await new Promise((resolve) => setImmediate(resolve));
        await context.store.put(value);
        await context.store.get(sha256).catch((error: unknown) => lost.push(error));
        await Promise.all(sweeping);
        await context.store.get(sha256).catch((error: unknown) => lost.push(error));
      }
    };
    await Promise.all([1, 2, 3].map((value) => putAndSweep(Uint8Array.of(value))));
    expect(lost).toEqual([]);
  });

  it('lets several sweep at once, and counts each blob once', async () => {
    await using context = await createStore();
    for (let i = 0; i < 30; i += 1) await context.store.put(Uint8Array.of(i));
    const sweeps = Array.from({ length: 4 }, () => context.store.sweep({ olderThan: LATER, keep: new Set() }));
    expect((await Promise.all(sweeps)).reduce((sum, removed) => sum + removed, 0)).toBe(30);
  });

  it('throws Blob.Unavailable when the folder cannot be used', async () => {
    await using context = await createStore();
    await context.store.put(bytes);
    const dir = join(context.dir, '2c', 'f2', HELLO);
    const store = createFileBlobStore({ dir });
    const unavailable = { code: 'Blob.Unavailable', details: { dir } };
    await expect(store.put(bytes)).rejects.toMatchObject(unavailable);
    await expect(store.sweep({ olderThan: LATER, keep: new Set() })).rejects.toMatchObject(unavailable);
    await expect(store.get(HELLO)).rejects.toMatchObject(unavailable);
  });

  it('says whether other hosts can read it', async () => {
    expect(createFileBlobStore({ dir: '/nowhere' }).shared).toBe(false);
    expect(createFileBlobStore({ dir: '/nowhere', shared: true }).shared).toBe(true);
  });
});
