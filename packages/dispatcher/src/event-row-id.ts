import { createHash } from 'node:crypto';

/** Bytes of an id; the index of a table takes only so much. */
const MAX_ROW_ID = 1_000;

/** The id that an event has in the store. Anybody may send an event to Temporal, with an id of any length. */
export function eventRowId(id: string): string {
  return Buffer.byteLength(id) <= MAX_ROW_ID ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`;
}
