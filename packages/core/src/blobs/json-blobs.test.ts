import { describe, expect, it } from 'vitest';
import { isBlobRef, type BlobRef } from '../ports/blob-store.js';
import { inlineOrBlob, loadJson, storeJson } from './json-blobs.js';
import { createMemoryBlobStore } from './memory-blob-store.js';

describe('storeJson and loadJson', () => {
  it.each([null, false, 0, '', 'grüße 🎉', [], [1, [2]], { a: { b: null } }, 'x'.repeat(200_000)])(
    'round-trip %j',
    async (value) => {
      const store = createMemoryBlobStore();
      const ref = await storeJson(store, value);
      expect(isBlobRef(ref)).toBe(true);
      expect(ref.bytes).toBe(Buffer.byteLength(JSON.stringify(value)));
      expect(await loadJson(store, ref)).toEqual(value);
    },
  );

  it('give one element of a list to a reference that names it', async () => {
    const store = createMemoryBlobStore();
    const list = await storeJson(store, ['a', 'b']);
    expect(await loadJson(store, { ...list, element: 1 })).toBe('b');
    expect(await loadJson(store, { ...list, element: 2 })).toBe(null);
  });

  it('throw Blob.NotFound for a reference that leads nowhere', async () => {
    const ref: BlobRef = { $blob: '0'.repeat(64), bytes: 1, type: 'json' };
    await expect(loadJson(createMemoryBlobStore(), ref)).rejects.toMatchObject({ code: 'Blob.NotFound' });
  });
});

describe('inlineOrBlob', () => {
  // Text of a string value: two quotes and its characters.
  it.each([
    { what: 'at the limit', value: 'x'.repeat(8), inline: true },
    { what: 'one byte over it', value: 'x'.repeat(9), inline: false },
    { what: 'at the limit in UTF-8', value: 'ü'.repeat(4), inline: true },
    { what: 'over it only in UTF-8', value: 'ü'.repeat(5), inline: false },
  ])('with a value $what: inline $inline', async ({ value, inline }) => {
    const store = createMemoryBlobStore();
    const result = await inlineOrBlob(store, value, 10);
    expect(result === value).toBe(inline);
    if (!inline) expect(await loadJson(store, result as BlobRef)).toBe(value);
  });

  it('has 64 KiB as its limit', async () => {
    const store = createMemoryBlobStore();
    expect(await inlineOrBlob(store, 'x'.repeat(65_534))).toHaveLength(65_534);
    expect(isBlobRef(await inlineOrBlob(store, 'x'.repeat(65_535)))).toBe(true);
  });
});
