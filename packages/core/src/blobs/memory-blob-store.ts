import type { BlobStore } from '../ports/blob-store.js';
import { blobNotFound, sha256Of } from './sha256.js';

/** Blobs that live as long as the returned object: for tests, and for runs that end with the process. */
export function createMemoryBlobStore(): BlobStore {
  const blobs = new Map<string, { readonly bytes: Uint8Array; touchedAt: number }>();
  return {
    shared: false,
    async put(bytes) {
      const sha256 = sha256Of(bytes);
      const known = blobs.get(sha256);
      if (known !== undefined) known.touchedAt = Date.now();
      else blobs.set(sha256, { bytes: Uint8Array.from(bytes), touchedAt: Date.now() });
      return sha256;
    },
    async get(sha256) {
      const blob = blobs.get(sha256);
      if (blob === undefined) throw blobNotFound(sha256);
      return Uint8Array.from(blob.bytes);
    },
    async sweep({ olderThan, keep }) {
      let removed = 0;
      for (const [sha256, { touchedAt }] of blobs) {
        if (keep.has(sha256) || touchedAt >= olderThan.getTime()) continue;
        blobs.delete(sha256);
        removed += 1;
      }
      return removed;
    },
  };
}
