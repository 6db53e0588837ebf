import type { Json, JsonObject } from '../model/json.js';
import { taskSchemaOf } from '../tasks/schemas.js';
import { USE } from '../tasks/task-fields.js';
import type { CheckedTask } from './checked-task.js';
import { isRecord } from './source-document.js';
import type { WorkflowScope } from './workflow-scope.js';

/** What the output of a task that succeeded looks like, as a JSON Schema; `undefined` when that cannot be told. */
export function outputShape(
  { type, known, document, path }: CheckedTask,
  workflow: WorkflowScope,
): JsonObject | undefined {
  if (!known) return undefined;
  const { outputs } = document;
  if (outputs !== undefined && outputs !== null) return mappingShape(outputs);
  const keys = taskSchemaOf(type).outputKeys;
  if (keys !== undefined) return closed(Object.fromEntries(keys.map((key) => [key, {}])));
  const own = workflow.schemas.resolve(workflow.document, [...path, 'output']);
  if (own !== undefined) return own;
  const named = USE.exec(document.use ?? '');
  const tool = typeof document.tool === 'string' ? document.tool : named?.[1] === 'tool' ? named[2] : undefined;
  return tool === undefined || !Object.hasOwn(workflow.tools, tool) ? undefined : workflow.tools[tool]?.output;
}

/** A mapping has the keys that are written; what a template makes of a value is open. */
function mappingShape(value: unknown): JsonObject | undefined {
  if (!isRecord(value)) return undefined;
  return closed(Object.fromEntries(Object.entries(value).map(([key, part]) => [key, mappingShape(part) ?? {}])));
}

function closed(properties: Readonly<Record<string, Json>>): JsonObject {
  return { properties, additionalProperties: false };
}
