import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isJsonObject, type Json, type JsonObject } from '../model/json.js';

export interface SchemaProblem {
  readonly pointer: string;
  readonly message: string;
  readonly expected: string;
}

export interface SchemaValidator {
  applyDefaults(schema: JsonObject, value: Json): Json;
  validate(schema: JsonObject, value: Json): { readonly ok: true } | { readonly ok: false; readonly problems: readonly SchemaProblem[] };
}

export function createSchemaValidator(): SchemaValidator {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  const compiled = new Map<string, ValidateFunction>();
  const get = (schema: JsonObject) => {
    const key = JSON.stringify(schema);
    let found = compiled.get(key);
    if (found === undefined) compiled.set(key, (found = ajv.compile(schema)));
    return found;
  };
  return {
    applyDefaults: withDefaults,
    validate(schema, value) {
      const check = get(schema);
      if (check(value)) return { ok: true };
      const problems = (check.errors ?? []).map((e) => ({ pointer: e.instancePath, message: e.message ?? '', expected: e.keyword }));
      return { ok: false, problems };
    },
  };
}

function withDefaults(schema: JsonObject, value: Json): Json {
  const properties = schema['properties'];
  if (!isJsonObject(properties) || !isJsonObject(value)) return value;
  const result: Record<string, Json> = { ...value };
  for (const [name, property] of Object.entries(properties)) {
    if (!isJsonObject(property)) continue;
    if (result[name] === undefined && property['default'] !== undefined) result[name] = property['default'];
    if (result[name] !== undefined) result[name] = withDefaults(property, result[name]!);
  }
  return result;
}
