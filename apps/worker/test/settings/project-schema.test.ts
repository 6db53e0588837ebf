import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '@compozy/core';
import { createSchemaValidator } from '@compozy/core/schema';
import { LEFT_OUT_SETTINGS, projectSchema, SETTINGS, type SettingKey } from '@compozy/worker/settings';
import { CHANGED_VALUES } from './changed-values.js';

const { validate } = createSchemaValidator();
const schema = projectSchema();
const keys = (Object.keys(SETTINGS) as SettingKey[]).filter((key) => key !== 'project_dir');

/** A project file with one setting in it. */
function withSetting(key: string, value: Json): JsonObject {
  return { name: 'shop', ...(key.split('.').reduceRight<Json>((inner, name) => ({ [name]: inner }), value) as object) };
}

function schemaAt(key: string): JsonObject {
  return key
    .split('.')
    .reduce((at, name) => ((at['properties'] as JsonObject | undefined)?.[name] ?? {}) as JsonObject, schema);
}

describe('projectSchema', () => {
  it.each(keys)('knows what %s may be, and tells what it is', (key) => {
    const { text, yaml = text } = CHANGED_VALUES[key];
    expect(validate(schema, withSetting(key, yaml as Json))).toEqual({ ok: true });
    expect(validate(schema, withSetting(key, { no: 'mapping' }))).toMatchObject({ ok: false });
    expect(schemaAt(key)['description']).toContain(SETTINGS[key].about);
  });

  it('refuses keys that no setting has, where a group holds settings alone', () => {
    for (const key of [
      'server.prot',
      'temporal.tls.enable',
      'redis.hosts',
      'database.pool.size',
      'runtime.log_levle',
    ]) {
      expect(validate(schema, withSetting(key, 1)), key).toMatchObject({ ok: false });
    }
  });

  it('leaves the other parts of a project as the language has them', () => {
    const project = { name: 'shop', workflows: [{ source: './a.yaml' }], runtime: { entrypoint: './tools.ts' } };
    expect(validate(schema, project)).toEqual({ ok: true });
    expect(validate(schema, { ...project, knowledge: [{ id: 'docs' }], monitoring: { labels: { a: 'b' } } })).toEqual({
      ok: true,
    });
    expect(validate(schema, { ...project, workflow: [] })).toMatchObject({ ok: false });
  });

  it('marks what has no effect, and takes it', () => {
    for (const [key, reason] of [...LEFT_OUT_SETTINGS].filter(([name]) => /^(server|redis|llm)\./.test(name))) {
      expect(schemaAt(key), key).toMatchObject({ deprecated: true, description: expect.stringContaining(reason) });
      expect(validate(schema, withSetting(key, 1)), key).toEqual({ ok: true });
    }
  });
});
