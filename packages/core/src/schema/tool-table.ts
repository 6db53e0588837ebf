import type { JsonObject } from '../model/json.js';
import type { ToolDefinition } from '../model/plan.js';
import { createIdCheck } from './check-ids.js';
import { checkDocument, type CheckOptions } from './check-document.js';
import { durationMs } from './compile-policy.js';
import type { SchemaTable } from './schema-table.js';
import type { Path, SourceDocument } from './source-document.js';
import { toolDocument } from './tool.js';

export interface ToolTable {
  add(document: SourceDocument, path: Path, tools: readonly unknown[] | undefined, schemas: SchemaTable): void;
  get(id: string): ToolDefinition | undefined;
  ids(): readonly string[];
  all(): Readonly<Record<string, ToolDefinition>>;
  /** This table and, before it, the tools of a workflow. */
  extend(): ToolTable;
}

export function createToolTable(options: CheckOptions, outer: ReadonlyMap<string, ToolDefinition> = new Map()): ToolTable {
  const known = new Map(outer);
  const checkId = createIdCheck('tool', options.reporter);
  return {
    add(document, path, tools, schemas) {
      for (const [index, tool] of (tools ?? []).entries()) {
        const at = [...path, index];
        if (typeof tool === 'string') {
          if (checkId(document, at, tool)) known.set(tool, { id: tool });
          continue;
        }
        const definition = compileTool(document, at, options, schemas);
        if (definition !== undefined && checkId(document, [...at, 'id'], definition.id)) known.set(definition.id, definition);
      }
    },
    get: (id) => known.get(id),
    ids: () => [...known.keys()],
    all: () => Object.fromEntries(known),
    extend: () => createToolTable(options, known),
  };
}

/** The definition at `path`; what does not fit is left out, for the list that it stands in has reported it. */
export function compileTool(document: SourceDocument, path: Path, options: CheckOptions, schemas: SchemaTable): ToolDefinition | undefined {
  const tool = checkDocument(document, path, toolDocument, options);
  const input = schemas.resolve(document, [...path, 'input']);
  const output = schemas.resolve(document, [...path, 'output']);
  if (tool.id === undefined) return undefined;
  const timeoutMs = durationMs(tool.timeout);
  return {
    id: tool.id,
    ...(tool.description === undefined ? {} : { description: String(tool.description) }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(tool.with === undefined ? {} : { with: tool.with as JsonObject }),
    ...(tool.config === undefined ? {} : { config: tool.config as JsonObject }),
    ...(tool.env === undefined ? {} : { env: texts(tool.env) }),
    ...(timeoutMs === undefined || timeoutMs === 0 ? {} : { timeoutMs }),
    ...(tool.idempotent === false ? { idempotent: false } : {}),
  };
}

/** YAML reads `1` and `true` as what they look like; an environment holds texts only. */
export function texts(values: Readonly<Record<string, string | number | boolean>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, String(value)]));
}
