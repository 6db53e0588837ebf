import { parseDuration } from '../../template/time/duration.js';
import type { Evaluation } from '../evaluation.js';
import { toInt, toTimestamp, toUint } from '../operators.js';
import {
  Duration,
  isListValue,
  isMapValue,
  nameOfType,
  Timestamp,
  TYPES,
  typeOf,
  Uint,
  type CelValue,
} from '../value.js';
import type { CelFunction, CelFunctions } from './cel-function.js';
import { durationText, parseTimestamp, timestampText } from './time-text.js';

const SECOND = 1_000_000_000n;
const encoder = new TextEncoder();

/** Functions that are called by name: conversions, `type`, `size`. */
export const CONVERSION_FUNCTIONS: CelFunctions = {
  dyn: conversion('dyn', (_run, value) => value),
  type: conversion('type', (_run, value) => TYPES.get(typeOf(value))),
  bool: conversion('bool', (_run, value) => {
    if (typeof value === 'boolean') return value;
    if (typeof value !== 'string') return undefined;
    if (['true', 'True', 'TRUE', 't', '1'].includes(value)) return true;
    return ['false', 'False', 'FALSE', 'f', '0'].includes(value) ? false : undefined;
  }),
  int: conversion('int', (run, value) => {
    if (typeof value === 'bigint') return value;
    // The least integer is left out: as a double it stands for smaller ones too.
    if (typeof value === 'number') return toInt(run, value === -(2 ** 63) ? -(2n ** 65n) : wholeOf(value));
    if (value instanceof Uint) return toInt(run, value.value);
    if (value instanceof Timestamp) return floorDivide(value.nanos, SECOND);
    return typeof value === 'string' && /^[+-]?\d{1,30}$/.test(value)
      ? toInt(run, BigInt(value.replace('+', '')))
      : undefined;
  }),
  uint: conversion('uint', (run, value) => {
    if (value instanceof Uint) return value;
    if (typeof value === 'number') return toUint(run, wholeOf(value));
    if (typeof value === 'bigint') return toUint(run, value);
    return typeof value === 'string' && /^\+?\d{1,30}$/.test(value)
      ? toUint(run, BigInt(value.replace('+', '')))
      : undefined;
  }),
  double: conversion('double', (_run, value) => {
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint') return Number(value);
    if (value instanceof Uint) return Number(value.value);
    return typeof value === 'string' ? parseDouble(value) : undefined;
  }),
  string: conversion('string', (run, value) => toText(run, value)),
  bytes: conversion('bytes', (run, value) => {
    if (value instanceof Uint8Array) return value;
    return typeof value === 'string' ? encoder.encode(run.text(value)) : undefined;
  }),
  timestamp: conversion('timestamp', (run, value) => {
    if (value instanceof Timestamp) return value;
    if (typeof value === 'bigint') return toTimestamp(run, value * SECOND);
    const nanos = typeof value === 'string' ? parseTimestamp(value) : undefined;
    return nanos === undefined ? undefined : toTimestamp(run, nanos);
  }),
  duration: conversion('duration', (_run, value) => {
    if (value instanceof Duration) return value;
    const nanos = typeof value === 'string' ? parseDuration(value) : undefined;
    return nanos === undefined ? undefined : new Duration(nanos);
  }),
};

/** As function and as member function: `size(list)` and `list.size()`. */
export const SIZE: CelFunction = {
  usage: 'size(value)',
  arity: [1, 1],
  call(run, value) {
    if (typeof value === 'string') return BigInt(characterCount(run.text(value)));
    if (value instanceof Uint8Array) return BigInt(value.length);
    if (isListValue(value)) return BigInt(run.lengthOf(value));
    if (isMapValue(value)) return BigInt(run.sizeOf(value));
    return run.problem(`size takes a string, a list or a map, not ${nameOfType(value)}`);
  },
};

/** `convert` gives undefined for what it cannot take. */
function conversion(name: string, convert: (run: Evaluation, value: CelValue) => CelValue | undefined): CelFunction {
  return {
    usage: `${name}(value)`,
    arity: [1, 1],
    call(run, value) {
      const converted = convert(run, value);
      if (converted !== undefined) return converted;
      const shown = typeof value === 'string' ? `the string ${JSON.stringify(value.slice(0, 60))}` : nameOfType(value);
      return run.problem(`${name}() cannot convert ${shown}`);
    },
  };
}

/** What `string()` gives; undefined for values without a text. */
export function toText(run: Evaluation, value: CelValue): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      return value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);
    default:
  }
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return timestampText(value.nanos);
  if (value instanceof Duration) return durationText(value.nanos);
  if (!(value instanceof Uint8Array)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return run.problem('string() takes bytes that are UTF-8');
  }
}

/** Without its fraction; an infinite or huge one is outside every range. */
function wholeOf(value: number): bigint {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 2n ** 65n;
}

function parseDouble(text: string): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return Number(text);
  if (/^[+]?(?:inf|infinity)$/i.test(text)) return Infinity;
  if (/^-(?:inf|infinity)$/i.test(text)) return -Infinity;
  return /^nan$/i.test(text) ? NaN : undefined;
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value < 0n && quotient * by !== value ? quotient - 1n : quotient;
}

function characterCount(text: string): number {
  let count = text.length;
  for (let i = 0; i + 1 < text.length; i += 1) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) count -= 1;
  }
  return count;
}
