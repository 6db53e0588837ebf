import type { Json } from '../model/json.js';
import { INLINE_LIMIT_BYTES, type BlobRef, type BlobStore } from '../ports/blob-store.js';

/** Puts the JSON text of `value` into the store, whatever its size. */
export async function storeJson(store: BlobStore, value: Json): Promise<BlobRef> {
  return storeText(store, JSON.stringify(value));
}

/**
 * The inverse of {@link storeJson}. A reference to one element of a list gives that element, `null` past its end.
 *
 * @throws `Blob.NotFound` and `Blob.Unavailable`
 */
export async function loadJson(store: BlobStore, ref: BlobRef): Promise<Json> {
  const value = JSON.parse(new TextDecoder().decode(await store.get(ref.$blob))) as Json;
  return ref.element === undefined ? value : ((value as readonly Json[])[ref.element] ?? null);
}

/** The value itself while its JSON text has at most `limitBytes` bytes in UTF-8, else a reference to where it is now stored. */
export async function inlineOrBlob(
  store: BlobStore,
  value: Json,
  limitBytes: number = INLINE_LIMIT_BYTES,
): Promise<Json | BlobRef> {
  const text = JSON.stringify(value);
  // The cheap test first: UTF-8 never has fewer bytes than UTF-16 has units.
  if (text.length <= limitBytes && Buffer.byteLength(text) <= limitBytes) return value;
  return storeText(store, text);
}

async function storeText(store: BlobStore, text: string): Promise<BlobRef> {
  const bytes = new TextEncoder().encode(text);
  return { $blob: await store.put(bytes), bytes: bytes.length, type: 'json' };
}
