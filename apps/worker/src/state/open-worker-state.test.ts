import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileBlobStore, storeJson } from '@compozy/core/blobs';
import { createPostgresStore, createSqliteStore } from '@compozy/store';
import { openWorkerState } from './open-worker-state.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-state-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('large values of a worker', () => {
  it('are kept where hosts share their store', () => {
    // Nothing is connected before it is used.
    const store = createPostgresStore({ url: 'postgres://127.0.0.1:1/none' });
    expect(openWorkerState({ store }, dir).blobs).toBe(store.blobs);
  });

  it('are files beside a store of one host', async () => {
    const state = openWorkerState({ store: createSqliteStore({ path: ':memory:' }) }, dir);
    await storeJson(state.blobs, { large: true });
    expect(await readdir(dir)).toEqual(['blobs']);
  });

  it('may be deleted where one store has the rows of all that refers to them, and nowhere else', () => {
    const store = createSqliteStore({ path: ':memory:' });
    const { workflows, tasks } = createSqliteStore({ path: ':memory:' });
    const swept = (options: Parameters<typeof openWorkerState>[0]) => {
      const { blobs, sweptBlobs } = openWorkerState(options, dir);
      expect([blobs, undefined]).toContain(sweptBlobs);
      return sweptBlobs !== undefined;
    };
    expect(swept({})).toBe(true);
    expect(swept({ store })).toBe(true);
    expect(swept({ store, blobs: store.blobs })).toBe(true);
    expect(swept({ store: createPostgresStore({ url: 'postgres://127.0.0.1:1/none' }) })).toBe(true);
    // Somebody else may refer to what is in these, or what refers to it is in another place.
    expect(swept({ store, blobs: createFileBlobStore({ dir }) })).toBe(false);
    expect(swept({ store, workflowRepo: () => workflows })).toBe(false);
    expect(swept({ store, taskRepo: () => tasks })).toBe(false);
  });
});
