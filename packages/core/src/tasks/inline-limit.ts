import { INLINE_LIMIT_BYTES } from '../ports/blob-store.js';

/** The results of many siblings share the room that one value has, so that a container's state stays small. */
export function inlineLimit(siblings: number): number {
  return Math.max(256, Math.floor(INLINE_LIMIT_BYTES / Math.max(1, siblings)));
}
