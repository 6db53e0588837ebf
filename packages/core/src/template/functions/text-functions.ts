import { byteLength, sliceBytes } from '../bytes.js';
import { toPlainText } from '../convert.js';
import { quoteGo } from '../format/quote.js';
import { fixed, variadic, type FunctionTable } from '../function-spec.js';
import type { Run } from '../run.js';
import { ArgumentError } from '../template-error.js';
import { newMap, typed, type Value } from '../value.js';
import {
  initials,
  lowerText,
  SPACE_CLASS,
  swapCase,
  titleText,
  untitle,
  upperText,
  withoutSpace,
} from './letter-case.js';
import { camelCase, separatedCase } from './word-case.js';
import { abbreviated, wrapped } from './wrap-text.js';

const LEADING_SPACE = new RegExp(`^[${SPACE_CLASS}]+`, 'u');
const IS_SPACE = new RegExp(`[${SPACE_CLASS}]`, 'u');

const trimAll = fixed(['string', 'string'], (_run, cutset, text) => trimmed(text, new Set(cutset)));

export const TEXT_FUNCTIONS: FunctionTable = {
  trim: fixed(['string'], (_run, text) => trimSpace(text)),
  trimAll,
  trimall: trimAll,
  trimPrefix: fixed(['string', 'string'], (_run, prefix, text) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  trimSuffix: fixed(['string', 'string'], (_run, suffix, text) =>
    suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text,
  ),
  upper: fixed(['string'], (_run, text) => upperText(text)),
  lower: fixed(['string'], (_run, text) => lowerText(text)),
  title: fixed(['string'], (_run, text) => titleText(text)),
  untitle: fixed(['string'], (_run, text) => untitle(text)),
  swapcase: fixed(['string'], (_run, text) => swapCase(text)),
  initials: fixed(['string'], (_run, text) => initials(text)),
  camelcase: fixed(['string'], (_run, text) => camelCase(text)),
  snakecase: fixed(['string'], (_run, text) => separatedCase(text, '_')),
  kebabcase: fixed(['string'], (_run, text) => separatedCase(text, '-')),
  nospace: fixed(['string'], (_run, text) => withoutSpace(text)),
  repeat: fixed(['int', 'string'], (run, count, text) => {
    if (count < 0) throw new ArgumentError('the count is negative');
    run.reserve(count * text.length);
    return text.repeat(text === '' ? 0 : count);
  }),
  substr: fixed(['int', 'int', 'string'], (_run, start, end, text) => substring(text, start, end)),
  trunc: fixed(['int', 'string'], (_run, count, text) => {
    const length = byteLength(text);
    if (count < 0 && length + count > 0) return sliceBytes(text, length + count);
    return count >= 0 && length > count ? sliceBytes(text, 0, count) : text;
  }),
  abbrev: fixed(['int', 'string'], (_run, width, text) => (width < 4 ? text : abbreviated(text, 0, width))),
  abbrevboth: fixed(['int', 'int', 'string'], (_run, left, right, text) =>
    right < 4 || (left > 0 && right < 7) ? text : abbreviated(text, left, right),
  ),
  wrap: fixed(['int', 'string'], (run, width, text) => wrapped(run, text, width, '\n', false)),
  wrapWith: fixed(['int', 'string', 'string'], (run, width, separator, text) =>
    wrapped(run, text, width, separator === '' ? '\n' : separator, true),
  ),
  contains: fixed(['string', 'string'], (_run, part, text) => text.includes(part)),
  hasPrefix: fixed(['string', 'string'], (_run, part, text) => text.startsWith(part)),
  hasSuffix: fixed(['string', 'string'], (_run, part, text) => text.endsWith(part)),
  quote: variadic([], 'any', (run, values) => each(run, values, (text) => quoteGo(text))),
  squote: variadic([], 'any', (run, values) => each(run, values, (text) => `'${text}'`)),
  cat: variadic([], 'any', (run, values) => each(run, values, (text) => text)),
  indent: fixed(['int', 'string'], (run, width, text) => indented(run, width, text)),
  nindent: fixed(['int', 'string'], (run, width, text) => `\n${indented(run, width, text)}`),
  replace: fixed(['string', 'string', 'string'], (run, from, to, text) => replaced(run, text, from, to)),
  plural: fixed(['string', 'string', 'int'], (_run, one, many, count) => (count === 1 ? one : many)),
  split: fixed(['string', 'string'], (_run, separator, text) => numbered(splitText(text, separator))),
  splitn: fixed(['string', 'int', 'string'], (_run, separator, count, text) =>
    numbered(splitText(text, separator, count)),
  ),
  splitList: fixed(['string', 'string'], (_run, separator, text) => typed(splitText(text, separator), '[]string')),
  toString: fixed(['any'], toPlainText),
};

function trimSpace(text: string): string {
  const start = LEADING_SPACE.exec(text)?.[0].length ?? 0;
  let end = text.length;
  while (end > start && IS_SPACE.test(text[end - 1]!)) end -= 1;
  return text.slice(start, end);
}

function trimmed(text: string, cutset: ReadonlySet<string>): string {
  const chars = [...text];
  let start = 0;
  let end = chars.length;
  while (start < end && cutset.has(chars[start]!)) start += 1;
  while (end > start && cutset.has(chars[end - 1]!)) end -= 1;
  return chars.slice(start, end).join('');
}

function substring(text: string, start: number, end: number): string {
  const length = byteLength(text);
  if (start < 0) {
    if (end < 0 || end > length) throw new ArgumentError(`${end} is out of range: there are ${length} bytes`);
    return sliceBytes(text, 0, end);
  }
  const stop = end < 0 || end > length ? length : end;
  if (start > stop) throw new ArgumentError(`${start} to ${stop} is out of range: there are ${length} bytes`);
  return sliceBytes(text, start, stop);
}

/** The texts of all values but nil, with blanks between. */
function each(run: Run, values: readonly Value[], write: (text: string) => string): string {
  const parts = values.filter((value) => value !== null).map((value) => write(toPlainText(run, value)));
  run.reserve(parts.reduce((size, part) => size + part.length, parts.length));
  return parts.join(' ');
}

function indented(run: Run, width: number, text: string): string {
  if (width < 0) throw new ArgumentError('the width is negative');
  run.reserve(width);
  const margin = ' '.repeat(width);
  return margin + replaced(run, text, '\n', `\n${margin}`);
}

/** Every occurrence; an empty `from` is found around each character. */
function replaced(run: Run, text: string, from: string, to: string): string {
  const parts = from === '' ? ['', ...text, ''] : text.split(from);
  run.reserve(text.length + parts.length * to.length);
  return parts.join(to);
}

/** At most `limit` parts, if that is not negative; an empty separator parts characters. */
function splitText(text: string, separator: string, limit = -1): string[] {
  if (limit === 0) return [];
  const parts = separator === '' ? [...text] : text.split(separator);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

function numbered(parts: readonly string[]): Value {
  const map = newMap();
  for (const [index, part] of parts.entries()) map[`_${index}`] = part;
  return typed(map, 'map[string]string');
}
