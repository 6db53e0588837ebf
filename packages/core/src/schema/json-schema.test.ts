import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../model/json.js';
import { createSchemaValidator } from './json-schema.js';

const { applyDefaults, validate } = createSchemaValidator();

describe('applyDefaults', () => {
  const retry: JsonObject = { type: 'object', properties: { times: { default: 3 } } };

  it.each<[string, JsonObject, Json, Json]>([
    ['fills what is missing', { properties: { a: { default: 1 }, b: { default: 2 } } }, { b: 5 }, { b: 5, a: 1 }],
    [
      'keeps null, false and empty texts',
      { properties: { a: { default: 1 }, b: { default: 1 }, c: { default: 1 } } },
      { a: null, b: false, c: '' },
      { a: null, b: false, c: '' },
    ],
    ['takes null as a default', { properties: { a: { default: null } } }, {}, { a: null }],
    ['goes into what is there', { properties: { r: retry } }, { r: {} }, { r: { times: 3 } }],
    [
      'makes objects that consist of defaults',
      { properties: { o: { type: 'object', properties: { r: retry } } } },
      {},
      { o: { r: { times: 3 } } },
    ],
    [
      'makes objects when their defaults are all they require',
      { properties: { u: { type: 'object', required: ['n'], properties: { n: { default: 'x' } } } } },
      {},
      { u: { n: 'x' } },
    ],
    [
      'makes no object that would lack something',
      { properties: { u: { type: 'object', required: ['id'], properties: { n: { default: 'x' }, id: {} } } } },
      {},
      {},
    ],
    ['makes no empty object', { properties: { u: { type: 'object', properties: { n: {} } } } }, {}, {}],
    [
      'fills the elements of lists',
      { properties: { l: { prefixItems: [{}], items: retry } } },
      { l: [{}, {}, { times: 1 }] },
      { l: [{}, { times: 3 }, { times: 1 }] },
    ],
    [
      'fills values of any name',
      { additionalProperties: retry },
      { a: {}, b: { times: 1 } },
      { a: { times: 3 }, b: { times: 1 } },
    ],
    [
      'follows allOf and references',
      { allOf: [{ $ref: '#/$defs/a~1b' }], $defs: { 'a/b': { properties: { n: { default: 1 } } } } },
      {},
      { n: 1 },
    ],
    [
      'ends where a schema holds itself',
      {
        $ref: '#/$defs/n',
        $defs: { n: { type: 'object', properties: { v: { default: 1 }, next: { $ref: '#/$defs/n' } } } },
      },
      {},
      { v: 1, next: { v: 1 } },
    ],
    ['leaves what is no object alone', { properties: { a: { default: 1 } } }, [1], [1]],
    ['does not coerce', { properties: { n: { type: 'number', default: 1 } } }, { n: '7' }, { n: '7' }],
    [
      'fills a default that is an object',
      { properties: { r: { ...retry, default: { other: 1 } } } },
      {},
      { r: { other: 1, times: 3 } },
    ],
  ])('%s', (_what, schema, value, expected) => {
    const before = JSON.stringify([schema, value]);
    expect(applyDefaults(schema, value)).toEqual(expected);
    expect(JSON.stringify([schema, value])).toBe(before);
  });

  it('gives the same value back when nothing is missing', () => {
    const value = { r: { times: 1 }, l: [{ times: 2 }] };
    expect(applyDefaults({ properties: { r: retry, l: { items: retry } } }, value)).toBe(value);
  });
});

describe('validate', () => {
  it.each<[JsonObject, Json, string, string]>([
    [{ type: 'integer' }, 'hush', '', 'must be integer, but is string'],
    [{ type: ['array', 'null'] }, {}, '', 'must be array or null, but is object'],
    [{ properties: { a: { minimum: 5 } } }, { a: 1 }, '/a', 'must be >= 5'],
    [{ required: ['a'] }, {}, '', 'must have the property "a"'],
    [{ additionalProperties: false }, { b: 'hush' }, '', 'must not have the property "b"'],
    [{ items: { enum: ['x', 'y'] } }, ['hush'], '/0', 'must be one of "x", "y"'],
    [{ const: 3 }, 'hush', '', 'must be 3'],
    [{ format: 'email' }, 'hush', '', 'must match format "email"'],
    [{ pattern: '^a+$' }, 'hush', '', 'must match pattern "^a+$"'],
    [{ properties: { 'a/b~c': { type: 'string' } } }, { 'a/b~c': 1 }, '/a~1b~0c', 'must be string, but is number'],
    [{ unevaluatedProperties: false, properties: { a: {} } }, { b: 'hush' }, '', 'must not have the property "b"'],
  ])('tells for %j what was expected of %j, and not what it holds', (schema, value, pointer, message) => {
    const result = validate(schema, value);
    expect(result).toMatchObject({ ok: false, problems: [{ pointer, message }] });
    expect(JSON.stringify(result)).not.toContain('hush');
  });

  it('reports every problem', () => {
    const schema = { properties: { a: { type: 'string' }, b: { type: 'string' } }, required: ['c'] };
    expect(validate(schema, { a: 1, b: 2 })).toMatchObject({ ok: false, problems: [{}, {}, {}] });
  });

  it('takes schemas with equal ids, other dialects and unknown keywords', () => {
    expect(validate({ $id: 'https://x/a', type: 'string' }, 'x')).toEqual({ ok: true });
    expect(validate({ $id: 'https://x/a', type: 'number' }, 1)).toEqual({ ok: true });
    expect(validate({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'number', example: 1 }, 1)).toEqual({
      ok: true,
    });
  });

  it('validates by schemas with the same content as by one', () => {
    for (let round = 0; round < 10_000; round += 1) {
      const schema = { type: 'object', properties: { a: { type: 'string' } } };
      expect(validate(schema, { a: round % 2 === 0 ? 'x' : 1 }).ok).toBe(round % 2 === 0);
    }
  });
});
