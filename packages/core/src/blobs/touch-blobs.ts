import type { Json } from '../model/json.js';
import { isBlobRef, type BlobRef, type BlobStore } from '../ports/blob-store.js';
import { CompozyError } from '../errors/compozy-error.js';

/** What the JSON text of a value with a reference in it has. */
const MARK = '"$blob"';

/**
 * Counts as a use of every blob that `value` refers to, and of those that these refer to. Whoever takes a value over
 * calls it: else the blobs would only be kept as long as the run that made them. A blob that is missing is passed over;
 * whoever reads it is told.
 *
 * @throws `Blob.Unavailable`
 */
export async function touchBlobs(store: BlobStore, value: Json): Promise<void> {
  const touched = new Set<string>();
  const waiting = refsIn(value);
  for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop()) {
    if (touched.has(ref.$blob)) continue;
    touched.add(ref.$blob);
    const bytes = await read(store, ref.$blob);
    if (bytes === undefined) continue;
    await store.put(bytes);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (text.includes(MARK)) waiting.push(...refsIn(JSON.parse(text.toString()) as Json));
  }
}

async function read(store: BlobStore, sha256: string): Promise<Uint8Array | undefined> {
  try {
    return await store.get(sha256);
  } catch (error) {
    if (CompozyError.isInstance(error) && error.code === 'Blob.NotFound') return undefined;
    throw error;
  }
}

function refsIn(value: Json): BlobRef[] {
  if (value === null || typeof value !== 'object') return [];
  return isBlobRef(value) ? [value] : Object.values(value).flatMap((part: Json) => refsIn(part));
}
