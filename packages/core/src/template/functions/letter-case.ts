import { byteLength, bytesOf, runesOf } from '../bytes.js';

/** Blanks as Go's unicode package has them. */
export const SPACE_CLASS = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const SPACE = new RegExp(`[${SPACE_CLASS}]`, 'u');
const NON_ASCII = /\P{ASCII}/u;

export function isSpace(char: string): boolean {
  return SPACE.test(char);
}

/** The simple mapping of Unicode: one character for one character, whatever the language. */
export function upperChar(char: string): string {
  const upper = char.toUpperCase();
  if (upper.length === char.length || [...upper].length === 1) return upper;
  const point = char.codePointAt(0)!;
  // Greek with iota: the simple mapping is the title case letter.
  if (point >= 0x1f80 && point <= 0x1faf) return String.fromCodePoint(point | 8);
  if (point === 0x1fb3 || point === 0x1fc3 || point === 0x1ff3) return String.fromCodePoint(point + 9);
  return char;
}

export function lowerChar(char: string): string {
  if (char === '\u0130') return 'i';
  const lower = char.toLowerCase();
  return lower.length === char.length || [...lower].length === 1 ? lower : char;
}

/** Title case differs from upper case for the few letters that are two in one. */
function titleChar(char: string): string {
  const point = char.codePointAt(0)!;
  if (point >= 0x1c4 && point <= 0x1cc) return point <= 0x1c6 ? '\u01c5' : point <= 0x1c9 ? '\u01c8' : '\u01cb';
  if (point >= 0x1f1 && point <= 0x1f3) return '\u01f2';
  // Georgian has capitals, but no title case.
  if ((point >= 0x10d0 && point <= 0x10fa) || (point >= 0x10fd && point <= 0x10ff)) return char;
  return upperChar(char);
}

export function upperText(text: string): string {
  return NON_ASCII.test(text) ? runesOf(text).map(upperChar).join('') : text.toUpperCase();
}

export function lowerText(text: string): string {
  return NON_ASCII.test(text) ? runesOf(text).map(lowerChar).join('') : text.toLowerCase();
}

/** The first letter of each word; letters, digits and underscores make words. */
export function titleText(text: string): string {
  let inWord = false;
  let out = '';
  for (const char of runesOf(text)) {
    out += inWord ? char : titleChar(char);
    inWord = char < '\u0080' ? /\w/.test(char) : !isSpace(char) || /[\p{L}\p{Nd}]/u.test(char);
  }
  return out;
}

/** The first letter after each blank in lower case. */
export function untitle(text: string): string {
  let atStart = true;
  let out = '';
  for (const char of runesOf(text)) {
    const space = isSpace(char);
    out += atStart && !space ? lowerChar(char) : char;
    atStart = space;
  }
  return out;
}

/** The first byte of each word: like sprig, this takes a byte for a character. */
export function initials(text: string): string {
  let atStart = true;
  let out = '';
  for (const byte of bytesOf(text)) {
    const char = String.fromCharCode(byte);
    const space = isSpace(char);
    if (atStart && !space) out += char;
    atStart = space;
  }
  return out;
}

/** All but blanks; like sprig, this takes a byte for a character where there is one to remove. */
export function withoutSpace(text: string): string {
  const kept = Array.from(bytesOf(text), (byte) => String.fromCharCode(byte)).filter((char) => !isSpace(char));
  return kept.length === byteLength(text) ? text : kept.join('');
}

/** Upper to lower, lower to upper; to title case at the start and after a blank. */
export function swapCase(text: string): string {
  let atStart = true;
  let out = '';
  for (const char of runesOf(text)) {
    if (/\p{Lu}|\p{Lt}/u.test(char)) out += lowerChar(char);
    else if (/\p{Ll}/u.test(char)) out += atStart ? titleChar(char) : upperChar(char);
    else out += char;
    atStart = isSpace(char);
  }
  return out;
}
