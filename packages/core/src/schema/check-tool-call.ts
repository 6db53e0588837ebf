import type { Json } from '../model/json.js';
import type { RunToolInput } from '../protocol/activities.js';
import { checkSchema } from './check-schema.js';
import type { SchemaValidator } from './json-schema.js';

/** The schemas that stand around a call. */
export type CheckedToolCall = Pick<RunToolInput, 'origin' | 'tool' | 'inputSchema' | 'outputSchema'>;

/**
 * What the tool gets for `input`: with the defaults of its own schema, then of the task's.
 *
 * @throws `Input.Invalid`.
 */
export function checkToolInput(validator: SchemaValidator, call: CheckedToolCall, input: Json): Json {
  const { tool, origin, inputSchema } = call;
  let given = input;
  for (const schema of [tool.input, inputSchema]) {
    if (schema !== undefined) given = validator.applyDefaults(schema, given);
  }
  checkSchema(validator, tool.input, given, 'Input.Invalid', `The input of tool "${tool.id}"`);
  checkSchema(validator, inputSchema, given, 'Input.Invalid', `The input of task "${origin.taskKey}"`);
  return given;
}

/** @throws `Output.Invalid`. */
export function checkToolOutput(validator: SchemaValidator, call: CheckedToolCall, output: Json): void {
  const { tool, origin, outputSchema } = call;
  checkSchema(validator, tool.output, output, 'Output.Invalid', `The output of tool "${tool.id}"`);
  checkSchema(validator, outputSchema, output, 'Output.Invalid', `The output of task "${origin.taskKey}"`);
}
