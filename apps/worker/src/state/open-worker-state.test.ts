import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeJson } from '@compozy/core/blobs';
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
});
