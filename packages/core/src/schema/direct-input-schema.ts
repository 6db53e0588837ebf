import { isJsonObject, type Json, type JsonObject } from '../model/json.js';

/** What says something of one value only, or of nothing; the rest may ask for what the task's own `with` gives. */
const OF_ONE_VALUE: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$defs',
  'definitions',
  'title',
  'description',
  'type',
  'patternProperties',
  'additionalProperties',
  'propertyNames',
]);

/**
 * The schema of what a task is given to run alone: that of the task's input, which has what is given laid over the
 * task's own `with`. What depends on the task's own values, `own` by name, is left to the run: they may be templates.
 */
export function directInputSchema(schema: JsonObject, own: readonly string[]): JsonObject {
  if (own.length === 0) return schema;
  const kept: Record<string, Json> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (OF_ONE_VALUE.has(keyword)) kept[keyword] = value;
    else if (keyword === 'properties' && isJsonObject(value)) kept[keyword] = withoutDefaults(value, own);
    else if (keyword === 'required' && Array.isArray(value)) {
      kept[keyword] = value.filter((name) => !own.includes(String(name)));
    }
  }
  return kept;
}

/** The task's own value comes before the default. */
function withoutDefaults(properties: JsonObject, own: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      if (!own.includes(name) || !isJsonObject(property)) return [name, property];
      const { default: _default, ...rest } = property;
      return [name, rest];
    }),
  );
}
