import { evaluateCondition, parseCondition } from '../condition/index.js';
import type { Json, JsonObject } from '../model/json.js';
import type { BlobStore } from '../ports/blob-store.js';
import { createReader } from './render-late.js';

/**
 * The value of a CEL expression whose context holds values in the blob store; they are read first.
 *
 * @throws `Condition.Invalid`, `Template.TooExpensive`, `Blob.*`, `Task.OutputTooLarge`.
 */
export async function evaluateLateCondition(source: string, context: JsonObject, blobs: BlobStore): Promise<Json> {
  const data = (await createReader(blobs).read(context)) as JsonObject;
  return evaluateCondition(parseCondition(source), data);
}
