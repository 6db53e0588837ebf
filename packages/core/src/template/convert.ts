import { parseFloatLiteral } from './literals.js';
import type { Run } from './run.js';
import { toText } from './format/write-value.js';
import { BoxedNumber, isFloat, numberOf, type Value } from './value.js';

const MIN_INT64 = -(2n ** 63n);

/** The integer that sprig makes of a value: 0 for what holds none. Past 2^53 it is a bigint. */
export function toWhole(value: Value): number | bigint {
  switch (typeof value) {
    case 'number':
      return isFloat(value) ? truncated(value) : shortened(BigInt(value));
    case 'boolean':
      return value ? 1 : 0;
    case 'string':
      return wholeOf(value);
    default:
      if (!(value instanceof BoxedNumber)) return 0;
      return isFloat(value) ? truncated(Number(value.value)) : value.value;
  }
}

function shortened(value: bigint): number | bigint {
  const short = Number(value);
  return Number.isSafeInteger(short) ? short : value;
}

/** What a processor makes of a float that does not fit: the smallest int64. */
function truncated(value: number): number | bigint {
  if (Number.isNaN(value) || Math.abs(value) >= 2 ** 63) return MIN_INT64;
  return Number.isSafeInteger(Math.trunc(value)) ? Math.trunc(value) + 0 : BigInt(Math.trunc(value));
}

/** Go's ParseInt with base 0, after a fraction of zeros is dropped; 0 for anything else. */
function wholeOf(text: string): number | bigint {
  return parseInteger(text.replace(/^([^.]*)\.0+$/, '$1')) ?? 0;
}

/** An integer literal with a prefix for its base; undefined for what is none or does not fit in 64 bits. */
export function parseInteger(text: string): number | bigint | undefined {
  if (text.length > 100) return undefined;
  const match = /^([+-]?)(0[xX](?:_?[0-9a-fA-F]+)+|0[oO]?(?:_?[0-7]+)+|0[bB](?:_?[01]+)+|0|[1-9](?:_?[0-9]+)*)$/.exec(
    text,
  );
  if (match === null) return undefined;
  const digits = match[2]!.replaceAll('_', '');
  const size = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const value = match[1] === '-' ? -size : size;
  return BigInt.asIntN(64, value) === value ? shortened(value) : undefined;
}

/** The float that sprig makes of a value: 0 for what holds none. */
export function toFloat64(value: Value): number {
  if (typeof value === 'string') return parseFloat64(value) ?? 0;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return Number(numberOf(value) ?? 0);
}

/** Go's ParseFloat; undefined for what is no number. */
function parseFloat64(text: string): number | undefined {
  if (/^[+-]?(?:inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (text.length > 10_000) return undefined;
  const size = parseFloatLiteral(text.replace(/^[+-]/, ''));
  if (size === undefined) return undefined;
  const value = text.startsWith('-') ? -size : size;
  return Number.isFinite(value) ? value : undefined;
}

/** The text that sprig makes of any value. */
export function toPlainText(run: Run, value: Value): string {
  return typeof value === 'string' ? value : toText(run, value);
}
