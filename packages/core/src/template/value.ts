import { bytesOf } from './bytes.js';

/**
 * A value while a template runs: JSON, where a whole number is a Go `int` and any other number a `float64` (D-12), or a
 * {@link Boxed} value of a Go type that JSON does not have. Go's nil is null.
 */
export type Value = null | boolean | number | string | Boxed | readonly Value[] | ValueMap;

export interface ValueMap {
  readonly [key: string]: Value;
}

/** A value of a Go type that JSON cannot tell apart from another. */
export abstract class Boxed {
  /** The name of the Go type, as `printf "%T"` gives it. */
  abstract readonly type: string;
  /** The name of the Go kind, as `kindOf` gives it. */
  abstract readonly kind: string;
  /** What `print` shows. */
  abstract toText(): string;
  /** What `toJson` shows. */
  abstract toJsonText(): string;
  abstract isTrue(): boolean;
  /** As Go's reflect.DeepEqual. */
  abstract equals(other: Boxed): boolean;

  /** As `eq`: pointers are compared by identity. */
  isSame(other: Boxed): boolean {
    return this.equals(other);
  }

  /** A field, or the result of a method; undefined when the Go type has none of that name. */
  member(_name: string, _args: readonly Value[] = []): Value | undefined {
    return undefined;
  }
}

export type IntType = 'int' | 'int64' | 'int32' | 'uint8' | 'uint32' | 'uint64';
export type NumberType = IntType | 'float64';

/** An integer that is not a plain `int`, an `int` that no JavaScript number holds exactly, or a whole `float64`. */
export class BoxedNumber extends Boxed {
  readonly type: NumberType;
  readonly value: number | bigint;

  constructor(type: NumberType, value: number | bigint) {
    super();
    this.type = type;
    this.value = value;
  }

  override get kind(): string {
    return this.type;
  }

  override toText(): string {
    return this.type === 'float64' ? formatFloat(this.value as number) : String(this.value);
  }

  override toJsonText(): string {
    // A whole float64 is never written with an exponent: it is below 2^63.
    return Object.is(this.value, -0) ? '-0' : String(this.value);
  }

  override isTrue(): boolean {
    // Loose on purpose: 0n and 0 are both zero.
    return Number(this.value) !== 0;
  }

  override equals(other: Boxed): boolean {
    return other instanceof BoxedNumber && other.type === this.type && other.value === this.value;
  }
}

const INT_LIMIT = 2 ** 63;

/** Whether a plain number is a Go `int` rather than a `float64`. */
export function isPlainInt(value: number): boolean {
  return Number.isInteger(value) && value >= -INT_LIMIT && value < INT_LIMIT;
}

/** An integer of the given Go type, wrapped around at 64 bits as Go does. */
export function toInt(value: number | bigint, type: IntType = 'int'): Value {
  let exact: number | bigint = value;
  if (typeof exact === 'number' && !Number.isSafeInteger(exact)) exact = BigInt(exact);
  if (typeof exact === 'bigint') {
    if (type !== 'uint64') exact = BigInt.asIntN(64, exact);
    const short = Number(exact);
    if (Number.isSafeInteger(short)) exact = short;
  }
  // Negative zero is a float.
  return type === 'int' && typeof exact === 'number' ? exact + 0 : new BoxedNumber(type, exact);
}

/** A `float64`. */
export function toFloat(value: number): Value {
  return isPlainInt(value) ? new BoxedNumber('float64', value) : value;
}

export function isFloat(value: Value): boolean {
  return typeof value === 'number' ? !isPlainInt(value) : value instanceof BoxedNumber && value.type === 'float64';
}

/** The number that `value` holds; undefined for what is no number. An `int` past 2^53 is a bigint. */
export function numberOf(value: Value): number | bigint | undefined {
  if (typeof value === 'number') return value;
  return value instanceof BoxedNumber ? value.value : undefined;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Boxed);
}

/** Go types of lists and maps that are not `[]interface {}` and `map[string]interface {}`. */
const containerTypes = new WeakMap<object, string>();
const nilContainers = new WeakSet<object>();

/** Marks a new list or map as one of another Go type. */
export function typed<T extends object>(container: T, type: string): T {
  containerTypes.set(container, type);
  return container;
}

/** A nil slice: prints as an empty list, and is `null` in JSON. */
export function nilList(type = '[]interface {}'): readonly Value[] {
  const list: Value[] = [];
  nilContainers.add(list);
  return typed(list, type);
}

/** A nil map: prints as an empty one, and is `null` in JSON. */
export function nilMap(): ValueMap {
  const map = newMap();
  nilContainers.add(map);
  return map;
}

export function isNil(value: object): boolean {
  return nilContainers.has(value);
}

/** The name of the Go type, as `printf "%T"` gives it. */
export function typeOf(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return isPlainInt(value) ? 'int' : 'float64';
    case 'boolean':
      return 'bool';
    default:
      if (value === null) return '<nil>';
      if (value instanceof Boxed) return value.type;
      return containerTypes.get(value) ?? (Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}');
  }
}

export function kindOf(value: Value): string {
  if (value === null) return 'invalid';
  if (value instanceof Boxed) return value.kind;
  if (typeof value === 'object') return Array.isArray(value) ? 'slice' : 'map';
  return typeOf(value);
}

/** Go's truth: anything but false, 0, nil and what is empty. */
export function isTrue(value: Value): boolean {
  switch (typeof value) {
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    case 'boolean':
      return value;
    default:
      if (value === null) return false;
      if (value instanceof Boxed) return value.isTrue();
      return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
  }
}

/** `%v` of a float64: the shortest text that reads back, with an exponent below 1e-4 and from a million on. */
export function formatFloat(value: number): string {
  const size = Math.abs(value);
  // The most common first; a template literal is faster than String().
  if (size >= 1e-4 && size < 1e6) return `${value}`;
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  if (size === 0) return Object.is(value, -0) ? '-0' : '0';
  return padExponent(value.toExponential());
}

/** Go writes at least two digits of exponent. */
function padExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** The member of a map; undefined when it has none. A present nil is null. */
export function memberOf(map: ValueMap, key: string): Value | undefined {
  const value = map[key];
  // What every JavaScript object answers to is a function, but for its prototype; no value of ours is one.
  if (typeof value !== 'function' && key !== '__proto__') return value;
  return Object.hasOwn(map, key) ? value : undefined;
}

/** The order of Go's texts: by bytes, which differs from JavaScript's for surrogates. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    if (x < 0xd800 && y < 0xd800) return x < y ? -1 : 1;
    return compareBytes(bytesOf(a.slice(Math.max(0, i - 1))), bytesOf(b.slice(Math.max(0, i - 1))));
  }
  return a.length < b.length ? -1 : 1;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return a.length - b.length;
}

export function sortedKeys(map: ValueMap): string[] {
  const keys = Object.keys(map);
  return keys.length > 1 ? keys.toSorted(compareText) : keys;
}

/** A map without a prototype, so that every key is an ordinary one. */
export function newMap(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}
