import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jsonSchemas } from './editor-schemas.js';

const tasks = path.resolve(import.meta.dirname, '../tasks');
const scenarios = globSync('*/scenarios/*.yaml', { cwd: tasks }).toSorted();
const compile = (schema: object) =>
  new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
const validateWorkflow = compile(jsonSchemas.workflow);

describe('jsonSchemas', () => {
  it.each(Object.entries(jsonSchemas))(
    '%s compiles as JSON Schema 2020-12, without unknown keywords',
    (_name, schema) => {
      expect(compile(schema)).toBeTypeOf('function');
    },
  );

  it.each(scenarios)('accepts the workflow of %s', (file) => {
    const { workflow } = parse(readFileSync(path.join(tasks, file), 'utf8')) as { workflow: unknown };
    validateWorkflow(typeof workflow === 'string' ? parse(workflow) : workflow);
    expect(validateWorkflow.errors ?? []).toEqual([]);
  });
});
