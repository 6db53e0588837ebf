import { byteLength, bytesOf, runesOf, sliceBytes } from '../bytes.js';
import type { Run } from '../run.js';
import {
  Boxed,
  BoxedNumber,
  isFloat,
  isNil,
  memberOf,
  numberOf,
  sortedKeys,
  typeOf,
  type Value,
  type ValueMap,
} from '../value.js';
import { formatMagnitude } from './format-float.js';
import type { Directive } from './directive.js';
import { canBackquote, isPrintable, quoteGo } from './quote.js';
import type { LimitedText } from './write-value.js';

/** One argument of `printf`. */
export function addFormatted(run: Run, out: LimitedText, value: Value, directive: Directive): void {
  const { verb } = directive;
  if (verb === 'T') return pad(out, value === null ? '<nil>' : typeOf(value), directive);
  if (value === null) return verb === 'v' ? pad(out, '<nil>', directive) : out.add(`%!${verb}(<nil>)`);
  if (verb === 'p') return wrongVerb(run, out, value, directive, 0);
  addValue(run, out, value, directive, 0);
}

function addValue(run: Run, out: LimitedText, value: Value, directive: Directive, depth: number): void {
  run.spend(1);
  if (value === null) return out.add(directive.goSyntax ? 'interface {}(nil)' : '<nil>');
  if (typeof value === 'string') return addString(run, out, value, directive);
  if (typeof value === 'boolean') {
    if (directive.verb !== 't' && directive.verb !== 'v') return wrongVerb(run, out, value, directive, depth);
    return pad(out, String(value), directive);
  }
  const number = numberOf(value);
  if (number !== undefined) {
    if (isFloat(value)) return addFloat(run, out, Number(number), value, directive);
    return addInt(run, out, number, value, directive);
  }
  if (value instanceof Boxed) return addBoxed(run, out, value, directive);
  run.enter(depth);
  if (Array.isArray(value)) return addList(run, out, value as readonly Value[], directive, depth);
  addMap(run, out, value as ValueMap, directive, depth);
}

function addList(run: Run, out: LimitedText, list: readonly Value[], directive: Directive, depth: number): void {
  const sharp = directive.goSyntax;
  if (sharp && isNil(list)) return out.add(`${typeOf(list)}(nil)`);
  out.add(sharp ? `${typeOf(list)}{` : '[');
  for (const [index, element] of list.entries()) {
    if (index > 0) out.add(sharp ? ', ' : ' ');
    addValue(run, out, element, directive, depth + 1);
  }
  out.add(sharp ? '}' : ']');
}

function addMap(run: Run, out: LimitedText, map: ValueMap, directive: Directive, depth: number): void {
  const sharp = directive.goSyntax;
  if (sharp && isNil(map)) return out.add(`${typeOf(map)}(nil)`);
  out.add(sharp ? `${typeOf(map)}{` : 'map[');
  for (const [index, key] of sortedKeys(map).entries()) {
    if (index > 0) out.add(sharp ? ', ' : ' ');
    addString(run, out, key, directive);
    out.add(':');
    addValue(run, out, memberOf(map, key) ?? null, directive, depth + 1);
  }
  out.add(sharp ? '}' : ']');
}

function addBoxed(run: Run, out: LimitedText, value: Boxed, directive: Directive): void {
  // Times and versions print themselves.
  if ('vsxXq'.includes(directive.verb)) {
    return addString(run, out, value.toText(), directive);
  }
  wrongVerb(run, out, value, directive);
}

function addString(run: Run, out: LimitedText, text: string, directive: Directive): void {
  switch (directive.verb) {
    case 'v':
      if (directive.goSyntax) return pad(out, quoteGo(text), directive);
      return pad(out, cut(text, directive), directive);
    case 's':
      return pad(out, cut(text, directive), directive);
    case 'x':
    case 'X':
      return pad(out, hexBytes(text, directive), directive);
    case 'q': {
      const shown = cut(text, directive);
      if (directive.sharp && canBackquote(shown)) return pad(out, `\`${shown}\``, directive);
      return pad(out, quoteGo(shown, '"', directive.plus), directive);
    }
    default:
      wrongVerb(run, out, text, directive);
  }
}

/** The precision of a text counts characters. */
function cut(text: string, { precision }: Directive): string {
  if (precision === undefined || text.length <= precision) return text;
  return [...text].slice(0, precision).join('');
}

function hexBytes(text: string, { precision, sharp, space, verb }: Directive): string {
  const shown = precision !== undefined && precision < byteLength(text) ? sliceBytes(text, 0, precision) : text;
  const pairs = Array.from(bytesOf(shown), (byte) => byte.toString(16).padStart(2, '0'));
  if (pairs.length === 0) return '';
  const prefix = sharp ? '0x' : '';
  const joined = space ? pairs.map((pair) => prefix + pair).join(' ') : prefix + pairs.join('');
  return verb === 'X' ? joined.toUpperCase() : joined;
}

const BASES: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

