import type { Run } from './run.js';
import { ArgumentError } from './template-error.js';
import { Boxed, isNil, kindOf, memberOf, numberOf, typeOf, compareText, type Value, type ValueMap } from './value.js';

type BasicKind = 'bool' | 'number' | 'string' | 'other';

function basicKind(value: Value): BasicKind {
  if (numberOf(value) !== undefined) return 'number';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : 'other';
}

/** Numbers by value, whatever their types: int and float64 too (D-12), where Go refuses. */
function compareNumbers(a: Value, b: Value): number {
  const x = numberOf(a)!;
  const y = numberOf(b)!;
  return x < y ? -1 : x > y ? 1 : Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : 0;
}

/** `eq` of two values. */
export function areEqual(a: Value, b: Value): boolean {
  const kind = basicKind(a);
  if (kind !== basicKind(b)) {
    if (a === null || b === null) return false;
    throw new ArgumentError(`cannot compare a ${typeOf(a)} with a ${typeOf(b)}`);
  }
  if (kind === 'number') return compareNumbers(a, b) === 0;
  if (kind !== 'other') return a === b;
  if (a === null || b === null) {
    const other = a ?? b;
    return other === null || (typeof other === 'object' && isNil(other));
  }
  if (a instanceof Boxed && b instanceof Boxed && a.type === b.type) return a.isSame(b);
  throw new ArgumentError(`cannot compare a ${typeOf(a)} with a ${typeOf(b)}: use "deepEqual"`);
}

/** The order of two values; NaN when they have none. */
export function orderOf(a: Value, b: Value): number {
  const kind = basicKind(a);
  const other = basicKind(b);
  if (kind === 'other' || other === 'other') {
    throw new ArgumentError(`cannot order a value of type ${typeOf(kind === 'other' ? a : b)}`);
  }
  if (kind !== other) throw new ArgumentError(`cannot compare a ${typeOf(a)} with a ${typeOf(b)}`);
  if (kind === 'bool') throw new ArgumentError('booleans have no order');
  return kind === 'number' ? compareNumbers(a, b) : compareText(a as string, b as string);
}

/** Go's reflect.DeepEqual: types count, so an int64 never equals an int. */
export function deepEqual(run: Run, a: Value, b: Value, depth = 0): boolean {
  run.spend(1);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return a === b && typeOf(a) === typeOf(b);
  }
  if (a instanceof Boxed || b instanceof Boxed) return a instanceof Boxed && b instanceof Boxed && a.equals(b);
  if (typeOf(a) !== typeOf(b) || kindOf(a) !== kindOf(b) || isNil(a) !== isNil(b)) return false;
  run.enter(depth);
  if (Array.isArray(a) && Array.isArray(b)) {
    return (
      a.length === b.length &&
      a.every((element: Value, i) => deepEqual(run, element, (b[i] ?? null) as Value, depth + 1))
    );
  }
  const [left, right] = [a as ValueMap, b as ValueMap];
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => {
    const other = memberOf(right, key);
    return other !== undefined && deepEqual(run, memberOf(left, key) ?? null, other, depth + 1);
  });
}
