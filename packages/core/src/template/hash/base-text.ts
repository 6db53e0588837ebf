/** Base 64 and base 32 (RFC 4648) with padding, as Go's standard encodings. */
export interface BaseEncoding {
  readonly alphabet: string;
  readonly bits: number;
  /** Characters of a group. */
  readonly group: number;
  readonly name: string;
}

export const BASE64: BaseEncoding = {
  alphabet: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  bits: 6,
  group: 4,
  name: 'base64',
};

export const BASE32: BaseEncoding = { alphabet: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', bits: 5, group: 8, name: 'base32' };

export function encodeBase(bytes: Uint8Array, { alphabet, bits, group }: BaseEncoding): string {
  let text = '';
  let held = 0;
  let count = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    count += 8;
    while (count >= bits) {
      count -= bits;
      text += alphabet[(held >> count) & ((1 << bits) - 1)];
    }
    held &= (1 << count) - 1;
  }
  if (count > 0) text += alphabet[(held << (bits - count)) & ((1 << bits) - 1)];
  return text.padEnd(Math.ceil(text.length / group) * group, '=');
}

/** The bytes; or the offset at which the text is wrong. Line breaks do not count. */
export function decodeBase(text: string, encoding: BaseEncoding): Uint8Array | number {
  const { alphabet, bits, group } = encoding;
  const bytes: number[] = [];
  let held = 0;
  let count = 0;
  let inGroup = 0;
  let at = 0;
  const next = (): string | undefined => {
    while (text[at] === '\n' || text[at] === '\r') at += 1;
    return text[at];
  };
  for (let char = next(); char !== undefined; char = next()) {
    if (char === '=') return padding(text, at, inGroup, bytes, encoding, next);
    const value = alphabet.indexOf(char);
    if (value === -1) return at;
    at += 1;
    inGroup = (inGroup + 1) % group;
    held = (held << bits) | value;
    count += bits;
    if (count >= 8) {
      count -= 8;
      bytes.push((held >> count) & 0xff);
    }
    held &= (1 << count) - 1;
  }
  return inGroup === 0 ? Uint8Array.from(bytes) : at - inGroup;

  function padding(
    source: string,
    start: number,
    digits: number,
    decoded: readonly number[],
    { bits: width, group: size }: BaseEncoding,
    solid: () => string | undefined,
  ): Uint8Array | number {
    const wanted = size - digits;
    // A group holds whole bytes: some counts of digits cannot be.
    const possible = width === 6 ? [2, 3] : [2, 4, 5, 7];
    if (!possible.includes(digits)) return start;
    for (let i = 0; i < wanted; i += 1) {
      if (solid() !== '=') return source[at] === undefined ? source.length : at;
      at += 1;
    }
    return solid() === undefined ? Uint8Array.from(decoded) : at;
  }
}
