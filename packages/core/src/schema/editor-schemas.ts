import { z } from 'zod';
import type { JsonObject } from '../model/json.js';
import { duration } from '../tasks/document-fields.js';
import { taskSchemas, taskTypes } from '../tasks/schemas.js';
import { nestedTask, unnamedTask } from '../tasks/task-fields.js';
import { projectDocument } from './project.js';
import { toolDocument } from './tool.js';
import { workflowDocument } from './workflow.js';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const DURATION_PATTERN = '^\\s*(0|((\\d+\\.?\\d*|\\.\\d+)\\s*[a-zA-Zµμ]+[\\s,]*(and\\s+)?)+)\\s*$';

/** JSON Schemas of the files that users write, for editors (D-5); made from what the loader checks by. */
export interface EditorSchemas {
  /** `compozy.yaml` */
  readonly project: JsonObject;
  readonly workflow: JsonObject;
  readonly tool: JsonObject;
  /** A task in a file of its own. */
  readonly task: JsonObject;
}

/** Made when first asked for: a worker has no use for them. */
export const jsonSchemas: EditorSchemas = {
  get project() {
    return toEditorSchema(projectDocument, 'Compozy project');
  },
  get workflow() {
    return { ...toEditorSchema(workflowDocument, 'Compozy workflow'), $defs: taskDefinitions() };
  },
  get tool() {
    return toEditorSchema(toolDocument, 'Compozy tool');
  },
  get task() {
    return { $schema: DIALECT, title: 'Compozy task', $ref: '#/$defs/task', $defs: taskDefinitions() };
  },
};

function taskDefinitions(): JsonObject {
  return { task: taskSchema(true), unnamedTask: taskSchema(false) };
}

/** One branch for each type, chosen by `type`, so that an editor says what is wrong with the task that is meant. */
function taskSchema(isNamed: boolean): JsonObject {
  const branches = taskTypes.map((type) => {
    const named = { properties: { type: { const: type } }, required: ['type'] };
    const { $schema: _dialect, required, ...rest } = toJsonSchema(taskSchemas[type].document);
    const needed = (required as readonly string[] | undefined)?.filter((key) => isNamed || key !== 'id') ?? [];
    const schema = needed.length === 0 ? rest : { ...rest, required: needed };
    // The rest of the language has its place in files before it runs.
    const condition = type === 'basic' ? { anyOf: [named, { not: { required: ['type'] } }] } : named;
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    return { if: condition, then: schema };
  });
  return { type: 'object', properties: { type: { enum: [...taskTypes], default: 'basic' } }, allOf: branches };
}

function toEditorSchema(schema: z.ZodType, title: string): JsonObject {
  const { $schema: _dialect, ...rest } = toJsonSchema(schema);
  return { $schema: DIALECT, title, ...rest };
}

function toJsonSchema(schema: z.ZodType): JsonObject {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === nestedTask || zodSchema === unnamedTask) {
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key as keyof typeof jsonSchema];
        jsonSchema.$ref = zodSchema === nestedTask ? '#/$defs/task' : '#/$defs/unnamedTask';
      }
      if (zodSchema === duration) jsonSchema.pattern = DURATION_PATTERN;
    },
  }) as unknown as JsonObject;
}
