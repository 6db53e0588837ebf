import { randomBytes } from 'node:crypto';
import { encodeExecId } from '@compozy/core/schema';

/** Seconds since the epoch that a KSUID counts from. */
const KSUID_EPOCH = 1_400_000_000;

/** A KSUID: 27 base-62 characters that sort by time, 128 of its 160 bits random. */
export function createExecId(now: number = Date.now()): string {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt32BE(Math.floor(now / 1000) - KSUID_EPOCH);
  randomBytes(16).copy(bytes, 4);
  return encodeExecId(bytes);
}
