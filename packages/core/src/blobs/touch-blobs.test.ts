import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Json } from '../model/json.js';
import { createMemoryBlobStore } from './memory-blob-store.js';
import { storeJson } from './json-blobs.js';
import { touchBlobs } from './touch-blobs.js';

const asJson = (value: unknown) => value as Json;

describe('touchBlobs', () => {
  it('counts as a use of what is referred to, at any depth and over other blobs, and of nothing else', async () => {
    const blobs = createMemoryBlobStore();
    const inner = await storeJson(blobs, 'inner');
    const outer = await storeJson(blobs, asJson({ list: [inner] }));
    const item = await storeJson(blobs, ['an', 'item']);
    const other = await storeJson(blobs, 'other');
    await sleep(5);
    const olderThan = new Date();
    await touchBlobs(blobs, asJson({ a: [1, null, { b: outer }], c: { ...item, element: 1 } }));
    expect(await blobs.sweep({ olderThan, keep: new Set() })).toBe(1);
    for (const { $blob } of [inner, outer, item]) expect((await blobs.get($blob)).length).toBeGreaterThan(0);
    await expect(blobs.get(other.$blob)).rejects.toMatchObject({ code: 'Blob.NotFound' });
  });

  it('passes over what is missing or no reference', async () => {
    const blobs = createMemoryBlobStore();
    const there = await storeJson(blobs, 'there');
    await sleep(5);
    const olderThan = new Date();
    const missing = { $blob: '0'.repeat(64), bytes: 1, type: 'json' };
    await touchBlobs(blobs, asJson([missing, { $blob: 7 }, there]));
    expect(await blobs.sweep({ olderThan, keep: new Set() })).toBe(0);
  });
});
