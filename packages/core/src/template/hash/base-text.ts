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

/** The bytes; or the offset at which Go finds the text wrong. Line breaks do not count. */
export function decodeBase(text: string, encoding: BaseEncoding): Uint8Array | number {
  return encoding.group === 4 ? decodeBase64(text, encoding) : decodeBase32(text.replace(/[\r\n]/g, ''), encoding);
}

/** Groups of digits become bytes; what is left of an incomplete group is dropped. */
class ByteQueue {
  readonly bytes: number[] = [];
  #held = 0;
  #count = 0;

  add(value: number, bits: number): void {
    this.#held = (this.#held << bits) | value;
    this.#count += bits;
    if (this.#count >= 8) {
      this.#count -= 8;
      this.bytes.push((this.#held >> this.#count) & 0xff);
    }
    this.#held &= (1 << this.#count) - 1;
  }
}

function decodeBase64(text: string, { alphabet, bits, group }: BaseEncoding): Uint8Array | number {
  const queue = new ByteQueue();
  let inGroup = 0;
  let at = 0;
  const next = (): string | undefined => {
    while (text[at] === '\n' || text[at] === '\r') at += 1;
    return text[at];
  };
  for (let char = next(); char !== undefined; char = next()) {
    if (char === '=') {
      if (inGroup < 2) return at;
      for (let missing = group - inGroup; missing > 0; missing -= 1) {
        if (next() !== '=') return text[at] === undefined ? text.length : at;
        at += 1;
      }
      return next() === undefined ? Uint8Array.from(queue.bytes) : at;
    }
    const value = alphabet.indexOf(char);
    if (value === -1) return at;
    at += 1;
    inGroup = (inGroup + 1) % group;
    queue.add(value, bits);
  }
  return inGroup === 0 ? Uint8Array.from(queue.bytes) : at - inGroup;
}

function decodeBase32(text: string, { alphabet, bits, group }: BaseEncoding): Uint8Array | number {
  const queue = new ByteQueue();
  for (let at = 0; at < text.length; at += 1) {
    const inGroup = at % group;
    const rest = text.length - at - 1;
    if (text[at] === '=' && inGroup >= 2 && rest < group) {
      if (rest + inGroup < group - 1) return text.length;
      for (let i = 0; i < group - 1 - inGroup; i += 1) if (i < rest && text[at + 1 + i] !== '=') return at + i;
      // A group holds whole bytes: some counts of digits cannot be.
      return inGroup === 3 || inGroup === 6 ? at : Uint8Array.from(queue.bytes);
    }
    const value = alphabet.indexOf(text[at]!);
    if (value === -1) return at;
    queue.add(value, bits);
  }
  const left = text.length % group;
  return left === 0 ? Uint8Array.from(queue.bytes) : text.length - left;
}
