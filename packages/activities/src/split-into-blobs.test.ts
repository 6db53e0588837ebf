import { describe, expect, it } from 'vitest';
import { isBlobRef, type BlobRef } from '@compozy/core';
import { createMemoryBlobStore, loadJson } from '@compozy/core/blobs';
import { splitIntoBlobs } from './split-into-blobs.js';

const text = (length: number) => 'x'.repeat(length);

describe('splitIntoBlobs', () => {
  it('stores the largest values until the rest is small', async () => {
    const blobs = createMemoryBlobStore();
    const values = { a: text(40_000), b: 1, c: [text(50_000)], d: text(20_000) };
    const split = await splitIntoBlobs(blobs, values);
    expect({ ...split, c: 0 }).toEqual({ ...values, c: 0 });
    expect(await loadJson(blobs, split['c'] as unknown as BlobRef)).toEqual(values.c);
  });

  it('leaves small values alone', async () => {
    const values = { a: 1, b: text(60_000) };
    expect(await splitIntoBlobs(createMemoryBlobStore(), values)).toEqual(values);
  });

  it('refuses what is too much in values that are too small to be stored', async () => {
    const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`k${index}`, text(100)]));
    await expect(splitIntoBlobs(createMemoryBlobStore(), many)).rejects.toMatchObject({
      code: 'Input.Invalid',
      message: expect.stringContaining('put them into one list or one object'),
    });
    const one = await splitIntoBlobs(createMemoryBlobStore(), { many });
    expect(isBlobRef(one['many']!)).toBe(true);
  });
});
