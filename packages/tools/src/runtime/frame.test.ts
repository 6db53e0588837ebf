import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameError, FrameReader } from './frame.js';

const token = Buffer.from('01234567');
const other = Buffer.from('76543210');

describe('FrameReader', () => {
  it.each([1, 2, 7, 13, 1_000])('finds the same frames in pieces of %i bytes', (size) => {
    const texts = ['{"a":1}', '', 'é'.repeat(100), '[]'];
    const stream = Buffer.concat(texts.map((text) => encodeFrame(token, text)));
    const reader = new FrameReader({ token, maxBytes: 1_000 });
    const found: string[] = [];
    for (let at = 0; at < stream.length; at += size) found.push(...reader.push(stream.subarray(at, at + size)));
    expect(found).toEqual(texts);
  });

  it('refuses foreign bytes, another token and a frame beyond the limit', () => {
    const push = (chunk: Buffer) => () => new FrameReader({ token, maxBytes: 10 }).push(chunk);
    expect(push(Buffer.from('something that a tool printed'))).toThrow(FrameError);
    expect(push(encodeFrame(other, '{}'))).toThrow('foreign bytes');
    expect(push(encodeFrame(token, 'x'.repeat(11)))).toThrow('over the size limit');
    expect(push(encodeFrame(token, 'x'.repeat(1_000)).subarray(0, 12))).toThrow('over the size limit');
  });

  it('adopts the token of the first frame if it has none', () => {
    const reader = new FrameReader({ maxBytes: 10 });
    expect(reader.push(encodeFrame(token, '{}'))).toEqual(['{}']);
    expect(reader.token).toEqual(token);
    expect(() => reader.push(encodeFrame(other, '{}'))).toThrow(FrameError);
  });
});
