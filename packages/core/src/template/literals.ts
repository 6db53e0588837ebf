import type { NumberLiteral } from './ast.js';
import { textOf } from './bytes.js';

/** The number that a literal stands for; undefined for what Go does not accept. Imaginary numbers are not supported. */
export function parseNumber(text: string, at: number): NumberLiteral | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[+-]/, '');
  const writtenAsFloat = /^0[xX]/.test(digits) ? /[.pP]/.test(digits) : /[.eE]/.test(digits);
  if (!writtenAsFloat) {
    const whole = parseWhole(digits);
    if (whole === undefined) return undefined;
    const value = sign < 0 ? -whole : whole;
    const base = { kind: 'number' as const, at, text, float: Number(value), writtenAsFloat };
    if (BigInt.asIntN(64, value) === value) return { ...base, int: shortened(value) };
    // Go reads the unsigned ones, and refuses to use them.
    return sign > 0 && !text.startsWith('+') && BigInt.asUintN(64, value) === value
      ? { ...base, tooLarge: true }
      : undefined;
  }
  const float = parseFloatLiteral(digits);
  if (float === undefined || !Number.isFinite(float)) return undefined;
  const value = sign * float;
  const base = { kind: 'number' as const, at, text, float: value, writtenAsFloat };
  const whole = Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(value) : undefined;
  return whole === undefined ? base : { ...base, int: shortened(whole) };
}

function shortened(value: bigint): number | bigint {
  const short = Number(value);
  return Number.isSafeInteger(short) ? short : value;
}

function parseWhole(digits: string): bigint | undefined {
  const match = /^(?:0[xX](_?[0-9a-fA-F]+)+|0[oO]?(_?[0-7]+)+|0[bB](_?[01]+)+|0|[1-9](_?[0-9]+)*)$/.exec(digits);
  if (match === null || digits.length > 400) return undefined;
  const plain = digits.replaceAll('_', '');
  return BigInt(/^0[0-7]/.test(plain) ? `0o${plain.slice(1)}` : plain);
}

/** Go's floats without a sign: decimal or hexadecimal, underscores between digits. */
export function parseFloatLiteral(digits: string): number | undefined {
  const hex = /^0[xX]([0-9a-fA-F_]*)(?:\.([0-9a-fA-F_]*))?[pP]([+-]?[0-9_]+)$/.exec(digits);
  if (hex !== null) {
    const [, whole = '', fraction = '', exponent = ''] = hex.map((part) => part?.replaceAll('_', ''));
    if (whole + fraction === '' || !wellSeparated(digits)) return undefined;
    return Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
  }
  if (!wellSeparated(digits)) return undefined;
  const plain = digits.replaceAll('_', '');
  return /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(plain) ? Number(plain) : undefined;
}

function wellSeparated(digits: string): boolean {
  return !/__|_$|_[.eEpP+-]|[.eEpP+-]_|^_/.test(digits);
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/** The text of an interpreted string or character literal, quotes included; undefined for a wrong escape. */
export function unquote(literal: string): string | undefined {
  const quote = literal[0]!;
  const inner = literal.slice(1, -1);
  if (inner.includes('\n')) return undefined;
  if (!inner.includes('\\')) return inner.includes(quote) ? undefined : inner;
  let text = '';
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length > 0) text += textOf(Uint8Array.from(bytes));
    bytes = [];
  };
  for (let at = 0; at < inner.length;) {
    const char = inner[at]!;
    if (char !== '\\') {
      flush();
      text += char;
      at += 1;
      continue;
    }
    const next = inner[at + 1] ?? '';
    const simple = next === quote ? quote : ESCAPES[next];
    if (simple !== undefined) {
      flush();
      text += simple;
      at += 2;
      continue;
    }
    const coded = /^(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(
      inner.slice(at + 1, at + 11),
    );
    if (coded === null) return undefined;
    const [all, hex, octal, ...points] = coded;
    if (hex !== undefined || octal !== undefined) {
      const byte = hex === undefined ? Number.parseInt(octal!, 8) : Number.parseInt(hex, 16);
      if (byte > 255) return undefined;
      if (quote === "'") text += String.fromCodePoint(byte);
      else bytes.push(byte);
    } else {
      const point = Number.parseInt(points[0] ?? points[1]!, 16);
      if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return undefined;
      flush();
      text += String.fromCodePoint(point);
    }
    at += 1 + all.length;
  }
  flush();
  return text;
}

/** The code point of a character literal; undefined for a wrong one. */
export function parseChar(literal: string): number | undefined {
  const text = unquote(literal);
  const point = text?.codePointAt(0);
  return point === undefined || text!.length !== String.fromCodePoint(point).length ? undefined : point;
}
