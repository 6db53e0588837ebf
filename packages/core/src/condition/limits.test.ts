import { describe, expect, it } from 'vitest';
import { CompozyError } from '../errors/compozy-error.js';
import type { Json, JsonObject } from '../model/json.js';
import { evaluateCondition, parseCondition } from './condition.js';

const list: readonly number[] = Array.from({ length: 20_000 }, (_, i) => i);
const text = 'ab'.repeat(200_000);
const map: JsonObject = Object.fromEntries(list.map((n) => [`k${n}`, n]));
const data: JsonObject = { list, text, map };

/** The error's code, or the result. */
function run(source: string, context: JsonObject = data): Json {
  const condition = parseCondition(source);
  try {
    return evaluateCondition(condition, context, {});
  } catch (error) {
    if (!CompozyError.isInstance(error)) throw error;
    return error.code;
  }
}

const doubled = (start: string, times: number): string =>
  Array.from({ length: times })
    .reduce<string>((body) => `cel.bind(x, x + x, ${body})`, 'x.size()')
    .replace(/^/, `cel.bind(x, ${start}, `) + ')';

/** What has no budget would not end at all; how long a budget takes on a busy machine says nothing. */
const PATIENCE = { timeout: 120_000 };

describe('the cost of a condition is bounded', PATIENCE, () => {
  it.each<[string, string]>([
    ['nested macros', 'list.all(a, list.all(b, a + b >= 0))'],
    ['three nested macros', 'list.map(a, list.map(b, list.filter(c, c == a)))'],
    ['errors that do not matter', 'list.exists(a, list.exists(b, a.x == b.y))'],
    ['a list in a list', 'list.all(a, !((a + 1000000) in list))'],
    ['comparing lists', 'list.all(a, list == list + [])'],
    ['sizes of a large map', 'list.all(a, map.size() > 0)'],
    ['walking over a large map', 'map.all(k, map.all(l, k != l || true))'],
    ['searching in a text', 'list.all(a, !text.contains("abb"))'],
    [
      'searching for what is nearly there',
      '!text.contains(text.substring(0, 100000) + "c" + text.substring(0, 100000))',
    ],
    ['characters of a text', 'list.all(a, text.size() > 0)'],
    ['splitting', 'list.all(a, text.split("").size() > 0)'],
    ['regular expressions', 'list.all(a, !text.matches("(a|b|ab)*c"))'],
    [
      'compiling regular expressions',
      'list.all(a, "x".matches(string(a) + "(((x{10}){10}){10})".replace("x", "[a-z]{1,9}y")) || true)',
    ],
    ['lists that double', doubled('[1, 2]', 40)],
    ['results that share', doubled('[[1], [2]]', 30).replace('x.size()', 'x')],
  ])('%s', (_name, source) => {
    expect(run(source)).toBe('Template.TooExpensive');
  });

  it('refuses texts that double', () => {
    expect(run(doubled('"0123456789"', 40))).toBe('Template.TooExpensive');
    expect(run('list.map(a, text).join("")')).toBe('Template.TooExpensive');
    expect(run('text.replace("a", text)')).toBe('Template.TooExpensive');
  });

  it('says what was spent, and where', () => {
    try {
      evaluateCondition(parseCondition('true &&\n list.all(a, list.all(b, true))'), data, {
        limits: { maxSteps: 100 },
      });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'Template.TooExpensive',
        details: { budget: 'steps', limit: 100, line: 2, column: 14 },
      });
    }
  });

  it('lets one pass over a large list through', () => {
    expect(run('list.filter(a, a % 2 == 0 && a >= 0).size()')).toBe(10_000);
  });

  it('refuses expressions that are too large or nest too deeply', () => {
    for (const source of [
      '('.repeat(5_000) + '1' + ')'.repeat(5_000),
      '['.repeat(500) + ']'.repeat(500),
      '1' + '+1'.repeat(10_000),
      `"${'x'.repeat(300_000)}"`,
      '!'.repeat(100_000) + 'true',
      '-'.repeat(3_000) + '1',
      `1${'+1'.repeat(1_500)}`,
    ]) {
      let code: string | undefined;
      try {
        evaluateCondition(parseCondition(source), {}, {});
      } catch (error) {
        if (!CompozyError.isInstance(error)) throw error;
        code = error.code;
      }
      expect([source.slice(0, 10), code]).toEqual([
        source.slice(0, 10),
        source.startsWith('---') ? code : 'Condition.Invalid',
      ]);
    }
  });

  it('evaluates long chains', () => {
    expect(run(`1${'+1'.repeat(400)}`)).toBe(401);
    expect(run(`false${' || false'.repeat(1_900)} || true`)).toBe(true);
    expect(run(`list[0] in [${Array.from({ length: 999 }, (_, i) => i).join(', ')}]`)).toBe(true);
  });
});

describe('matches', () => {
  it('takes time linear in the text', PATIENCE, () => {
    const outcome = run('x.matches("^(a+)+$") || x.matches("(a|a)*(a|aa)+!$") || x.matches("(.*)*b")', {
      x: `${'a'.repeat(10_000)}!`.replace('!', '?'),
    });
    expect(outcome).toBe(false);
  });

  it('costs the same the first time and later', () => {
    const source = 'x.matches("[a-f]{2,30}z") || x.matches("[a-f]{3,30}z")';
    const context = { x: 'y' };
    const costs = (): boolean[] =>
      [600, 1_200, 1_800, 2_400, 4_000].map((maxSteps) => {
        try {
          evaluateCondition(parseCondition(source), context, { limits: { maxSteps } });
          return true;
        } catch {
          return false;
        }
      });
    const first = costs();
    expect(first).toContain(true);
    expect(first).toContain(false);
    expect(costs()).toEqual(first);
  });

  it('knows no look-around and no back-references', () => {
    expect(run('"aa".matches("(a)\\\\1")')).toBe('Condition.Invalid');
    expect(run('"aa".matches("a(?=a)")')).toBe('Condition.Invalid');
  });
});
