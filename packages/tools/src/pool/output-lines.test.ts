import { describe, expect, it } from 'vitest';
import { OutputLines } from './output-lines.js';

const marker = Buffer.from('\0mark\0\n');

function collect(chunks: readonly (string | Buffer)[], limits: { lineLimit?: number; totalLimit?: number } = {}) {
  const seen: string[] = [];
  const lines = new OutputLines({ marker, onMarker: () => seen.push('<end>'), ...limits });
  lines.attach((text) => seen.push(text));
  for (const chunk of chunks) lines.push(Buffer.from(chunk as string));
  lines.flush();
  return { seen, lines };
}

describe('OutputLines', () => {
  it.each([1, 2, 3, 5, 100])('cuts lines and finds the end mark in pieces of %i bytes', (size) => {
    const bytes = Buffer.concat([Buffer.from('a\r\n\nbé\0c\npart'), marker, Buffer.from('next\n\0mark'), marker]);
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    expect(collect(chunks).seen).toEqual(['a', '', 'bé\0c', 'part', '<end>', 'next', '\0mark', '<end>']);
  });

  it('cuts long lines and drops what is beyond the total with one note', () => {
    expect(collect(['abcdefgh\nxy\n'], { lineLimit: 4 }).seen).toEqual(['abcd … [line cut]', 'xy']);
    const { seen } = collect(['one\n', 'two\nthree\nfour\n', '\0mark\0\n'], { totalLimit: 9 });
    expect(seen).toEqual(['one', 'two', '[output beyond 9 characters dropped]', '<end>']);
  });

  it('keeps lines for the first sink and is silent between calls', () => {
    const seen: string[] = [];
    const lines = new OutputLines({ marker, onMarker: () => {} });
    lines.push(Buffer.from('early\nhalf'));
    lines.attach((text) => seen.push(`1 ${text}`));
    lines.push(Buffer.from(' more\n'));
    lines.detach();
    lines.push(Buffer.from('between\nand a half'));
    lines.attach((text) => seen.push(`2 ${text}`));
    lines.push(Buffer.from('second\n'));
    expect(seen).toEqual(['1 early', '1 half more', '2 second']);
  });

  it('notices the last words of V8 even when it drops the rest', () => {
    const { lines } = collect(['x'.repeat(50), '\nFATAL ERROR: JavaScript heap out of memory\n'], { totalLimit: 5 });
    expect(lines.sawHeapLimit).toBe(true);
  });
});
