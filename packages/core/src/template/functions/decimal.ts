import { ArgumentError } from '../template-error.js';

/** A number as coefficient × 10^exponent: sprig's float functions add and multiply without binary rounding. */
interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

/** Digits after the point that a quotient keeps. */
const QUOTIENT_DIGITS = 16;

export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) throw new ArgumentError(`${value} is no decimal number`);
  if (value === 0) return { coefficient: 0n, exponent: 0 };
  const [mantissa, power] = value.toExponential().split('e') as [string, string];
  const [whole, fraction = ''] = mantissa.split('.') as [string, string?];
  return { coefficient: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

export function decimalToNumber({ coefficient, exponent }: Decimal): number {
  return Number(`${coefficient}e${exponent}`);
}

function scaled({ coefficient, exponent }: Decimal, to: number): bigint {
  return coefficient * 10n ** BigInt(exponent - to);
}

export function plus(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { coefficient: scaled(a, exponent) + scaled(b, exponent), exponent };
}

export function minus(a: Decimal, b: Decimal): Decimal {
  return plus(a, { coefficient: -b.coefficient, exponent: b.exponent });
}

export function times(a: Decimal, b: Decimal): Decimal {
  return { coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent };
}

export function dividedBy(a: Decimal, b: Decimal): Decimal {
  if (b.coefficient === 0n) throw new ArgumentError('division by zero');
  const shift = a.exponent - b.exponent + QUOTIENT_DIGITS;
  const top = shift >= 0 ? a.coefficient * 10n ** BigInt(shift) : a.coefficient;
  const bottom = shift >= 0 ? b.coefficient : b.coefficient * 10n ** BigInt(-shift);
  let coefficient = top / bottom;
  const rest = top - coefficient * bottom;
  // Halves away from zero.
  if (2n * magnitude(rest) >= magnitude(bottom)) coefficient += top < 0n === bottom < 0n ? 1n : -1n;
  return { coefficient, exponent: -QUOTIENT_DIGITS };
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
