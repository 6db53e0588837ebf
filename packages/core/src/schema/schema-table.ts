import type { JsonObject } from '../model/json.js';
import { checkJsonSchema } from './check-json-schema.js';
import { createIdCheck } from './check-ids.js';
import { listNames } from './list-names.js';
import type { Reporter } from './reporter.js';
import { isRecord, valueAt, type Path, type SourceDocument } from './source-document.js';
import { suggest } from './suggest.js';

/** The schemas that have ids, and the way from what an author wrote to a schema. */
export interface SchemaTable {
  /** Takes up the list at `path`; reports what is no schema and ids that exist. */
  add(document: SourceDocument, path: Path, schemas: readonly unknown[] | undefined): void;
  /** The schema, or the one of that id, at `path`; reports when there is none. */
  resolve(document: SourceDocument, path: Path): JsonObject | undefined;
  /** Takes up one whose id and content were checked. */
  define(id: string, schema: JsonObject): void;
  /** The schemas of this table and, before them, those of a workflow, whose problems `inner` hears of. */
  extend(inner: Reporter): SchemaTable;
}

export function createSchemaTable(reporter: Reporter, outer: ReadonlyMap<string, JsonObject> = new Map()): SchemaTable {
  const known = new Map(outer);
  const checkId = createIdCheck('schema', reporter);
  return {
    add(document, path, schemas) {
      for (const [index, schema] of (schemas ?? []).entries()) {
        if (!isRecord(schema) || typeof schema['id'] !== 'string') continue;
        const at = [...path, index];
        if (!checkId(document, [...at, 'id'], schema['id'])) continue;
        known.set(schema['id'], withoutId(schema));
        checkJsonSchema(document, at, withoutId(schema), reporter);
      }
    },
    define: (id, schema) => void known.set(id, schema),
    resolve(document, path) {
      const written = valueAt(document.value, path);
      if (written === undefined || written === null) return undefined;
      if (typeof written === 'boolean') return written ? {} : { not: {} };
      if (typeof written === 'string') {
        const found = known.get(written);
        if (found !== undefined) return found;
        reporter.report(document, 'reference.unknown-schema', `There is no schema "${written}"`, {
          path,
          expected: expectedIds(known.keys()),
          suggestion: suggest(written, known.keys()),
        });
        return undefined;
      }
      if (!isRecord(written)) return undefined;
      const schema = withoutId(written);
      return checkJsonSchema(document, path, schema, reporter) ? schema : undefined;
    },
    extend: (inner) => createSchemaTable(inner, known),
  };
}

/** `one of "a", "b"`, for a reference. */
export function expectedIds(ids: Iterable<string>): string {
  const list = [...ids];
  return list.length === 0 ? 'none is defined' : `one of ${listNames(list)}`;
}

/** The id is ours; JSON Schema has `$id`. */
export function withoutId(schema: Record<string, unknown>): JsonObject {
  const { id, resource: _resource, ...rest } = schema;
  return (typeof id === 'string' ? rest : schema) as JsonObject;
}
