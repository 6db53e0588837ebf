import type { JsonObject } from '../model/json.js';
import type { ToolDefinition } from '../model/plan.js';
import { createIdCheck } from './check-ids.js';
import { checkDocument, type CheckOptions } from './check-document.js';
import { durationMs } from './compile-policy.js';
import { createReporter } from './reporter.js';
import type { SchemaTable } from './schema-table.js';
import { textAt, textsAt, valueAt, type Path, type SourceDocument } from './source-document.js';
import { toolDocument } from './tool.js';

export interface ToolTable {
  add(document: SourceDocument, path: Path, tools: readonly unknown[] | undefined, schemas: SchemaTable): void;
  /** Takes up a tool whose id was checked. Without one: some definition could not be read. */
  define(tool: ToolDefinition | undefined): void;
  get(id: string): ToolDefinition | undefined;
  /** Some definition could not be read, so an id that is not here may be its. */
  readonly isUncertain: boolean;
  all(): Readonly<Record<string, ToolDefinition>>;
  /** This table and, before it, the tools of a workflow, whose problems `inner` hears of. */
  extend(inner: CheckOptions): ToolTable;
}

export function createToolTable(
  options: CheckOptions,
  outer: ReadonlyMap<string, ToolDefinition> = new Map(),
  outerIsUncertain = false,
): ToolTable {
  const known = new Map(outer);
  const checkId = createIdCheck('tool', options.reporter);
  let isUncertain = outerIsUncertain;
  return {
    get isUncertain() {
      return isUncertain;
    },
    add(document, path, tools, schemas) {
      const written = valueAt(document.value, path);
      isUncertain ||= tools === undefined && written !== undefined && written !== null;
      for (const [index, tool] of (tools ?? []).entries()) {
        const at = [...path, index];
        const isId = typeof tool === 'string';
        // The list was checked with the file that it stands in.
        const unreported = { ...options, reporter: createReporter() };
        const definition = isId ? { id: tool } : compileTool(document, at, unreported, schemas);
        if (definition !== undefined && checkId(document, isId ? at : [...at, 'id'], definition.id)) {
          known.set(definition.id, definition);
        } else isUncertain ||= definition === undefined || !known.has(definition.id);
      }
    },
    define(tool) {
      if (tool === undefined) isUncertain = true;
      else known.set(tool.id, tool);
    },
    get: (id) => known.get(id),
    all: () => Object.fromEntries(known),
    extend: (inner) => createToolTable(inner, known, isUncertain),
  };
}

/** The definition at `path`, without what does not fit. */
export function compileTool(
  document: SourceDocument,
  path: Path,
  options: CheckOptions,
  schemas: SchemaTable,
): ToolDefinition | undefined {
  const tool = checkDocument(document, path, toolDocument, options);
  const input = schemas.resolve(document, [...path, 'input']);
  const output = schemas.resolve(document, [...path, 'output']);
  if (tool.id === undefined) return undefined;
  const timeoutMs = durationMs(tool.timeout);
  return {
    id: tool.id,
    ...(tool.description === undefined ? {} : { description: textAt(document, [...path, 'description'])! }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(tool.with === undefined ? {} : { with: tool.with as JsonObject }),
    ...(tool.config === undefined ? {} : { config: tool.config as JsonObject }),
    ...(tool.env === undefined ? {} : { env: textsAt(document, [...path, 'env']) }),
    ...(timeoutMs === undefined || timeoutMs === 0 ? {} : { timeoutMs }),
    ...(tool.idempotent === false ? { idempotent: false } : {}),
  };
}
