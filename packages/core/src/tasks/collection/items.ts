import { CompozyError } from '../../errors/compozy-error.js';
import { isJsonObject, type Json } from '../../model/json.js';

/** Numbers from `first` in steps of `step`, written `a..b`. */
export interface ItemRange {
  readonly first: number;
  readonly step: 1 | -1;
  readonly count: number;
}

const NUMBERS = /^\s*(-?\d+)\s*\.\.\s*(-?\d+)\s*$/;
const LETTERS = /^\s*([A-Za-z])\s*\.\.\s*([A-Za-z])\s*$/;
const MAX_ITEMS = 10_000_000;

/** The list that `items` means (D-33): a list, JSON text, a map as sorted pairs, a range, or one scalar. */
export function toItems(value: Json): readonly Json[] | ItemRange {
  if (value === null || value === '') return [];
  if (Array.isArray(value)) return value;
  if (isJsonObject(value)) {
    return Object.keys(value)
      .toSorted()
      .map((key) => ({ key, value: value[key] ?? null }));
  }
  if (typeof value !== 'string') return [value as Json];
  const numbers = NUMBERS.exec(value);
  if (numbers !== null) return toRange(Number(numbers[1]), Number(numbers[2]));
  const letters = LETTERS.exec(value);
  if (letters !== null) {
    const range = toRange(letters[1]!.codePointAt(0)!, letters[2]!.codePointAt(0)!);
    return Array.from({ length: range.count }, (_, index) => String.fromCodePoint(range.first + index * range.step));
  }
  return parseList(value) ?? [value];
}

export function isRange(items: readonly Json[] | ItemRange): items is ItemRange {
  return !Array.isArray(items);
}

/** The items one by one. */
export function listOf(items: readonly Json[] | ItemRange): readonly Json[] {
  if (!isRange(items)) return items;
  return Array.from({ length: items.count }, (_, index) => items.first + index * items.step);
}

function toRange(first: number, last: number): ItemRange {
  const count = Math.abs(last - first) + 1;
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || count > MAX_ITEMS) {
    throw new CompozyError('Task.BadItems', `The range ${first}..${last} has more than ${MAX_ITEMS} items`);
  }
  return { first, step: last < first ? -1 : 1, count };
}

function parseList(text: string): readonly Json[] | undefined {
  const first = text.trimStart()[0];
  if (first !== '[' && first !== '{') return undefined;
  try {
    const parsed = JSON.parse(text) as Json;
    const items = toItems(parsed);
    return isRange(items) ? undefined : items;
  } catch {
    return undefined;
  }
}

/** D-33: what a filter's text means. */
export function isKept(result: Json): boolean {
  if (typeof result === 'string') {
    const text = result.trim().toLowerCase();
    return !(text === '' || text === 'false' || text === 'no' || text === '0' || text === 'off');
  }
  return result !== null && result !== false && result !== 0;
}
