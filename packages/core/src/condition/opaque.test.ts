import { describe, expect, it } from 'vitest';
import type { Json } from '../model/json.js';
import { TemplateLateError } from '../template/index.js';
import { evaluateCondition, parseCondition } from './condition.js';

const blob = { $blob: 'abc' };
const secret = { $secret: 'KEY' };
const data = {
  tasks: { a: { output: blob, status: 'SUCCESS' }, b: { output: { x: 1 } } },
  env: { KEY: secret },
  list: [1, blob],
};
const opaque = new Set<object>([blob, secret]);
const evaluate = (source: string): Json =>
  evaluateCondition(parseCondition(source), data, { isOpaque: (value) => opaque.has(value) });

describe('an opaque value', () => {
  it.each([
    'tasks.a.output.x == 1',
    'tasks.a.output == {}',
    'size(tasks.a.output) > 0',
    'env.KEY == "x"',
    'env.KEY',
    'tasks.a',
    'tasks.b.output == tasks.a.output',
    'list == [1, 2]',
    'list.exists(x, x == 2)',
    'tasks.a.output.x == 1 || true',
    'tasks.a.output.x == 1 && false',
    'has(tasks.a.output.x)',
    'cel.bind(o, tasks.a.output, true)',
    '{"a": env.KEY}',
  ])('is not looked into: %s', (source) => {
    expect(() => evaluate(source)).toThrow(TemplateLateError);
  });

  it.each<[string, Json]>([
    ['tasks.a.status == "SUCCESS"', true],
    ['has(tasks.a.output)', true],
    ['has(env.KEY) && "KEY" in env', true],
    ['list.size() == 2 && list[0] == 1', true],
    ['list.exists(x, x == 1)', true],
    ['true || env.KEY == "x"', true],
    ['tasks.all(id, id != "")', true],
  ])('may stand beside what is read: %s', (source, expected) => {
    expect(evaluate(source)).toBe(expected);
  });

  it('is told to whoever may read it', () => {
    try {
      evaluate('env.KEY == "x"');
      expect.unreachable();
    } catch (error) {
      expect((error as TemplateLateError).value).toBe(secret);
    }
  });
});
