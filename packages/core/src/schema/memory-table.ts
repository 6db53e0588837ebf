import type { MemoryDefinition } from '../model/memory.js';
import { createIdCheck } from './check-ids.js';
import { checkDocument, type CheckOptions } from './check-document.js';
import { compileMemory } from './compile-memory.js';
import { memoryDocument } from './definitions.js';
import { createReporter } from './reporter.js';
import { isRecord, valueAt, type Path, type SourceDocument } from './source-document.js';

export interface MemoryTable {
  add(document: SourceDocument, path: Path, memories: readonly unknown[] | undefined): void;
  get(id: string): MemoryDefinition | undefined;
  ids(): readonly string[];
  /** Some definition could not be read, so an id that is not here may be its. */
  readonly isUncertain: boolean;
  all(): Readonly<Record<string, MemoryDefinition>>;
  /** This table and, before it, the memories of a workflow. */
  extend(): MemoryTable;
}

export function createMemoryTable(
  options: CheckOptions,
  outer: ReadonlyMap<string, MemoryDefinition> = new Map(),
  outerIsUncertain = false,
): MemoryTable {
  const known = new Map(outer);
  const checkId = createIdCheck('memory', options.reporter);
  let isUncertain = outerIsUncertain;
  return {
    get isUncertain() {
      return isUncertain;
    },
    add(document, path, memories) {
      const written = valueAt(document.value, path);
      isUncertain ||= memories === undefined && written !== undefined && written !== null;
      for (const index of (memories ?? []).keys()) {
        const at = [...path, index];
        if (!isRecord(valueAt(document.value, at))) continue;
        // Keys and types were checked with the file that the list stands in.
        const memory = checkDocument(document, at, memoryDocument, { ...options, reporter: createReporter() });
        const definition = compileMemory(document, at, memory, options.reporter);
        if (definition !== undefined && checkId(document, [...at, 'id'], definition.id)) {
          known.set(definition.id, definition);
        } else isUncertain ||= definition === undefined || !known.has(definition.id);
      }
    },
    get: (id) => known.get(id),
    ids: () => [...known.keys()],
    all: () => Object.fromEntries(known),
    extend: () => createMemoryTable(options, known, isUncertain),
  };
}
