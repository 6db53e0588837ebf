import { ArgumentError } from '../template-error.js';
import type { Run } from '../run.js';
import {
  Boxed,
  isNil,
  isPlainInt,
  memberOf,
  newMap,
  sortedKeys,
  toFloat,
  type Value,
  type ValueMap,
} from '../value.js';
import { LimitedText } from './write-value.js';

export interface JsonStyle {
  /** Text of one level of indentation. */
  readonly indent?: string;
  /** Write `<`, `>` and `&` as they are. */
  readonly raw?: boolean;
}

/** JSON as Go writes it: keys sorted. @throws ArgumentError for what JSON does not have, such as NaN. */
export function toJsonText(run: Run, value: Value, style: JsonStyle = {}): string {
  const out = new LimitedText(run);
  addJson(run, out, value, style, '', 0);
  return out.text;
}

function addJson(run: Run, out: LimitedText, value: Value, style: JsonStyle, margin: string, depth: number): void {
  run.spend(1);
  switch (typeof value) {
    case 'string':
      return out.add(quoteJson(value, style.raw === true));
    case 'number':
      return out.add(numberJson(value));
    case 'boolean':
      return out.add(String(value));
  }
  if (value === null || isNil(value)) return out.add('null');
  if (value instanceof Boxed) return out.add(value.toJsonText());
  run.enter(depth);
  const inner = style.indent === undefined ? '' : `${margin}${style.indent}`;
  const isArray = Array.isArray(value);
  const members: readonly string[] | readonly Value[] = isArray
    ? (value as readonly Value[])
    : sortedKeys(value as ValueMap);
  if (members.length === 0) return out.add(isArray ? '[]' : '{}');
  out.add(isArray ? '[' : '{');
  for (let i = 0; i < members.length; i += 1) {
    if (i > 0) out.add(',');
    if (style.indent !== undefined) out.add(`\n${inner}`);
    let member = members[i] ?? null;
    if (!isArray) {
      const key = member as string;
      out.add(`${quoteJson(key, style.raw === true)}${style.indent === undefined ? ':' : ': '}`);
      member = memberOf(value as ValueMap, key) ?? null;
    }
    addJson(run, out, member, style, inner, depth + 1);
  }
  if (style.indent !== undefined) out.add(`\n${margin}`);
  out.add(isArray ? ']' : '}');
}

function numberJson(value: number): string {
  if (!Number.isFinite(value)) throw new ArgumentError(`JSON has no ${String(value)}`);
  return isPlainInt(value) && !Number.isSafeInteger(value) ? String(BigInt(value)) : String(value);
}

const NAMED: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

function quoteJson(text: string, raw: boolean): string {
  const special = raw
    ? /["\\\u2028\u2029]|(?![\x7f-\x9f])\p{Cc}|\p{Cs}/gu
    : /["\\<>&\u2028\u2029]|(?![\x7f-\x9f])\p{Cc}|\p{Cs}/gu;
  return `"${text.replace(special, (char) => {
    const code = char.charCodeAt(0);
    return NAMED[char] ?? `\\u${(code >= 0xd800 && code < 0xe000 ? 0xfffd : code).toString(16).padStart(4, '0')}`;
  })}"`;
}

/** JSON as sprig reads it: every number is a `float64`. Undefined for what is no JSON. */
export function parseJson(run: Run, text: string): Value | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  return decoded(run, parsed as Value, 0);
}

function decoded(run: Run, value: Value, depth: number): Value | undefined {
  run.spend(1);
  if (typeof value === 'number') return Number.isFinite(value) ? toFloat(value) : undefined;
  if (typeof value === 'string') return value.replace(/\p{Cs}/gu, '\ufffd');
  if (typeof value !== 'object' || value === null) return value;
  run.enter(depth);
  if (Array.isArray(value)) {
    const list: Value[] = [];
    for (const element of value as readonly Value[]) {
      const part = decoded(run, element, depth + 1);
      if (part === undefined) return undefined;
      list.push(part);
    }
    return list;
  }
  const map = newMap();
  for (const [key, member] of Object.entries(value as ValueMap)) {
    const part = decoded(run, member, depth + 1);
    if (part === undefined) return undefined;
    map[key.replace(/\p{Cs}/gu, '\ufffd')] = part;
  }
  return map;
}
