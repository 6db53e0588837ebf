import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isExecId } from '../index.js';
import { deriveExecId, encodeExecId } from './derive-exec-id.js';

describe('deriveExecId', () => {
  it.each(['', 'order-1', '["my-project","größe","耶"]'])('is 160 bits of the SHA-256 of %j', (text) => {
    const id = deriveExecId(text);
    expect(isExecId(id)).toBe(true);
    expect(id).toBe(encodeExecId(createHash('sha256').update(text).digest().subarray(0, 20)));
  });
});

describe('encodeExecId', () => {
  it('sorts as the bytes do, from 27 zeros to the largest', () => {
    const bytes = (...first: number[]) => Uint8Array.from({ length: 20 }, (_, index) => first[index] ?? 0);
    const ids = [bytes(), bytes(0, 1), bytes(1), bytes(255, 255), new Uint8Array(20).fill(255)].map(encodeExecId);
    expect(ids[0]).toBe('0'.repeat(27));
    expect(ids.at(-1)).toBe('aWgEPTl1tmebfsQzFP4bxwgy80V');
    expect(ids.toSorted()).toEqual(ids);
  });
});
