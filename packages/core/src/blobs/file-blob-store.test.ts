import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
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
