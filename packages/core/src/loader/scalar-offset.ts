import type { Scalar } from 'yaml';
import type { Place } from '../schema/source-document.js';

/**
 * The offset in the file of a line and column in a scalar's text. It aligns the two from the nearest `{{` on, which no
 * style of scalar writes differently; without one, from the start of the content.
 */
export function offsetInScalar(file: string, scalar: Scalar, inText: Place): number {
  const text = scalar.value as string;
  const [start, end] = scalar.range ?? [0, 0];
  const raw = file.slice(start, end);
  const wanted = offsetOfPlace(text, inText);
  const before = text.lastIndexOf('{{', wanted);
  const isDouble = scalar.type === 'QUOTE_DOUBLE';
  const isSingle = scalar.type === 'QUOTE_SINGLE';
  if (before === -1) return start + aligned(text, 0, wanted, raw, contentStart(raw, scalar), isDouble, isSingle);
  let nth = 0;
  for (let at = text.indexOf('{{'); at !== before && at !== -1; at = text.indexOf('{{', at + 2)) nth += 1;
  let from = raw.indexOf('{{');
  for (let count = 0; count < nth && from !== -1; count += 1) from = raw.indexOf('{{', from + 2);
  if (from === -1) return start;
  return start + aligned(text, before, wanted, raw, from, isDouble, isSingle);
}

/** Where the text begins: after the quote, or in the line after the `|` or `>`. */
function contentStart(raw: string, { type }: Scalar): number {
  if (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') return 1;
  if (type !== 'BLOCK_LITERAL' && type !== 'BLOCK_FOLDED') return 0;
  const line = raw.indexOf('\n') + 1;
  return line + (/^\s*/.exec(raw.slice(line))?.[0].length ?? 0);
}

function offsetOfPlace(text: string, { line, column }: Place): number {
  let start = 0;
  for (let current = 1; current < line; current += 1) {
    const next = text.indexOf('\n', start);
    if (next === -1) break;
    start = next + 1;
  }
  return Math.min(start + column - 1, text.length);
}

function aligned(
  text: string,
  from: number,
  to: number,
  raw: string,
  rawFrom: number,
  escapes: boolean,
  quotes: boolean,
): number {
  let at = from;
  let rawAt = rawFrom;
  while (at < to && rawAt < raw.length) {
    const char = raw[rawAt]!;
    if (escapes && char === '\\') {
      rawAt += escapeLength(raw, rawAt);
      at += 1;
    } else if (quotes && char === "'" && raw[rawAt + 1] === "'") {
      rawAt += 2;
      at += 1;
    } else if (char === text[at] && char !== '\n') {
      rawAt += 1;
      at += 1;
    } else if (/\s/.test(char)) {
      // A line break with its indentation stands for the blanks or breaks at this place of the text.
      while (rawAt < raw.length && /\s/.test(raw[rawAt]!)) rawAt += 1;
      while (at < to && /\s/.test(text[at]!)) at += 1;
    } else return rawAt;
  }
  return rawAt;
}

function escapeLength(raw: string, at: number): number {
  const kind = raw[at + 1];
  return kind === 'x' ? 4 : kind === 'u' ? 6 : kind === 'U' ? 10 : 2;
}