function addInt(run: Run, out: LimitedText, number: number | bigint, value: Value, directive: Directive): void {
  const { verb } = directive;
  const base = BASES[verb];
  if (base !== undefined) {
    const unsigned = value instanceof BoxedNumber && value.type.startsWith('uint');
    const hex = directive.goSyntax && unsigned;
    return addWhole(out, number, hex ? 16 : base, hex ? { ...directive, verb: 'x', sharp: true } : directive);
  }
  const point = number >= 0 && number <= 0x10ffff ? Number(number) : 0xfffd;
  const char = point >= 0xd800 && point < 0xe000 ? '\ufffd' : String.fromCodePoint(point);
  if (verb === 'c') return pad(out, char, directive);
  if (verb === 'q') return pad(out, quoteGo(char, "'", directive.plus), directive);
  if (verb === 'U') return addUnicode(out, number, directive);
  wrongVerb(run, out, value, directive);
}

function addWhole(out: LimitedText, number: number | bigint, base: number, directive: Directive): void {
  const { precision, width, sharp, verb } = directive;
  const negative = number < 0;
  let digits = (negative ? -number : number).toString(base);
  if (verb === 'X') digits = digits.toUpperCase();
  if (precision === 0 && Number(number) === 0) {
    const { plus: _plus, ...rest } = directive;
    return pad(out, '', { ...rest, plus: false, zero: false });
  }
  let sign = negative ? '-' : directive.plus ? '+' : directive.space ? ' ' : '';
  if (precision !== undefined) {
    out.run.reserve(precision);
    digits = digits.padStart(precision, '0');
  } else if (directive.zero && !directive.minus && width !== undefined) {
    out.run.reserve(width);
    digits = digits.padStart(width - sign.length, '0');
  }
  if ((sharp && verb !== 'v') || verb === 'O') {
    if (base === 2 && sharp) sign += '0b';
    else if (base === 8 && verb === 'o' && !digits.startsWith('0')) sign += '0';
    else if (base === 16 && sharp) sign += verb === 'X' ? '0X' : '0x';
    if (verb === 'O') sign += '0o';
  }
  pad(out, sign + digits, { ...directive, zero: false });
}

function addUnicode(out: LimitedText, number: number | bigint, directive: Directive): void {
  const hex = BigInt.asUintN(64, BigInt(number)).toString(16).toUpperCase();
  if (directive.precision !== undefined) out.run.reserve(directive.precision);
  let text = `U+${hex.padStart(Math.max(4, directive.precision ?? 4), '0')}`;
  if (directive.sharp && number >= 0 && number <= 0x10ffff) {
    const char = String.fromCodePoint(Number(number));
    if (isPrintable(char)) text += ` '${char}'`;
  }
  pad(out, text, { ...directive, zero: false });
}

const FLOAT_PRECISION: Readonly<Record<string, number | undefined>> = { e: 6, E: 6, f: 6, F: 6 };

function addFloat(run: Run, out: LimitedText, number: number, value: Value, directive: Directive): void {
  const { verb, width } = directive;
  if (!'vbgGxXfFeE'.includes(verb)) return wrongVerb(run, out, value, directive);
  const precision = directive.precision ?? FLOAT_PRECISION[verb];
  if (precision !== undefined) run.reserve(precision);
  const sharpV = directive.goSyntax;
  let text = formatMagnitude(
    number,
    sharpV ? 'g' : verb,
    precision,
    directive.sharp && 'vgG'.includes(verb) && !sharpV,
  );
  if (directive.sharp && !sharpV && 'eEfF'.includes(verb) && !text.includes('.') && Number.isFinite(number)) {
    text = text.replace(/(?=[eE]|$)/, '.');
  }
  const negative = number < 0 || Object.is(number, -0);
  const finite = Number.isFinite(number);
  const plus = directive.plus || (number === Infinity && verb === 'v' && !directive.plus && !directive.space);
  const sign = negative ? '-' : plus ? '+' : directive.space ? ' ' : '';
  if (directive.zero && !directive.minus && finite && width !== undefined) {
    run.reserve(width);
    return out.add(sign + text.padStart(width - sign.length, '0'));
  }
  pad(out, sign + text, { ...directive, zero: false });
}

/** What Go shows for a verb that does not fit: the value as `%v` has it, with the same flags. */
function wrongVerb(run: Run, out: LimitedText, value: Value, directive: Directive, depth = 0): void {
  out.add(`%!${directive.verb}(${typeOf(value)}=`);
  if (value instanceof Boxed && numberOf(value) === undefined) out.add(value.toText());
  else addValue(run, out, value, { ...directive, verb: 'v' }, depth);
  out.add(')');
}

/** To the width, which counts characters. */
function pad(out: LimitedText, text: string, directive: Directive): void {
  const { width, minus, zero } = directive;
  if (width === undefined) return out.add(text);
  const missing = width - runesOf(text).length;
  if (missing <= 0) return out.add(text);
  out.run.reserve(missing);
  if (minus) return out.add(text + ' '.repeat(missing));
  out.add((zero ? '0' : ' ').repeat(missing) + text);
}
