import { sha256 } from '@noble/hashes/sha2.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 27;

/**
 * An execution id that depends on `text` only: 160 bits of its SHA-256. The id decides whether something was done
 * already, so nobody who chooses a part of the text may find two texts that have the same one.
 */
export function deriveExecId(text: string): string {
  return encodeExecId(sha256(new TextEncoder().encode(text)).subarray(0, 20));
}

/** 20 bytes as 27 base-62 characters that sort as the bytes do: the shape of every execution id. */
export function encodeExecId(bytes: Uint8Array): string {
  let rest = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let id = '';
  for (let i = 0; i < LENGTH; i += 1) {
    id = ALPHABET[Number(rest % 62n)] + id;
    rest /= 62n;
  }
  return id;
}
