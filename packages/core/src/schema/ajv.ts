import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import type { JsonObject } from '../model/json.js';

// The package is CommonJS, and its types say `default` where Node gives the function itself.
const addFormats = ajvFormats as unknown as (ajv: Ajv2020) => void;

/** JSON Schema 2020-12 with formats. Keywords that it does not know are annotations, as the standard says. */
function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: false,
    logger: false,
    validateSchema: false,
    addUsedSchema: false,
    verbose: true,
  });
  addFormats(ajv);
  return ajv;
}

let shared: Ajv2020 | undefined;

/** @throws when a reference or a pattern of the schema cannot be used. */
export function compileSchema(schema: JsonObject): ValidateFunction {
  const { $schema: _dialect, ...rest } = schema;
  // An instance keeps ids for ever, so schemas that have some get one of their own.
  const ajv = JSON.stringify(rest).includes('"$id"') ? createAjv() : (shared ??= createAjv());
  const validate = ajv.compile(rest);
  ajv.removeSchema(rest);
  return validate;
}

/** Where and why a value is no JSON Schema 2020-12. */
export function schemaErrors(schema: JsonObject): readonly { readonly pointer: string; readonly message: string }[] {
  const { $schema: _dialect, ...rest } = schema;
  shared ??= createAjv();
  const check = shared.getSchema('https://json-schema.org/draft/2020-12/schema')!;
  if (check(rest) === true) return [];
  return (check.errors ?? []).map((error) => ({ pointer: error.instancePath, message: describeRule(error) }));
}

/** What was expected, in words; never with a part of the value that was checked. */
export function describeRule(error: ErrorObject): string {
  const { keyword, params, message = 'is not valid' } = error;
  if (keyword === 'enum')
    return `must be one of ${(params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`;
  if (keyword === 'const') return `must be ${JSON.stringify(params['allowedValue'])}`;
  if (keyword === 'additionalProperties') return `must not have the property "${String(params['additionalProperty'])}"`;
  if (keyword === 'unevaluatedProperties')
    return `must not have the property "${String(params['unevaluatedProperty'])}"`;
  return message;
}
