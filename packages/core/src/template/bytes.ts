/**
 * Go's texts are bytes. Bytes that are not UTF-8 (a character cut in two, decoded base 64) are kept in JavaScript text as
 * lone surrogates U+DC80 to U+DCFF, one for each byte, and become U+FFFD where a text leaves the engine.
 */

const NON_ASCII = /\P{ASCII}/u;
const LONE_SURROGATE = /\p{Cs}/u;
const LONE_SURROGATES = /\p{Cs}/gu;
const encoder = new TextEncoder();

export function isAscii(text: string): boolean {
  return !NON_ASCII.test(text);
}

/** Newer engines have a fast test, which the ES2023 library does not know of. */
function hasLoneSurrogate(text: string): boolean {
  const { isWellFormed } = text as { isWellFormed?: () => boolean };
  return isWellFormed === undefined ? LONE_SURROGATE.test(text) : !isWellFormed.call(text);
}

/** The length in bytes. */
export function byteLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (unit < 0xd800 || unit >= 0xe000) length += 2;
    else if (unit < 0xdc00 && isLow(text.charCodeAt(i + 1))) {
      length += 2;
      i += 1;
    } else if (!isRawByte(unit)) length += 2;
  }
  return length;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

function isRawByte(unit: number): boolean {
  return unit >= 0xdc80 && unit <= 0xdcff;
}

export function bytesOf(text: string): Uint8Array {
  if (!hasLoneSurrogate(text)) return encoder.encode(text);
  const bytes = new Uint8Array(byteLength(text));
  let to = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    const point = unit >= 0xd800 && unit < 0xdc00 ? text.codePointAt(i)! : unit;
    if (isRawByte(point)) bytes[to++] = point - 0xdc00;
    else {
      const encoded = encoder.encode(String.fromCodePoint(point));
      bytes.set(encoded, to);
      to += encoded.length;
      if (point > 0xffff) i += 1;
    }
  }
  return bytes;
}

export function textOf(bytes: Uint8Array): string {
  let text = '';
  const units: number[] = [];
  for (let i = 0; i < bytes.length;) {
    const [point, size] = decodeAt(bytes, i);
    if (point === undefined) units.push(0xdc00 + bytes[i]!);
    else if (point > 0xffff) units.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff));
    else units.push(point);
    i += size;
    if (units.length > 4096) text += String.fromCharCode(...units.splice(0));
  }
  return text + String.fromCharCode(...units);
}

/** The character that starts at an offset, and its bytes; undefined for a byte that is not UTF-8. */
function decodeAt(bytes: Uint8Array, at: number): [point: number | undefined, size: number] {
  const first = bytes[at]!;
  if (first < 0x80) return [first, 1];
  const more =
    first >= 0xc2 && first < 0xe0 ? 1 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xf0 && first < 0xf5 ? 3 : 0;
  if (more === 0 || at + more >= bytes.length) return [undefined, 1];
  let point = first & (0x3f >> more);
  for (let i = 1; i <= more; i += 1) {
    const next = bytes[at + i]!;
    if ((next & 0xc0) !== 0x80) return [undefined, 1];
    point = (point << 6) | (next & 0x3f);
  }
  if ((more === 2 && point < 0x800) || (more === 3 && point < 0x10000)) return [undefined, 1];
  if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return [undefined, 1];
  return [point, 1 + more];
}

/** Part of a text by byte offsets, as Go slices. */
export function sliceBytes(text: string, start: number, end?: number): string {
  return isAscii(text) ? text.slice(start, end) : textOf(bytesOf(text).subarray(start, end));
}

/** The text as JSON may hold it: raw bytes that make characters again are such, all others U+FFFD. */
export function toWellFormed(text: string): string {
  return hasLoneSurrogate(text) ? textOf(bytesOf(text)).replace(LONE_SURROGATES, '\ufffd') : text;
}

/** The characters of a text as Go's `[]rune` has them: a raw byte is U+FFFD. */
export function runesOf(text: string): string[] {
  return Array.from(text, (char) => (isLow(char.charCodeAt(0)) ? '\ufffd' : char));
}
