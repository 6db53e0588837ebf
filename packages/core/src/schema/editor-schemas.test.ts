import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '../model/json.js';
import { jsonSchemas } from './editor-schemas.js';
import { createSchemaValidator } from './json-schema.js';

const root = path.resolve(import.meta.dirname, '../../../..');
const load = (file: string) => parse(readFileSync(path.join(root, file), 'utf8')) as Json;
const { validate } = createSchemaValidator();

describe('jsonSchemas', () => {
  it('accepts the files of the example', () => {
    expect(validate(jsonSchemas.project, load('examples/batch-processor/compozy.yaml'))).toEqual({ ok: true });
    expect(validate(jsonSchemas.workflow, load('examples/batch-processor/workflow.yaml'))).toEqual({ ok: true });
  });

  it('finds mistakes in tasks inside of tasks', () => {
    const inner = { id: 'b', type: 'basic', tool: 'x', timeout: 'soon', toool: 1 };
    const result = validate(jsonSchemas.workflow, { id: 'w', tasks: [{ id: 'a', type: 'composite', tasks: [inner] }] });
    const pointers = result.ok ? [] : result.problems.map(({ pointer }) => pointer);
    expect(pointers).toContain('/tasks/0/tasks/0/timeout');
    expect(JSON.stringify(result)).toContain('toool');
  });

  it('describes a task without a type as a basic one', () => {
    expect(validate(jsonSchemas.workflow, { id: 'w', tasks: [{ id: 'a', tool: 'x' }] })).toEqual({ ok: true });
    expect(validate(jsonSchemas.workflow, { id: 'w', tasks: [{ id: 'a', itms: 1 }] })).toMatchObject({ ok: false });
  });

  it('describes a task in a file of its own', () => {
    const file = { resource: 'task', id: 'all', type: 'collection', items: [1], task: { id: 'one', tool: 'x' } };
    expect(validate(jsonSchemas.task, file)).toEqual({ ok: true });
    expect(validate(jsonSchemas.task, { ...file, task: { id: 'one', toool: 'x' } })).toMatchObject({ ok: false });
    expect(validate(jsonSchemas.task, { ...file, itms: 1 })).toMatchObject({ ok: false });
  });

  it('is JSON, with the dialect and a title', () => {
    for (const schema of Object.values(jsonSchemas)) {
      expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
      expect(schema).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        title: expect.stringContaining('Compozy'),
      });
    }
  });
});
