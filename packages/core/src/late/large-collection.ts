import type { Json, JsonObject } from '../model/json.js';
import { INLINE_LIMIT_BYTES, type BlobRef, type BlobStore } from '../ports/blob-store.js';
import type { AssembleOutputsInput, ExpandItemsInput, ItemManifest } from '../protocol/activities.js';
import { duplicateChild } from '../tasks/collection/item-source.js';
import { isKept, listOf, toItems } from '../tasks/collection/items.js';
import { storeJson } from '../blobs/json-blobs.js';
import { createReader, evaluateAt, lateHost, renderLate, type LateRendering } from './render-late.js';

const CHUNK_ITEMS = 500;
/** On average; one item may need more. */
const STEPS_PER_FILTERED_ITEM = 1_000;
/** Longest time without a break. */
const BUSY_MS = 50;

/** Turns the items of a large collection into a list in the blob store: evaluated, filtered and grouped. */
export async function expandItems(input: ExpandItemsInput, rendering: LateRendering): Promise<ItemManifest> {
  const value = await renderLate(input.items, rendering);
  const items = listOf(toItems(value));
  const kept = input.filter === undefined ? items : await filterItems(items, input, rendering);
  const groups = input.batchSize > 0 ? grouped(kept, input.batchSize) : kept;
  const chunkSize = chunkSizeOf(groups);
  const chunks: BlobRef[] = [];
  for (let at = 0; at < groups.length; at += chunkSize) {
    chunks.push(await storeJson(rendering.blobs, groups.slice(at, at + chunkSize)));
  }
  return { itemCount: items.length, keptCount: kept.length, total: groups.length, chunkSize, chunks };
}

/**
 * One map by child id, in item order.
 *
 * @throws `Task.DuplicateChild`
 */
export async function assembleOutputs(input: AssembleOutputsInput, blobs: BlobStore): Promise<BlobRef> {
  const entries: (readonly [number, string, Json] | readonly [number, string])[] = [];
  const { read } = createReader(blobs);
  for (const chunk of input.chunks)
    entries.push(...((await read(chunk as unknown as Json)) as unknown as typeof entries));
  entries.sort(([a], [b]) => a - b);
  const seen = new Map<string, number>();
  const outputs: [string, Json][] = [];
  for (const [index, id, output] of entries) {
    const first = seen.get(id);
    if (first !== undefined) throw duplicateChild(id, first, index);
    seen.set(id, index);
    if (output !== undefined) outputs.push([id, output]);
  }
  return await storeJson(blobs, Object.fromEntries(outputs));
}

async function filterItems(
  items: readonly Json[],
  input: ExpandItemsInput,
  rendering: LateRendering,
): Promise<readonly Json[]> {
  const context = (await createReader(rendering.blobs).read(input.filterContext ?? {})) as JsonObject;
  const host = lateHost(rendering, STEPS_PER_FILTERED_ITEM * items.length);
  const kept: Json[] = [];
  let yielded = performance.now();
  for (const [index, item] of items.entries()) {
    const names: Record<string, Json> = { ...context, item, index };
    if (input.itemVar !== undefined) names[input.itemVar] = item;
    if (input.indexVar !== undefined) names[input.indexVar] = index;
    if (isKept(evaluateAt(input.filter!, names, host, { pointer: '/filter', item: index }))) kept.push(item);
    // The worker serves others meanwhile, and its heartbeats go out.
    if (performance.now() - yielded > BUSY_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      yielded = performance.now();
    }
  }
  return kept;
}

function grouped(items: readonly Json[], size: number): readonly Json[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Few enough to keep a piece near the size that is read for one item. */
function chunkSizeOf(groups: readonly Json[]): number {
  const sample = groups.slice(0, 50);
  const bytes = sample.length === 0 ? 1 : JSON.stringify(sample).length / sample.length;
  return Math.max(1, Math.min(CHUNK_ITEMS, Math.floor((4 * INLINE_LIMIT_BYTES) / bytes)));
}
