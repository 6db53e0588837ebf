import { memberOf, type ValueMap } from '../template/value.js';
import type { Evaluation } from './evaluation.js';
import {
  CelMap,
  CelType,
  Duration,
  isListValue,
  isMapValue,
  mapKey,
  Timestamp,
  Uint,
  type CelListLike,
  type CelMapLike,
  type CelValue,
} from './value.js';

/** `==`: numbers compare by value whatever their type; values of different types are never equal. */
export function areEqual(run: Evaluation, left: CelValue, right: CelValue): boolean {
  run.spend(1);
  const a = numberOf(left);
  if (a !== undefined) {
    const b = numberOf(right);
    return b !== undefined && isSameNumber(a, b);
  }
  if (typeof left === 'string' || typeof left === 'boolean' || left === null) {
    if (typeof left === 'string' && typeof right === 'string') run.text(left);
    return left === right;
  }
  if (isListValue(left)) return isListValue(right) && areListsEqual(run, left, right);
  if (left instanceof Uint8Array) return right instanceof Uint8Array && compareBytes(left, right) === 0;
  if (left instanceof Timestamp) return right instanceof Timestamp && left.nanos === right.nanos;
  if (left instanceof Duration) return right instanceof Duration && left.nanos === right.nanos;
  if (left instanceof CelType) return right instanceof CelType && left.name === right.name;
  return isMapValue(left) && isMapValue(right) && areMapsEqual(run, left, right);
}

function areListsEqual(run: Evaluation, left: CelListLike, right: CelListLike): boolean {
  const length = run.lengthOf(left);
  if (length !== run.lengthOf(right)) return false;
  for (let i = 0; i < length; i += 1) {
    if (!areEqual(run, run.itemOf(left, i), run.itemOf(right, i))) return false;
  }
  return true;
}

function areMapsEqual(run: Evaluation, left: CelMapLike, right: CelMapLike): boolean {
  if (run.sizeOf(left) !== run.sizeOf(right)) return false;
  for (const key of run.keysOf(left)) {
    const other = memberOfMap(run, right, key);
    if (other === undefined || !areEqual(run, memberOfMap(run, left, key)!, other)) return false;
  }
  return true;
}

/** `value in container`; undefined when `container` is neither a list nor a map. */
export function isIn(run: Evaluation, value: CelValue, container: CelValue): boolean | undefined {
  if (isListValue(container)) {
    const length = run.lengthOf(container);
    for (let i = 0; i < length; i += 1) if (areEqual(run, value, run.itemOf(container, i))) return true;
    return false;
  }
  return isMapValue(container) ? hasKey(container, value) : undefined;
}

/** Does not read the member. */
export function hasKey(map: CelMapLike, key: CelValue): boolean {
  if (map instanceof CelMap) {
    const stored = mapKey(key);
    return stored !== undefined && map.entries.has(stored);
  }
  return typeof key === 'string' && memberOf(map as ValueMap, key) !== undefined;
}

/** Undefined when the map has no such key. */
export function memberOfMap(run: Evaluation, map: CelMapLike, key: CelValue): CelValue | undefined {
  if (map instanceof CelMap) {
    const stored = mapKey(key);
    return stored === undefined ? undefined : map.entries.get(stored)?.[1];
  }
  if (typeof key !== 'string') return undefined;
  const member = memberOf(map as ValueMap, key);
  return member === undefined ? undefined : run.value(member as never);
}

/** Exact: JavaScript orders integers and doubles by value, and NaN not at all. */
function isSameNumber(a: bigint | number, b: bigint | number): boolean {
  if (typeof a === typeof b) return a === b;
  return !(a < b) && a <= b;
}

/** The number that `value` holds, of whatever type. */
export function numberOf(value: CelValue): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof Uint ? value.value : undefined;
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
