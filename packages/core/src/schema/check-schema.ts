import { CompozyError } from '../errors/compozy-error.js';
import type { Json, JsonObject } from '../model/json.js';
import type { SchemaValidator } from './json-schema.js';

const LISTED = 5;

/** @throws CompozyError `code`, with every problem in the details and the first few in the message. */
export function checkSchema(
  validator: SchemaValidator,
  schema: JsonObject | undefined,
  value: Json,
  code: 'Input.Invalid' | 'Output.Invalid',
  subject: string,
): void {
  const error = findMismatch(validator, schema, value, code, subject);
  if (error !== undefined) throw error;
}

/** What {@link checkSchema} throws. */
export function findMismatch(
  validator: SchemaValidator,
  schema: JsonObject | undefined,
  value: Json,
  code: 'Input.Invalid' | 'Output.Invalid',
  subject: string,
): CompozyError | undefined {
  if (schema === undefined) return undefined;
  const result = validator.validate(schema, value);
  if (result.ok) return undefined;
  const lines = result.problems
    .slice(0, LISTED)
    .map(({ pointer, message }) => `${pointer === '' ? 'it' : `"${pointer}"`} ${message}`);
  const more = result.problems.length > LISTED ? ` and ${result.problems.length - LISTED} more` : '';
  return new CompozyError(code, `${subject} does not match its schema: ${lines.join('; ')}${more}`, {
    details: { problems: result.problems.map((problem) => ({ ...problem })) },
  });
}
