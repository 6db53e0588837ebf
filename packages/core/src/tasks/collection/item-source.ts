import { CompozyError } from '../../errors/compozy-error.js';
import type { Json, JsonObject } from '../../model/json.js';
import type { CollectionTask } from '../../model/task.js';
import type { ItemPart, ItemSource } from '../../protocol/activities.js';

/** How a child calls its item and index beside `item` and `index`. */
export type ItemNames = Pick<CollectionTask, 'itemVar' | 'indexVar'>;

/** What a child works on: its item, or its group of items. */
export function childValue({ source, batchSize, offset }: ItemPart, index: number): Json {
  const position = index - offset;
  if (batchSize === 0 || source.kind === 'manifest') return itemAt(source, position);
  const length = Math.min(batchSize, itemCount(source) - position * batchSize);
  return Array.from({ length }, (_, at) => itemAt(source, position * batchSize + at));
}

/** What a child sees of its collection in templates and finds in its input. */
export function childLocals(names: ItemNames, batchSize: number, value: Json, index: number): JsonObject {
  if (batchSize === 0) return itemLocals(names, value, index);
  return { items: value, index, ...(names.indexVar === undefined ? {} : { [names.indexVar]: index }) };
}

export function itemLocals({ itemVar, indexVar }: ItemNames, item: Json, index: number): JsonObject {
  return {
    item,
    index,
    ...(itemVar === undefined ? {} : { [itemVar]: item }),
    ...(indexVar === undefined ? {} : { [indexVar]: index }),
  };
}

/** Where the id of a child stands in its collection, for errors. */
export const ID_FIELD = '/task/id';

/** The id of a child. A constant one would be the same for every child, so it gets the index. */
export function childId(id: string, index: number, evaluate: (template: string) => Json): string {
  if (!id.includes('{{')) return `${id}-${index}`;
  const value = evaluate(id);
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'number') return String(value);
  throw new CompozyError('Task.BadItems', `The id of child ${index} is ${JSON.stringify(value)}; it must be a string`);
}

/** Two children of one id would be one in the outputs. */
export function duplicateChild(id: string, first: number, second: number): CompozyError {
  return new CompozyError('Task.DuplicateChild', `Items ${first} and ${second} give the same child id "${id}"`, {
    details: { id, first, second },
  });
}

export function childCount(source: ItemSource, batchSize: number): number {
  if (source.kind === 'manifest') return source.total;
  const count = itemCount(source);
  return batchSize > 0 ? Math.ceil(count / batchSize) : count;
}

/** Items that the filter left. */
export function keptItems(source: ItemSource): number {
  return source.kind === 'manifest' ? source.keptCount : itemCount(source);
}

/** What is needed for the children from `from` up to, but not including, `to`. */
export function partOf(source: ItemSource, batchSize: number, from: number, to: number): ItemPart {
  const size = Math.max(1, batchSize);
  switch (source.kind) {
    case 'inline': {
      const items = source.items.slice(from * size, to * size);
      return { source: { kind: 'inline', items }, batchSize, offset: from };
    }
    case 'range': {
      const count = Math.min(source.count, to * size) - from * size;
      const first = source.first + source.step * from * size;
      return { source: { ...source, first, count }, batchSize, offset: from };
    }
    case 'manifest': {
      const firstChunk = Math.floor(from / source.chunkSize);
      const chunks = source.chunks.slice(firstChunk, Math.ceil(to / source.chunkSize));
      return { source: { ...source, chunks }, batchSize, offset: firstChunk * source.chunkSize };
    }
  }
}

function itemCount(source: Exclude<ItemSource, { kind: 'manifest' }>): number {
  return source.kind === 'inline' ? source.items.length : source.count;
}

function itemAt(source: ItemSource, index: number): Json {
  if (source.kind === 'inline') return source.items[index] ?? null;
  if (source.kind === 'range') return source.first + source.step * index;
  const chunk = source.chunks[Math.floor(index / source.chunkSize)]!;
  return { ...chunk, element: index % source.chunkSize } as unknown as Json;
}
