import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 27;
/** Seconds since the epoch that a KSUID counts from. */
const KSUID_EPOCH = 1_400_000_000;

/** A KSUID: 27 base-62 characters that sort by time, 128 of its 160 bits random. */
export function createExecId(now: number = Date.now()): string {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt32BE(Math.floor(now / 1000) - KSUID_EPOCH);
  randomBytes(16).copy(bytes, 4);
  return toBase62(bytes);
}

/** An id of the same shape that depends on `text` only: 160 bits of its SHA-256. */
export function deriveExecId(text: string): string {
  return toBase62(createHash('sha256').update(text).digest().subarray(0, 20));
}

function toBase62(bytes: Buffer): string {
  let rest = BigInt(`0x${bytes.toString('hex')}`);
  let id = '';
  for (let i = 0; i < LENGTH; i += 1) {
    id = ALPHABET[Number(rest % 62n)] + id;
    rest /= 62n;
  }
  return id;
}
