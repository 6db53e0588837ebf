import type { Json } from './json.js';

/** Bytes of the JSON text of `value` in UTF-8. */
export function jsonBytes(value: Json): number {
  return utf8Bytes(JSON.stringify(value));
}

function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else if (code >= 0xd800 && code < 0xdc00) {
      // A surrogate pair is two units and four bytes.
      bytes += 2;
      i += 1;
    } else bytes += 2;
  }
  return bytes;
}
