import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { Json, JsonObject } from '../model/json.js';
import { compileSchema, describeRule } from './ajv.js';
import { applyDefaults } from './apply-defaults.js';
import { canonicalJson } from './canonical-json.js';

/** Where and why a value does not match its schema. It says of what kind the value is, never what it holds. */
export interface SchemaProblem {
  /** RFC 6901; empty for the value itself. */
  readonly pointer: string;
  readonly message: string;
  readonly expected: string;
}

export type SchemaResult = { readonly ok: true } | { readonly ok: false; readonly problems: readonly SchemaProblem[] };

/** JSON Schema 2020-12 with formats, for values at run time. */
export interface SchemaValidator {
  /** `value` with the defaults of `schema` at every depth. Never coerces, never changes its argument. */
  applyDefaults(schema: JsonObject, value: Json): Json;
  /** @throws when `schema` is none; the loader has checked those of a project. */
  validate(schema: JsonObject, value: Json): SchemaResult;
}

const CACHED_SCHEMAS = 500;

/** Keeps what it compiled, by the content of the schema. */
export function createSchemaValidator(): SchemaValidator {
  const compiled = new Map<string, ValidateFunction>();
  const get = (schema: JsonObject): ValidateFunction => {
    const key = canonicalJson(schema);
    const known = compiled.get(key);
    // Set again in either case, so that the first key is the one that was used the longest ago.
    compiled.delete(key);
    const validate = known ?? compileSchema(schema);
    compiled.set(key, validate);
    if (compiled.size > CACHED_SCHEMAS) compiled.delete(compiled.keys().next().value!);
    return validate;
  };
  return {
    applyDefaults,
    validate(schema, value) {
      const validate = get(schema);
      if (validate(value) === true) return { ok: true };
      return { ok: false, problems: (validate.errors ?? []).map((error) => toProblem(error)) };
    },
  };
}

function toProblem(error: ErrorObject): SchemaProblem {
  const { keyword, params, instancePath: pointer } = error;
  if (keyword === 'type') {
    const type = [params['type'] as string | string[]].flat().join(' or ');
    return { pointer, message: `must be ${type}, but is ${jsonType(error.data)}`, expected: type };
  }
  if (keyword === 'required') {
    const name = String(params['missingProperty']);
    return { pointer, message: `must have the property "${name}"`, expected: `property "${name}"` };
  }
  const message = describeRule(error);
  return { pointer, message, expected: message.replace(/^must (be |match |have )?/, '') };
}

function jsonType(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
