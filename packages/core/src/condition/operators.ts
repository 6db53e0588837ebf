import { compareText } from '../template/value.js';
import { compareBytes, numberOf } from './equality.js';
import type { Evaluation } from './evaluation.js';
import type { ArithmeticOperator, OrderOperator } from './expression.js';
import { MAX_TIME, MIN_TIME } from './functions/time-text.js';
import { CelList, Duration, isListValue, nameOfType, Timestamp, Uint, type CelValue } from './value.js';

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);
const MAX_UINT = 2n ** 64n - 1n;

/** `left operator right`; an integer and a double give a double (D-17). */
export function calculate(run: Evaluation, operator: ArithmeticOperator, left: CelValue, right: CelValue): CelValue {
  if (typeof left === 'bigint') {
    if (typeof right === 'bigint') return toInt(run, integer(run, operator, left, right));
    if (typeof right === 'number') return double(operator, Number(left), right);
  } else if (typeof left === 'number') {
    if (typeof right === 'number') return double(operator, left, right);
    if (typeof right === 'bigint') return double(operator, left, Number(right));
  } else if (left instanceof Uint && right instanceof Uint) {
    return toUint(run, integer(run, operator, left.value, right.value));
  }
  const other = operator === '+' ? sum(run, left, right) : operator === '-' ? difference(run, left, right) : undefined;
  if (other !== undefined) return other;
  const hint =
    operator === '+' && (typeof left === 'string' || typeof right === 'string')
      ? ': convert the other with string()'
      : '';
  return run.problem(`"${operator}" cannot take ${nameOfType(left)} and ${nameOfType(right)}${hint}`);
}

function integer(run: Evaluation, operator: ArithmeticOperator, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0n ? run.problem('Division by zero') : left / right;
    default:
      return right === 0n ? run.problem('Modulo by zero') : left % right;
  }
}

function double(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    default:
      return left % right;
  }
}

function sum(run: Evaluation, left: CelValue, right: CelValue): CelValue | undefined {
  if (typeof left === 'string' && typeof right === 'string') {
    run.reserve(left.length + right.length);
    return left + right;
  }
  if (isListValue(left) && isListValue(right)) {
    const before = run.lengthOf(left);
    const length = before + run.lengthOf(right);
    run.spend(length);
    return new CelList(
      Array.from({ length }, (_, i) => (i < before ? run.itemOf(left, i) : run.itemOf(right, i - before))),
    );
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    run.reserve(left.length + right.length);
    const joined = new Uint8Array(left.length + right.length);
    joined.set(left);
    joined.set(right, left.length);
    return joined;
  }
  if (left instanceof Duration && right instanceof Duration) return toDuration(run, left.nanos + right.nanos);
  if (left instanceof Timestamp && right instanceof Duration) return toTimestamp(run, left.nanos + right.nanos);
  if (left instanceof Duration && right instanceof Timestamp) return toTimestamp(run, left.nanos + right.nanos);
  return undefined;
}

function difference(run: Evaluation, left: CelValue, right: CelValue): CelValue | undefined {
  if (left instanceof Duration && right instanceof Duration) return toDuration(run, left.nanos - right.nanos);
  if (left instanceof Timestamp && right instanceof Duration) return toTimestamp(run, left.nanos - right.nanos);
  if (left instanceof Timestamp && right instanceof Timestamp) return toDuration(run, left.nanos - right.nanos);
  return undefined;
}

export function toInt(run: Evaluation, value: bigint): bigint {
  return value >= MIN_INT && value <= MAX_INT ? value : run.problem('An integer leaves the range of 64 bits');
}

export function toUint(run: Evaluation, value: bigint): Uint {
  return value >= 0n && value <= MAX_UINT
    ? new Uint(value)
    : run.problem('An unsigned integer leaves the range of 64 bits');
}

function toDuration(run: Evaluation, nanos: bigint): Duration {
  return nanos >= MIN_INT && nanos <= MAX_INT
    ? new Duration(nanos)
    : run.problem('A duration is longer than 292 years');
}

export function toTimestamp(run: Evaluation, nanos: bigint): Timestamp {
  return nanos >= MIN_TIME && nanos <= MAX_TIME
    ? new Timestamp(nanos)
    : run.problem('A time leaves the years 1 to 9999');
}

/** `<`, `<=`, `>`, `>=`; numbers of all types have one order. */
export function isOrdered(run: Evaluation, operator: OrderOperator, left: CelValue, right: CelValue): boolean {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) {
    switch (operator) {
      case '<':
        return a < b;
      case '<=':
        return a <= b;
      case '>':
        return a > b;
      default:
        return a >= b;
    }
  }
  const order = compare(run, left, right);
  if (order === undefined) {
    return run.problem(`"${operator}" cannot compare ${nameOfType(left)} with ${nameOfType(right)}`);
  }
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

function compare(run: Evaluation, left: CelValue, right: CelValue): number | undefined {
  if (typeof left === 'string' && typeof right === 'string') return compareText(run.text(left), right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  const sameKind =
    (left instanceof Timestamp && right instanceof Timestamp) ||
    (left instanceof Duration && right instanceof Duration);
  if (!sameKind) return undefined;
  return left.nanos < right.nanos ? -1 : left.nanos > right.nanos ? 1 : 0;
}
