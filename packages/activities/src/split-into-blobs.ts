import { CompozyError, INLINE_LIMIT_BYTES, type BlobStore, type Json, type JsonObject } from '@compozy/core';
import { storeJson } from '@compozy/core/blobs';

/** A reference has about this size: what is not clearly larger stays. */
const REFERENCE_BYTES = 200;
/** What many small values may take together in one event of the history, beside the plan. */
const MOST_BYTES = 256 * 1024;

/**
 * `values` with the largest of them as references to where they are now stored, until the rest is small.
 *
 * @throws `Input.Invalid` where many small values are too large together; `Blob.Unavailable`.
 */
export async function splitIntoBlobs(blobs: BlobStore, values: JsonObject): Promise<JsonObject> {
  const sizes = Object.entries(values).map(([name, value]) => ({ name, bytes: bytesOf(value) }));
  const split: Record<string, Json> = { ...values };
  let bytes = bytesOf(values);
  for (const { name, bytes: own } of sizes.toSorted((a, b) => b.bytes - a.bytes)) {
    if (bytes <= INLINE_LIMIT_BYTES || own <= REFERENCE_BYTES) break;
    split[name] = (await storeJson(blobs, values[name]!)) as unknown as Json;
    bytes += REFERENCE_BYTES - own;
  }
  if (bytes <= MOST_BYTES) return split;
  const message = `must not have more than ${MOST_BYTES} bytes in small values; put them into one list or one object`;
  throw new CompozyError('Input.Invalid', `The input of the task ${message}`, {
    details: { problems: [{ pointer: '', message }] },
  });
}

function bytesOf(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}
