import { describe, expect, it } from 'vitest';
import { CompozyError } from '../errors/compozy-error.js';
import type { Json, JsonObject } from '../model/json.js';
import { evaluateCondition, parseCondition } from './condition.js';
import { isTrue, toRouteKey } from './result.js';

const data: JsonObject = {
  workflow: { id: 'w', input: { count: 3, ratio: 0.5, price: 10, city: 'São Paulo', tags: ['a', 'b'], none: null } },
  tasks: {
    'my-task': { status: 'SUCCESS', output: { score: 7.5, total: 3 } },
    classify: { output: { category: 'urgent' } },
  },
  input: { count: 3 },
  item: { name: 'x', size: 12 },
  index: 0,
  signal: { payload: { approved: true, amount: 1500 } },
  trigger: { type: 'webhook' },
  env: {},
  chapter: { title: 'One' },
};

const evaluate = (source: string, context: JsonObject = data): Json =>
  evaluateCondition(parseCondition(source), context, {});

function failure(run: () => unknown): CompozyError {
  try {
    run();
  } catch (error) {
    if (CompozyError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('evaluateCondition', () => {
  it.each<[string, Json]>([
    ['tasks.classify.output.category == "urgent" ? "fast" : "slow"', 'fast'],
    ['tasks["my-task"].output.score > 7', true],
    ['tasks["my-task"].status == "SUCCESS" && index == 0', true],
    ['signal.payload.approved == true && signal.payload.amount <= 2000', true],
    ['workflow.input.tags.exists(t, t == "b")', true],
    ['"a" in workflow.input.tags', true],
    ['"classify" in tasks', true],
    ['workflow.input.none == null', true],
    ['workflow.input.tags == "a"', false],
    ['chapter.title', 'One'],
    ['has(signal.payload.comment)', false],
    ['has(signal.payload.approved) && signal.payload.approved', true],
    ['has(env.KEY) ? env.KEY : "none"', 'none'],
    ['size(workflow.input.city)', 9],
    ['workflow.input.tags.map(t, t.upperAscii()).join("-")', 'A-B'],
    ['{"a": [1, 2.5], "b": {"c": null}}', { a: [1, 2.5], b: { c: null } }],
    ['workflow.input == workflow["input"]', true],
    ['item', { name: 'x', size: 12 }],
    ['trigger.type == "webhook" || tasks.nothing.output', true],
    ['tasks.nothing.output.x || trigger.type == "webhook"', true],
    ['cel.bind(n, input.count, n * n)', 9],
    ['tasks.filter(id, has(tasks[id].status)).size()', 1],
  ])('%s', (source, expected) => {
    expect(evaluate(source)).toEqual(expected);
  });

  describe('takes whole numbers as integers that get along with doubles', () => {
    it.each<[string, Json]>([
      ['input.count + 1', 4],
      ['input.count / 2', 1],
      ['input.count / 2.0', 1.5],
      ['input.count * workflow.input.ratio', 1.5],
      ['workflow.input.ratio + input.count', 3.5],
      ['input.count - workflow.input.ratio', 2.5],
      ['workflow.input.price % input.count', 1],
      ['tasks["my-task"].output.score % input.count', 1.5],
      ['input.count == 3.0 && 3.0 == input.count && input.count != 3.5', true],
      ['input.count < 3.5 && workflow.input.ratio < input.count', true],
      ['3.0 in [1, 2, 3]', true],
      ['workflow.input.tags[0.0]', 'a'],
      ['double(input.count) == input.count', true],
      ['-input.count', -3],
    ])('%s', (source, expected) => {
      expect(evaluate(source)).toEqual(expected);
    });
  });

  it.each<[string, Json]>([
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', '9007199254740993'],
    ['timestamp("2026-03-01T10:00:00+02:00")', '2026-03-01T08:00:00Z'],
    ['timestamp("2026-03-01T00:30:00Z").getHours("America/New_York")', 19],
    ['timestamp("2026-03-01T00:00:00Z") - timestamp("2026-02-28T00:00:00Z") == duration("24h")', true],
    ['duration("90m")', '5400s'],
    ['b"\\xff\\x00"', '/wA='],
    ['type(1.5) == double', true],
    ['[type(1), type(timestamp(0))]', ['int', 'google.protobuf.Timestamp']],
    ['{1: "a", true: "b"}', { '1': 'a', true: 'b' }],
    ['{"__proto__": 1}.size()', 1],
    ['-0.0', 0],
  ])('gives JSON: %s', (source, expected) => {
    expect(evaluate(source)).toEqual(expected);
  });

  it.each<[string, Json]>([
    ['"Straße".lowerAscii() + "x".upperAscii()', 'straßeX'],
    ['"a,b,c".split(",", 2)', ['a', 'b,c']],
    ['"😀ab".substring(1)', 'ab'],
    ['"😀ab".indexOf("b")', 2],
    ['"banana".replace("a", "o", 2)', 'bonona'],
    ['"abc".replace("", "-")', '-a-b-c-'],
    ['"  x\u0085 ".trim()', 'x'],
    ['"abc".matches("^a.c$") && matches("abc", "b")', true],
    ['"abc".startsWith("a") && "abc".endsWith("c") && "abc".contains("b")', true],
    ['"abc".charAt(1) + "abc".reverse()', 'bcba'],
  ])('has the functions of texts: %s', (source, expected) => {
    expect(evaluate(source)).toEqual(expected);
  });

  it('names the path that is missing and the keys that exist', () => {
    const error = failure(() => evaluate('index == 0 &&\n  tasks.clasify.output.category == "x"'));
    expect([error.code, error.message, error.details]).toEqual([
      'Condition.Invalid',
      'No value at "tasks.clasify": "tasks" has the keys "my-task", "classify"; did you mean "classify"? (line 2, column 9)',
      {
        path: 'tasks.clasify',
        key: 'clasify',
        available: ['my-task', 'classify'],
        suggestion: 'classify',
        line: 2,
        column: 9,
      },
    ]);
  });

  it.each<[string, string]>([
    [
      'taks.x',
      'There is no variable "taks": the context has the keys "workflow", "tasks", "input", "item", "index", "signal", "trigger", "env", "chapter"; did you mean "tasks"? (column 1)',
    ],
    ['tasks["nope"].x', 'No value at "tasks["nope"]": "tasks" has the keys "my-task", "classify" (column 7)'],
    ['workflow.input.none.x', 'No value at "workflow.input.none.x": "workflow.input.none" is null (column 21)'],
    [
      'workflow.input.tags.first',
      'No value at "workflow.input.tags.first": "workflow.input.tags" is a list, which has no fields: write workflow.input.tags[0] (column 21)',
    ],
    [
      'workflow.input.tags[5]',
      'No value at "workflow.input.tags[5]": "workflow.input.tags" has 2 elements (column 21)',
    ],
    ['env.KEY', 'No value at "env.KEY": "env" has no keys (column 5)'],
    ['workflow.input.tags.map(t, t.name)', 'No value at "t.name": "t" is a string (column 30)'],
    ['"a" + 1', '"+" cannot take a string and an int: convert the other with string() (column 1)'],
    ['item.name < 3', '"<" cannot compare a string with an int (column 1)'],
    ['item.name && true', '"&&" takes true or false, not a string (column 6)'],
    ['item.name ? 1 : 2', '"? :" takes true or false, not a string (column 6)'],
    ['input.count / 0', 'Division by zero (column 1)'],
    ['9223372036854775807 + 1', 'An integer leaves the range of 64 bits (column 1)'],
    ['timestamp("yesterday")', 'timestamp() cannot convert the string "yesterday" (column 1)'],
    ['"x".matches("(")', '"(" is no regular expression: error parsing regexp: missing closing ): `(` (column 5)'],
    ['1.0 / 0.0', 'The result is Infinity, which JSON does not have (column 1)'],
    [
      'constructor',
      'There is no variable "constructor": the context has the keys "workflow", "tasks", "input", "item", "index", "signal", "trigger", "env", "chapter" (column 1)',
    ],
    ['item.toString', 'No value at "item.toString": "item" has the keys "name", "size" (column 6)'],
  ])('explains %s', (source, message) => {
    const error = failure(() => evaluate(source));
    expect([error.code, error.message]).toEqual(['Condition.Invalid', message]);
  });

  it('reads only what the expression refers to', () => {
    const read: string[] = [];
    const watched = (name: string, value: JsonObject): JsonObject =>
      new Proxy(value, {
        get(target, key) {
          read.push(`${name}.${String(key)}`);
          return target[key as string];
        },
      });
    const context = {
      get tasks() {
        return watched('tasks', { a: watched('a', { status: 'SUCCESS', output: 1 }), b: { status: 'FAILED' } });
      },
      get workflow(): JsonObject {
        throw new Error('workflow was read');
      },
    };
    expect(evaluate('tasks.a.status == "SUCCESS" || workflow.id == "x"', context)).toBe(true);
    expect(read).toEqual(['tasks.a', 'a.status']);
    expect(evaluate('has(tasks.b) && !has(tasks.c)', context)).toBe(true);
  });

  it('works on frozen data and leaves it as it is', () => {
    const frozen = Object.freeze({ list: Object.freeze([3, 1]) });
    expect(evaluate('list + [2]', frozen)).toEqual([3, 1, 2]);
  });
});

describe('parseCondition', () => {
  it.each<[string, string]>([
    ['', 'The condition is empty: expected an expression (column 1)'],
    ['a ==', 'Expected a value, found the end of the condition (column 5)'],
    ['(a == 1', 'Expected ")", found the end of the condition (column 8)'],
    ['a = 1', 'Expected "==", found a single "=" (column 3)'],
    ['a == 1 and b', 'Expected an operator, found "and": write && (column 8)'],
    ['a == 1 b', 'Expected an operator or the end, found "b" (column 8)'],
    ['"abc', 'Unterminated string (column 1)'],
    [
      '{{ .tasks.x }} == 1',
      'A condition is CEL, not a template: write tasks.x.output.y, without braces and first dot (column 4)',
    ],
    ['a.starstWith("x")', 'There is no function "starstWith"; did you mean "startsWith"? (column 3)'],
    ['sise(a)', 'There is no function "sise"; did you mean "size"? (column 1)'],
    ['now() > timestamp(0)', 'There is no function "now": a condition knows no clock (column 1)'],
    ['a.substring()', 'substring takes other arguments: text.substring(start, end?) (column 3)'],
    ['trim(a)', 'trim is called on a value: text.trim() (column 1)'],
    ['a.int()', 'int takes the value in parentheses: int(value) (column 3)'],
    ['has(a)', 'has() takes one field: has(tasks.x.output) (column 1)'],
    ['a.all(x)', 'all takes other arguments: list.all(x, condition) (column 1)'],
    ['a.map(1, x)', 'map(var, transform) invalid predicate iteration variable (column 7)'],
    ['a ||\n b.?c', 'Expected a name, found "?" (line 2, column 4)'],
    ['9223372036854775808', 'The number does not fit into 64 bits (column 1)'],
  ])('says what is wrong with %s', (source, message) => {
    const error = failure(() => parseCondition(source));
    expect([error.code, error.message]).toEqual(['Condition.Invalid', message]);
    expect(error.details).toMatchObject({ line: expect.any(Number) as number, column: expect.any(Number) as number });
  });

  it('parses a source once', () => {
    expect(parseCondition('a == 1')).toBe(parseCondition('a == 1'));
  });
});

describe('toRouteKey', () => {
  it.each<[Json, string]>([
    [true, 'true'],
    [5, '5'],
    [-0, '0'],
    [0.5, '0.5'],
    [1_000_000, '1000000'],
    [1e21, '1e+21'],
    [' urgent\n', 'urgent'],
    [null, 'null'],
    [[1, 'a'], '[1,"a"]'],
    [{ a: true }, '{"a":true}'],
  ])('%j', (value, key) => {
    expect(toRouteKey(value)).toBe(key);
  });

  it('makes 5 of the double 5.0', () => {
    expect(toRouteKey(evaluate('2.5 * 2.0'))).toBe('5');
  });
});

describe('isTrue', () => {
  it('takes true and false only', () => {
    expect([isTrue(true), isTrue(false)]).toEqual([true, false]);
    expect(failure(() => isTrue('yes')).message).toBe(
      'The condition has to give true or false, and gave a string: "yes"; compare it, as in x == …',
    );
    expect(failure(() => isTrue(null)).details).toEqual({ expected: 'boolean', actual: 'null' });
  });
});
