import type { Json } from '../model/json.js';
import { INLINE_LIMIT_BYTES, type BlobRef, type BlobStore } from '../ports/blob-store.js';

/** Puts the JSON text of `value` into the store, whatever its size. */
export async function storeJson(store: BlobStore, value: Json): Promise<BlobRef> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return { $blob: await store.put(bytes), bytes: bytes.length, type: 'json' };
}

/** The inverse of {@link storeJson}. */
export async function loadJson(store: BlobStore, ref: BlobRef): Promise<Json> {
  const value = JSON.parse(new TextDecoder().decode(await store.get(ref.$blob))) as Json;
  return ref.element === undefined ? value : ((value as readonly Json[])[ref.element] ?? null);
}

/** The value itself while its JSON text has at most `limitBytes`, else a reference to it. */
export async function inlineOrBlob(store: BlobStore, value: Json, limitBytes: number = INLINE_LIMIT_BYTES): Promise<Json | BlobRef> {
  const text = JSON.stringify(value);
  if (text.length <= limitBytes && Buffer.byteLength(text) <= limitBytes) return value;
  return await storeJson(store, value);
}
