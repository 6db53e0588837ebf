import type { Run } from './run.js';
import { Boxed, isNil, memberOf, newMap, typed, typeOf, type Value, type ValueMap } from './value.js';

/** A copy that shares no list or map with `value`. Opaque values stay themselves. */
export function deepCopy(run: Run, value: Value, depth = 0): Value {
  if (typeof value !== 'object' || value === null || value instanceof Boxed) return value;
  if (run.isOpaque?.(value) === true || isNil(value)) return value;
  run.enter(depth);
  run.spend(1);
  if (Array.isArray(value)) {
    const list = value.map((element: Value) => deepCopy(run, element, depth + 1));
    return typed(list, typeOf(value));
  }
  const map = newMap();
  for (const key of Object.keys(value)) map[key] = deepCopy(run, memberOf(value as ValueMap, key) ?? null, depth + 1);
  return typed(map, typeOf(value));
}
