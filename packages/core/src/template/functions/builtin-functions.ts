import { byteLength, bytesOf } from '../bytes.js';
import { areEqual, orderOf } from '../compare.js';
import { escapeHtml, escapeJs, escapeQuery } from '../format/escape.js';
import { formatted } from '../format/printf.js';
import { LimitedText, printed, toText } from '../format/write-value.js';
import { fixed, variadic, type FunctionTable } from '../function-spec.js';
import { memberOfAny } from '../read-path.js';
import type { Run } from '../run.js';
import { ArgumentError } from '../template-error.js';
import { isFloat, isList, isMap, isTrue, kindOf, numberOf, toInt, typeOf, type Value } from '../value.js';

/** What Go's text/template has by itself. `and` and `or` are compiled: see compile-logic. */
export const BUILTIN_FUNCTIONS: FunctionTable = {
  and: variadic(['any'], 'any', (_run, first) => first),
  or: variadic(['any'], 'any', (_run, first) => first),
  not: fixed(['any'], (_run, value) => !isTrue(value), { sees: 'surface' }),
  call: variadic(['any'], 'any', (_run, value) => {
    throw new ArgumentError(`a value of type ${typeOf(value)} is no function`);
  }),
  eq: variadic(
    ['any'],
    'any',
    (_run, first, others) => {
      if (others.length === 0) throw new ArgumentError('nothing to compare with');
      return others.some((other) => areEqual(first, other));
    },
    { sees: 'surface' },
  ),
  ne: fixed(['any', 'any'], (_run, a, b) => !areEqual(a, b), { sees: 'surface' }),
  lt: fixed(['any', 'any'], (_run, a, b) => orderOf(a, b) < 0, { sees: 'surface' }),
  le: fixed(['any', 'any'], (_run, a, b) => orderOf(a, b) <= 0, { sees: 'surface' }),
  gt: fixed(['any', 'any'], (_run, a, b) => orderOf(a, b) > 0, { sees: 'surface' }),
  ge: fixed(['any', 'any'], (_run, a, b) => orderOf(a, b) >= 0, { sees: 'surface' }),
  index: variadic(['any'], 'any', indexed, { sees: 'surface' }),
  len: fixed(
    ['any'],
    (_run, value) => {
      if (typeof value === 'string') return byteLength(value);
      if (isList(value)) return value.length;
      if (isMap(value)) return Object.keys(value).length;
      throw new ArgumentError(`a value of type ${typeOf(value)} has no length`);
    },
    { sees: 'surface' },
  ),
  print: variadic([], 'any', printed),
  println: variadic([], 'any', (run, values) => {
    const out = new LimitedText(run);
    for (const [index, value] of values.entries()) out.add(`${index > 0 ? ' ' : ''}${toText(run, value)}`);
    return `${out.text}\n`;
  }),
  printf: variadic(['string'], 'any', formatted),
  html: variadic([], 'any', (run, values) => escapeHtml(escapable(run, values, 5))),
  js: variadic([], 'any', (run, values) => escapeJs(escapable(run, values, 6))),
  urlquery: variadic([], 'any', (run, values) => escapeQuery(escapable(run, values, 3))),
  htmlEscape: variadic([], 'any', (run, values) => escapeHtml(escapable(run, values, 5))),
  htmlAttrEscape: variadic([], 'any', (run, values) => escapeHtml(escapable(run, values, 5))),
  jsEscape: variadic([], 'any', (run, values) => escapeJs(escapable(run, values, 6))),
};

function escapable(run: Run, values: readonly Value[], growth: number): string {
  const text =
    values.length === 1 && values[0] === null
      ? '<no value>'
      : printed(
          run,
          values.map((value) => value ?? '<no value>'),
        );
  // Only what is really long may come near the limit by being escaped.
  if (text.length * growth > run.maxTextBytes * growth) run.tooLong();
  run.spend(text.length >> 4);
  return text;
}

/** `index list 1 "key"`: an element at every step; a missing key is nil. */
function indexed(run: Run, base: Value, keys: readonly Value[]): Value {
  let value = base;
  if (value === null) throw new ArgumentError('there is no value to index: it is null');
  for (const key of keys) {
    if (value === null) throw new ArgumentError('a value on the way is null');
    run.surface(value);
    if (isList(value)) value = value[position(key, value.length)] ?? null;
    else if (typeof value === 'string') value = toInt(bytesOf(value)[position(key, byteLength(value))]!, 'uint8');
    else if (isMap(value)) {
      if (typeof key !== 'string')
        throw new ArgumentError(`the key of a map is text, not a value of type ${typeOf(key)}`);
      value = memberOfAny(run, value, key) ?? (typeOf(value) === 'map[string]string' ? '' : null);
    } else throw new ArgumentError(`a value of type ${typeOf(value)} has no elements`);
  }
  return value;
}

function position(key: Value, length: number): number {
  const number = numberOf(key);
  if (number === undefined || isFloat(key)) {
    throw new ArgumentError(`the position in a list is an int, not a value of type ${kindOf(key)}`);
  }
  if (number < 0 || number >= length)
    throw new ArgumentError(`${number} is out of range: there are ${length} elements`);
  return Number(number);
}
