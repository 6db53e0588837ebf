import { parseInteger, toFloat64, toPlainText, toWhole } from '../convert.js';
import { fixed, variadic, type FunctionTable } from '../function-spec.js';
import type { Run } from '../run.js';
import { ArgumentError } from '../template-error.js';
import { toFloat, toInt, typed, type Value } from '../value.js';
import { decimalOf, decimalToNumber, dividedBy, minus, plus, times } from './decimal.js';

type Whole = number | bigint;
type DecimalOperation = (
  a: ReturnType<typeof decimalOf>,
  b: ReturnType<typeof decimalOf>,
) => ReturnType<typeof decimalOf>;

const add = (a: Whole, b: Whole): Whole =>
  exact(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  );
const subtract = (a: Whole, b: Whole): Whole =>
  exact(
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  );
const multiply = (a: Whole, b: Whole): Whole =>
  exact(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  );

/** In doubles while that is exact, else in 64 bits. */
function exact(
  a: Whole,
  b: Whole,
  fast: (a: number, b: number) => number,
  slow: (a: bigint, b: bigint) => bigint,
): Whole {
  if (typeof a === 'number' && typeof b === 'number') {
    const result = fast(a, b);
    if (Number.isSafeInteger(result)) return result + 0;
  }
  return BigInt.asIntN(64, slow(BigInt(a), BigInt(b)));
}

function divide(a: Whole, b: Whole): Whole {
  nonZero(b);
  return BigInt(a) / BigInt(b);
}

function nonZero(value: Whole): void {
  if (BigInt(value) === 0n) throw new ArgumentError('division by zero');
}

function long(value: Whole): Value {
  return toInt(value, 'int64');
}

function decimals(first: Value, others: readonly Value[], operation: DecimalOperation): Value {
  let result = decimalOf(toFloat64(first));
  for (const other of others) result = operation(result, decimalOf(toFloat64(other)));
  return toFloat(decimalToNumber(result));
}

function extreme(first: Value, others: readonly Value[], better: (a: Whole, b: Whole) => boolean): Value {
  return long(others.map(toWhole).reduce((best, other) => (better(other, best) ? other : best), toWhole(first)));
}

const largest = variadic(['any'], 'any', (_run, first, others) => extreme(first, others, (a, b) => a > b));

export const NUMBER_FUNCTIONS: FunctionTable = {
  int: fixed(['any'], (_run, value) => toInt(toWhole(value))),
  int64: fixed(['any'], (_run, value) => long(toWhole(value))),
  float64: fixed(['any'], (_run, value) => toFloat(toFloat64(value))),
  atoi: fixed(['string'], (_run, text) => toInt(/^[+-]?[0-9]+$/.test(text) ? clamped(text) : 0)),
  toDecimal: fixed(['any'], (run, value) => long(octal(toPlainText(run, value)))),
  add: variadic([], 'any', (_run, values) => long(values.map(toWhole).reduce(add, 0))),
  add1: fixed(['any'], (_run, value) => long(add(toWhole(value), 1))),
  sub: fixed(['any', 'any'], (_run, a, b) => long(subtract(toWhole(a), toWhole(b)))),
  mul: variadic(['any'], 'any', (_run, first, others) => long(others.map(toWhole).reduce(multiply, toWhole(first)))),
  div: fixed(['any', 'any'], (_run, a, b) => long(divide(toWhole(a), toWhole(b)))),
  mod: fixed(['any', 'any'], (_run, a, b) => {
    const divisor = toWhole(b);
    nonZero(divisor);
    return long(BigInt(toWhole(a)) % BigInt(divisor));
  }),
  max: largest,
  biggest: largest,
  min: variadic(['any'], 'any', (_run, first, others) => extreme(first, others, (a, b) => a < b)),
  addf: variadic([], 'any', (_run, values) => decimals(0, values, plus)),
  add1f: fixed(['any'], (_run, value) => decimals(value, [1], plus)),
  subf: variadic(['any'], 'any', (_run, first, others) => decimals(first, others, minus)),
  mulf: variadic(['any'], 'any', (_run, first, others) => decimals(first, others, times)),
  divf: variadic(['any'], 'any', (_run, first, others) => decimals(first, others, dividedBy)),
  maxf: variadic(['any'], 'any', (_run, first, others) =>
    toFloat(Math.max(toFloat64(first), ...others.map(toFloat64))),
  ),
  minf: variadic(['any'], 'any', (_run, first, others) =>
    toFloat(Math.min(toFloat64(first), ...others.map(toFloat64))),
  ),
  floor: fixed(['any'], (_run, value) => toFloat(Math.floor(toFloat64(value)))),
  ceil: fixed(['any'], (_run, value) => toFloat(Math.ceil(toFloat64(value)))),
  round: variadic(['any', 'int'], 'float64', (_run, value, places, [threshold = 0.5]) => {
    return toFloat(rounded(toFloat64(value), places, threshold));
  }),
  until: fixed(['int'], (run, count) => steps(run, 0, count, count < 0 ? -1 : 1)),
  untilStep: fixed(['int', 'int', 'int'], (run, start, stop, step) => steps(run, start, stop, step)),
  seq: variadic([], 'int', (run, values) => sequence(run, values)),
};

/** Go's Atoi gives the nearest int for what does not fit. */
function clamped(text: string): Whole {
  const value = parseInteger(text.replace(/^([+-]?)0+(?=\d)/, '$1'));
  if (value !== undefined) return value;
  return text.startsWith('-') ? -(2n ** 63n) : 2n ** 63n - 1n;
}

function octal(text: string): Whole {
  if (!/^[+-]?[0-7]{1,30}$/.test(text)) return 0;
  const size = BigInt(`0o${text.replace(/^[+-]/, '')}`);
  const value = text.startsWith('-') ? -size : size;
  return BigInt.asIntN(64, value) === value ? value : 0;
}

/** Towards the next number of the given places from the threshold on. */
function rounded(value: number, places: number, threshold: number): number {
  const unit = 10 ** places;
  const shifted = unit * value;
  const part = shifted - Math.trunc(shifted);
  if (!Number.isFinite(part)) return shifted / unit;
  return (part >= threshold ? Math.ceil(shifted) : Math.floor(shifted)) / unit;
}

function steps(run: Run, start: number, stop: number, step: number): readonly Value[] {
  const list: Value[] = [];
  if (step === 0 || (stop < start && step > 0) || (stop > start && step < 0)) return typed(list, '[]int');
  run.spend(Math.ceil(Math.abs(stop - start) / Math.abs(step)));
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) list.push(i);
  return typed(list, '[]int');
}

/** Like the Unix command: `last`, `first last` or `first step last`, the last included. */
function sequence(run: Run, values: readonly number[]): string {
  if (values.length === 0 || values.length > 3) return '';
  const start = values.length > 1 ? values[0]! : 1;
  const end = values.at(-1)!;
  const direction = end < start ? -1 : 1;
  const step = values.length === 3 ? values[1]! : direction;
  if (values.length === 3 && step * direction < 0) return '';
  return steps(run, start, end + direction, step).join(' ');
}
