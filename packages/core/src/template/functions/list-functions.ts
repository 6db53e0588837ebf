import { deepEqual } from '../compare.js';
import { toPlainText } from '../convert.js';
import { fixed, variadic, type FunctionSpec, type FunctionTable } from '../function-spec.js';
import type { Run } from '../run.js';
import { ArgumentError } from '../template-error.js';
import { compareText, isList, isTrue, nilList, typed, typeOf, type Value } from '../value.js';
import { toWhole } from '../convert.js';

const ELEMENTS = { sees: 'surface' } as const;

const first = fixed(['any'], (_run, list) => listOf(list, 'the first of')[0] ?? null, ELEMENTS);
const last = fixed(['any'], (_run, list) => listOf(list, 'the last of').at(-1) ?? null, ELEMENTS);
const rest = fixed(['any'], (_run, list) => some(listOf(list, 'the rest of'), (all) => all.slice(1)), ELEMENTS);
const initial = fixed(['any'], (_run, list) => some(listOf(list, 'the start of'), (all) => all.slice(0, -1)), ELEMENTS);
const append = fixed(['any', 'any'], (_run, list, value) => [...listOf(list, 'add to'), value], ELEMENTS);
const prepend = fixed(['any', 'any'], (_run, list, value) => [value, ...listOf(list, 'add to')], ELEMENTS);
const reverse = fixed(['any'], (_run, list) => listOf(list, 'reverse').toReversed(), ELEMENTS);
const compact = fixed(['any'], (_run, list) => listOf(list, 'compact').filter(isTrue), ELEMENTS);
const uniq = fixed(['any'], (run, list) => {
  const kept: Value[] = [];
  for (const value of listOf(list, 'find duplicates in')) if (!holds(run, kept, value)) kept.push(value);
  return kept;
});
const without = variadic(['any'], 'any', (run, list, dropped) =>
  listOf(list, 'filter').filter((value) => !holds(run, dropped, value)),
);
const has = fixed(['any', 'any'], (run, value, list) => list !== null && holds(run, listOf(list, 'search'), value));
const slice = variadic(['any'], 'any', (_run, list, [from = 0, to]) => sliced(list, from, to), ELEMENTS);
const chunk = fixed(['int', 'any'], (_run, size, list) => chunked(size, listOf(list, 'cut')), ELEMENTS);

const listed: FunctionSpec = variadic([], 'any', (_run, values) => values, { sees: 'nothing' });

export const LIST_FUNCTIONS: FunctionTable = {
  list: listed,
  tuple: listed,
  first,
  mustFirst: first,
  last,
  mustLast: last,
  rest,
  mustRest: rest,
  initial,
  mustInitial: initial,
  append,
  mustAppend: append,
  push: append,
  mustPush: append,
  prepend,
  mustPrepend: prepend,
  reverse,
  mustReverse: reverse,
  compact,
  mustCompact: compact,
  uniq,
  mustUniq: uniq,
  without,
  mustWithout: without,
  has,
  mustHas: has,
  slice,
  mustSlice: slice,
  chunk,
  mustChunk: chunk,
  concat: variadic(
    [],
    'any',
    (_run, lists) => {
      const all = lists.flatMap((part) => listOf(part, 'concatenate'));
      return all.length === 0 ? nilList() : all;
    },
    ELEMENTS,
  ),
  join: fixed(['string', 'any'], (run, separator, values) => {
    const texts = textsOf(run, values);
    run.reserve(texts.reduce((size, text) => size + text.length, separator.length * texts.length));
    return texts.join(separator);
  }),
  toStrings: fixed(['any'], (run, values) =>
    typeOf(values) === '[]string' ? values : typed([...textsOf(run, values)], '[]string'),
  ),
  sortAlpha: fixed(['any'], (run, values) =>
    typed(values === null ? ['<nil>'] : textsOf(run, values).toSorted(compareText), '[]string'),
  ),
};

function listOf(value: Value, doing: string): readonly Value[] {
  if (isList(value)) return value;
  throw new ArgumentError(`cannot take ${doing} a value of type ${typeOf(value)}: a list is needed`);
}

/** A part of a list that has elements; nil of one that has none. */
function some(list: readonly Value[], part: (list: readonly Value[]) => readonly Value[]): Value {
  return list.length === 0 ? nilList() : part(list);
}

function holds(run: Run, list: readonly Value[], value: Value): boolean {
  return list.some((element) => deepEqual(run, element, value));
}

function sliced(value: Value, from: Value, to: Value | undefined): Value {
  const list = listOf(value, 'a part of');
  if (list.length === 0) return null;
  const start = Number(toWhole(from));
  const end = to === undefined ? list.length : Number(toWhole(to));
  if (start < 0 || end < start || end > list.length) {
    throw new ArgumentError(`${start} to ${end} is out of range: there are ${list.length} elements`);
  }
  return typed(list.slice(start, end), typeOf(list));
}

function chunked(size: number, list: readonly Value[]): readonly Value[] {
  // As in sprig, where a negative size counts to no parts for some lengths.
  if (size < 0 && Math.floor((list.length - 1) / size) === -1) return typed([], '[][]interface {}');
  if (size < 1) throw new ArgumentError('the size of a part is 1 or more');
  const chunks: Value[] = [];
  for (let at = 0; at < list.length; at += size) chunks.push(list.slice(at, at + size));
  return typed(chunks, '[][]interface {}');
}

/** The texts of a list, nil left out; a value that is no list is one text. */
function textsOf(run: Run, value: Value): readonly string[] {
  if (value === null) return [];
  if (!isList(value)) return [toPlainText(run, value)];
  return value.filter((element) => element !== null).map((element) => toPlainText(run, element));
}
