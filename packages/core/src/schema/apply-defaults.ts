import { isJsonObject, type Json, type JsonObject } from '../model/json.js';

/**
 * `value` with the defaults of `schema` put in at every depth (D-18): through properties, items, `allOf` and local
 * references. A missing object is made when its defaults fill it so far that nothing it requires is missing. Nothing
 * is coerced, and the argument is not changed.
 */
export function applyDefaults(schema: JsonObject, value: Json): Json {
  return fill({ root: schema, making: [] }, schema, value);
}

interface Filling {
  readonly root: JsonObject;
  /** Schemas of the objects that are being made: one inside of itself would never end. */
  readonly making: readonly JsonObject[];
}

const MAX_REFERENCES = 50;

function fill(filling: Filling, schema: Json | undefined, value: Json): Json {
  let result = value;
  for (const part of partsOf(filling.root, schema)) result = fillOne(filling, part, result);
  return result;
}

function fillOne(filling: Filling, schema: JsonObject, value: Json): Json {
  if (isJsonObject(value)) return fillObject(filling, schema, value);
  if (!Array.isArray(value)) return value;
  const first = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : [];
  const rest = schema['items'];
  let changed = false;
  const list = value.map((element: Json, index) => {
    const filled = fill(filling, (first[index] as Json | undefined) ?? rest, element);
    changed ||= filled !== element;
    return filled;
  });
  return changed ? list : value;
}

function fillObject(filling: Filling, schema: JsonObject, value: JsonObject): JsonObject {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const changes: [string, Json][] = [];
  for (const [name, property] of Object.entries(properties)) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    const filled = given === undefined ? made(filling, property) : fill(filling, property, given);
    if (filled !== undefined && filled !== given) changes.push([name, filled]);
  }
  const others = schema['additionalProperties'];
  if (isJsonObject(others)) {
    for (const [name, given] of Object.entries(value)) {
      if (Object.hasOwn(properties, name)) continue;
      const filled = fill(filling, others, given);
      if (filled !== given) changes.push([name, filled]);
    }
  }
  return changes.length === 0 ? value : Object.fromEntries([...Object.entries(value), ...changes]);
}

/** What stands in for a property that is missing: its default, or an object that consists of defaults. */
function made(filling: Filling, schema: Json): Json | undefined {
  const parts = partsOf(filling.root, schema);
  const own = parts.find((part) => part['default'] !== undefined);
  if (own !== undefined) return fill(filling, schema, own['default']!);
  const isObject = parts.some(
    (part) => part['type'] === 'object' || (part['type'] === undefined && isJsonObject(part['properties'])),
  );
  if (!isObject || parts.some((part) => filling.making.includes(part))) return undefined;
  const object = fill({ ...filling, making: [...filling.making, ...parts] }, schema, {}) as JsonObject;
  const required = parts.flatMap((part) => (Array.isArray(part['required']) ? part['required'] : []));
  const isComplete = required.every((name) => typeof name === 'string' && Object.hasOwn(object, name));
  return Object.keys(object).length > 0 && isComplete ? object : undefined;
}

/** The schema and whatever it includes by `$ref` and `allOf`. */
function partsOf(root: JsonObject, schema: Json | undefined): readonly JsonObject[] {
  const parts: JsonObject[] = [];
  const open: (Json | undefined)[] = [schema];
  while (open.length > 0 && parts.length < MAX_REFERENCES) {
    const part = open.shift();
    if (!isJsonObject(part) || parts.includes(part)) continue;
    parts.push(part);
    if (typeof part['$ref'] === 'string') open.push(resolved(root, part['$ref']));
    if (Array.isArray(part['allOf'])) open.push(...(part['allOf'] as readonly Json[]));
  }
  return parts;
}

function resolved(root: JsonObject, reference: string): Json | undefined {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  let part: Json | undefined = root;
  for (const token of reference.slice(2).split('/')) {
    const name = decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, name)) return undefined;
    part = (part as Record<string, Json>)[name];
  }
  return part;
}
