import { z } from 'zod';
import { isJsonObject, type JsonObject } from '@compozy/core';
import { jsonSchemas } from '@compozy/core/schema';
import { LEFT_OUT_SETTINGS } from './left-out-settings.js';
import { SHARED_GROUPS } from './read-yaml-settings.js';
import { SETTING_KEYS, settingOf, type SettingKey } from './settings.js';

/** JSON Schema of `compozy.yaml` for editors: the one of the language, with every setting in its group. */
export function projectSchema(): JsonObject {
  const leaves = [
    ...SETTING_KEYS.filter((key) => settingOf(key).outsideYaml !== true).map(
      (key) => [key, settingSchema(key)] as const,
    ),
    ...[...LEFT_OUT_SETTINGS].map(([key, reason]) => [key, leftOutSchema(reason)] as const),
  ];
  let schema = jsonSchemas.project;
  for (const [key, leaf] of leaves) {
    const path = key.split('.');
    if (path.length > 1) schema = withLeaf(schema, path, leaf);
  }
  return schema;
}

/** As `schema`, with `leaf` at `path`. What holds settings alone takes no other key. */
function withLeaf(schema: JsonObject, path: readonly string[], leaf: JsonObject): JsonObject {
  const [name = '', ...rest] = path;
  const properties = objectOf(schema['properties']);
  const own = objectOf(properties[name]);
  // A list may stand there as well.
  if (rest.length > 0 && own['anyOf'] !== undefined) return schema;
  const isOpen = SHARED_GROUPS.has(name) && schema['title'] !== undefined;
  const group = isOpen ? own : { type: 'object', properties: objectOf(own['properties']), additionalProperties: false };
  const child = rest.length === 0 ? leaf : withLeaf(group, rest, leaf);
  return { ...schema, properties: { ...properties, [name]: child } };
}

function settingSchema(key: SettingKey): JsonObject {
  const { type, about, env, default: fallback, defaultText } = settingOf(key);
  const { $schema: _dialect, ...written } = z.toJSONSchema(type.schema, { io: 'input', unrepresentable: 'any' });
  const hasDefault = fallback !== undefined && fallback !== null && !(Array.isArray(fallback) && fallback.length === 0);
  const shown = defaultText ?? (hasDefault ? `\`${type.show(fallback)}\`` : undefined);
  const notes = [about, ...(shown === undefined ? [] : [`Default: ${shown}`]), `Environment: ${env.join(', ')}`];
  return { ...forYaml(written as JsonObject), description: `${notes.join('. ')}.` };
}

/** A text may be written as a number, and a list as a text with commas. */
function forYaml(schema: JsonObject): JsonObject {
  if (schema['type'] === 'array') return { anyOf: [schema, { type: 'string' }] };
  if (schema['type'] === 'string' && schema['enum'] === undefined) return { ...schema, type: ['string', 'number'] };
  return schema;
}

function leftOutSchema(reason: string): JsonObject {
  return { deprecated: true, description: `It has no effect: ${reason}.` };
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
