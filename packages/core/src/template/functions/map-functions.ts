import { toPlainText } from '../convert.js';
import { fixed, variadic, type FunctionTable } from '../function-spec.js';
import { memberOfAny } from '../read-path.js';
import type { Run } from '../run.js';
import { ArgumentError } from '../template-error.js';
import {
  isMap,
  isNil,
  isTrue,
  memberOf,
  newMap,
  nilMap,
  sortedKeys,
  typed,
  typeOf,
  type Value,
  type ValueMap,
} from '../value.js';

const MEMBERS = { sees: 'surface' } as const;
const CHANGES = { sees: 'nothing', mutates: true } as const;

const merge = variadic(['map'], 'map', (run, target, sources) => merged(run, target, sources, false), CHANGES);
const mergeOverwrite = variadic(['map'], 'map', (run, target, sources) => merged(run, target, sources, true), CHANGES);

export const MAP_FUNCTIONS: FunctionTable = {
  dict: variadic(
    [],
    'any',
    (run, values) => {
      const map = newMap();
      for (let i = 0; i < values.length; i += 2) {
        map[toPlainText(run, values[i]!)] = i + 1 < values.length ? values[i + 1]! : '';
      }
      return map;
    },
    { sees: 'nothing' },
  ),
  get: fixed(
    ['map', 'string'],
    (run, map, key) => {
      const value = map === null ? undefined : memberOfAny(run, map, key);
      return value === undefined ? '' : value;
    },
    { sees: 'nothing' },
  ),
  set: fixed(
    ['map', 'string', 'any'],
    (_run, map, key, value) => {
      if (map === null || isNil(map)) throw new ArgumentError('there is no map to set a key of');
      (map as Record<string, Value>)[key] = value;
      return map;
    },
    CHANGES,
  ),
  unset: fixed(
    ['map', 'string'],
    (_run, map, key) => {
      if (map === null) return nilMap();
      delete (map as Record<string, Value>)[key];
      return map;
    },
    CHANGES,
  ),
  hasKey: fixed(['map', 'string'], (_run, map, key) => map !== null && memberOf(map, key) !== undefined, {
    sees: 'surface',
    acceptsMissing: true,
  }),
  pluck: variadic(
    ['string'],
    'map',
    (_run, key, maps) =>
      maps.flatMap((map) => {
        const value = map === null ? undefined : memberOf(map, key);
        return value === undefined ? [] : [value];
      }),
    MEMBERS,
  ),
  keys: variadic(
    [],
    'map',
    (_run, maps) =>
      typed(
        maps.flatMap((map) => (map === null ? [] : sortedKeys(map))),
        '[]string',
      ),
    MEMBERS,
  ),
  values: fixed(
    ['map'],
    (_run, map) => (map === null ? [] : sortedKeys(map).map((key) => memberOf(map, key) ?? null)),
    MEMBERS,
  ),
  pick: variadic(
    ['map'],
    'string',
    (_run, map, names) => {
      const result = newMap();
      for (const name of names) {
        const value = map === null ? undefined : memberOf(map, name);
        if (value !== undefined) result[name] = value;
      }
      return result;
    },
    MEMBERS,
  ),
  omit: variadic(
    ['map'],
    'string',
    (_run, map, names) => {
      const result = newMap();
      const dropped = new Set(names);
      for (const key of Object.keys(map ?? {})) if (!dropped.has(key)) result[key] = memberOf(map!, key) ?? null;
      return result;
    },
    MEMBERS,
  ),
  dig: variadic([], 'any', (run, values) => dig(run, values), { sees: 'nothing' }),
  merge,
  mustMerge: merge,
  mergeOverwrite,
  mustMergeOverwrite: mergeOverwrite,
};

/** `dig "a" "b" fallback map`: the value at the path of keys. */
function dig(run: Run, values: readonly Value[]): Value {
  if (values.length < 3) throw new ArgumentError(`takes at least 3 arguments, not ${values.length}`);
  const fallback = values.at(-2)!;
  let value: Value = values.at(-1) ?? null;
  const keys = values.slice(0, -2);
  for (const [index, key] of keys.entries()) {
    run.surface(value);
    if (!isMap(value) || typeOf(value) !== 'map[string]interface {}') {
      throw new ArgumentError(`a value of type ${typeOf(value)} has no keys`);
    }
    if (typeof key !== 'string') throw new ArgumentError(`a key is text, not a value of type ${typeOf(key)}`);
    const next = memberOfAny(run, value, key);
    if (next === undefined) return fallback;
    if (index === keys.length - 1) return next;
    value = next;
  }
  return value;
}

function merged(run: Run, target: ValueMap | null, sources: readonly (ValueMap | null)[], overwrite: boolean): Value {
  const result = target === null || isNil(target) ? newMap() : target;
  for (const source of sources)
    if (source !== null) mergeInto(run, result as Record<string, Value>, source, overwrite, 0);
  const nothing = target === null && sources.every((source) => source === null || isNil(source));
  return nothing ? nilMap() : result;
}

function mergeInto(run: Run, target: Record<string, Value>, source: ValueMap, overwrite: boolean, depth: number): void {
  run.surface(source);
  run.enter(depth);
  for (const key of Object.keys(source)) {
    run.spend(1);
    const value = memberOf(source, key) ?? null;
    const present = memberOf(target, key);
    if (present === undefined) {
      if (overwrite || value !== null) target[key] = value;
    } else if (isMap(present) && isMap(value))
      mergeInto(run, present as Record<string, Value>, value, overwrite, depth + 1);
    else if (overwrite || (value !== null && !isTrue(present))) target[key] = value;
  }
}
