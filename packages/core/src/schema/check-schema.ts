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
  if (schema === undefined) return;
  const result = validator.validate(schema, value);
  if (result.ok) return;
  const lines = result.problems
    .slice(0, LISTED)
    .map(({ pointer, message }) => `${pointer === '' ? 'it' : `"${pointer}"`} ${message}`);
  const more = result.problems.length > LISTED ? ` and ${result.problems.length - LISTED} more` : '';
  throw new CompozyError(code, `${subject} does not match its schema: ${lines.join('; ')}${more}`, {
    details: { problems: result.problems.map((problem) => ({ ...problem })) },
  });
}
