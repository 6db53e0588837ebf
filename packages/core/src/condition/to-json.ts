import type { Json } from '../model/json.js';
import type { Evaluation } from './evaluation.js';
import { toText } from './functions/conversion-functions.js';
import { CelType, isListValue, isMapValue, Uint, type CelValue } from './value.js';

/** Deeper data than any person writes; keeps recursion over values bounded. */
const MAX_DEPTH = 500;

/** A result as JSON; what comes from the context is copied. */
export function toJson(run: Evaluation, value: CelValue, depth = 0): Json {
  run.spend(1);
  if (depth > MAX_DEPTH) return run.problem(`The result is nested more than ${MAX_DEPTH} deep`);
  switch (typeof value) {
    case 'bigint':
      return fromInteger(value);
    case 'number':
      return Number.isFinite(value) ? value + 0 : run.problem(`The result is ${value}, which JSON does not have`);
    case 'string':
      return run.text(value);
    case 'boolean':
      return value;
    default:
  }
  if (value === null) return null;
  if (value instanceof Uint) return fromInteger(value.value);
  if (value instanceof CelType) return value.name;
  if (value instanceof Uint8Array) return base64(value);
  if (isListValue(value))
    return Array.from({ length: run.lengthOf(value) }, (_, i) => toJson(run, run.itemOf(value, i), depth + 1));
  if (isMapValue(value)) return mapToJson(run, value, depth);
  return toText(run, value) ?? null;
}

function mapToJson(run: Evaluation, map: Extract<CelValue, object>, depth: number): Json {
  const made: Record<string, Json> = {};
  const set = (key: string, value: CelValue): void => {
    // A key of the user may be "__proto__".
    Object.defineProperty(made, key, {
      value: toJson(run, value, depth + 1),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  };
  if ('entries' in map && map.entries instanceof Map) {
    for (const [key, value] of map.entries.values() as Iterable<readonly [CelValue, CelValue]>)
      set(toText(run, key) ?? '', value);
  } else {
    for (const [key, value] of Object.entries(map)) set(key, run.value(value as Json));
  }
  return made;
}

/** A number where it is exact, else a text with all digits. */
function fromInteger(value: bigint): Json {
  const short = Number(value);
  return Number.isSafeInteger(short) ? short : String(value);
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const three = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const four = [18, 12, 6, 0].map((shift) => DIGITS[(three >> shift) & 63]!);
    const missing = Math.max(0, i + 3 - bytes.length);
    text += four.slice(0, 4 - missing).join('') + '='.repeat(missing);
  }
  return text;
}
