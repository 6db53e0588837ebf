import { binaryParts, exactDecimal, roundedTo, shortestDecimal, type Decimal } from './exact-decimal.js';

/**
 * |value| as C's printf writes it; `v` is `g`. Without a precision: the shortest text that reads back.
 */
export function formatMagnitude(value: number, verb: string, precision: number | undefined, keepZeros = false): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return 'Inf';
  switch (verb) {
    case 'b': {
      const { mantissa, exponent } = binaryParts(value);
      return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
    }
    case 'x':
    case 'X': {
      const text = hexFloat(value, precision);
      return verb === 'x' ? text : text.toUpperCase();
    }
    case 'e':
    case 'E':
      return scientific(decimalOf(value, precision === undefined ? undefined : precision + 1), precision, verb);
    case 'f':
    case 'F':
      return positional(value, precision);
    default:
      return general(value, verb, precision, keepZeros);
  }
}

function decimalOf(value: number, digits: number | undefined): Decimal {
  return digits === undefined ? shortestDecimal(value) : roundedTo(exactDecimal(value), digits);
}

function scientific({ digits, exponent }: Decimal, precision: number | undefined, verb: string): string {
  const fraction = digits.slice(1).padEnd(precision ?? 0, '0');
  const power = digits === '' ? 0 : exponent - 1;
  const size = String(Math.abs(power)).padStart(2, '0');
  return `${digits[0] ?? '0'}${fraction === '' ? '' : '.'}${fraction}${verb}${power < 0 ? '-' : '+'}${size}`;
}

function positional(value: number, precision: number | undefined): string {
  const exact = precision === undefined ? shortestDecimal(value) : exactDecimal(value);
  const { digits, exponent } = precision === undefined ? exact : roundedTo(exact, exact.exponent + precision);
  const whole = exponent > 0 ? digits.slice(0, exponent).padEnd(exponent, '0') : '0';
  const start = digits === '' ? '' : `${'0'.repeat(Math.max(0, -exponent))}${digits.slice(Math.max(0, exponent))}`;
  const fraction = start.padEnd(precision ?? 0, '0');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

function general(value: number, verb: string, precision: number | undefined, keepZeros: boolean): string {
  const wanted = precision === 0 ? 1 : precision;
  const { digits, exponent } = decimalOf(value, wanted);
  const power = exponent - 1;
  let limit = wanted ?? 6;
  if (wanted !== undefined && limit > digits.length && digits.length >= exponent) limit = digits.length;
  const letter = verb === 'G' ? 'E' : 'e';
  const shown = keepZeros ? digits.padEnd(wanted ?? 6, '0') : digits;
  if (power < -4 || power >= limit) return scientific({ digits: shown, exponent }, undefined, letter);
  const whole = exponent > 0 ? shown.slice(0, exponent).padEnd(exponent, '0') : '0';
  const fraction =
    digits === '' ? shown.slice(1) : `${'0'.repeat(Math.max(0, -exponent))}${shown.slice(Math.max(0, exponent))}`;
  return fraction === '' ? (keepZeros ? `${whole}.` : whole) : `${whole}.${fraction}`;
}

function hexFloat(value: number, precision: number | undefined): string {
  let { mantissa, exponent } = binaryParts(value);
  if (mantissa === 0n) return `0x0${precision ? `.${'0'.repeat(precision)}` : ''}p+00`;
  while (mantissa < 1n << 52n) {
    mantissa <<= 1n;
    exponent -= 1;
  }
  exponent += 52;
  // 1 whole digit and 13 hexadecimal ones.
  if (precision !== undefined && precision < 13) {
    const drop = BigInt(4 * (13 - precision));
    const unit = 1n << drop;
    const rest = mantissa & (unit - 1n);
    mantissa -= rest;
    if (rest * 2n > unit || (rest * 2n === unit && (mantissa & unit) !== 0n)) mantissa += unit;
    if (mantissa >= 1n << 53n) {
      mantissa >>= 1n;
      exponent += 1;
    }
  }
  let fraction = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, '0');
  fraction =
    precision === undefined ? fraction.replace(/0+$/, '') : fraction.slice(0, precision).padEnd(precision, '0');
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `0x1${fraction === '' ? '' : '.'}${fraction}p${exponent < 0 ? '-' : '+'}${size}`;
}
