import { describe, expect, it } from 'vitest';
import type { CompozyError } from '../errors/compozy-error.js';
import type { Json } from '../model/json.js';
import { evaluateValue } from './evaluate-value.js';
import { templateFunctionNames } from './functions/function-table.js';
import { evaluateTemplate, isTemplate, parseTemplate, renderText } from './template.js';
import { oracleHost } from './testing/oracle-cases.js';

const data = {
  n: 7,
  f: 1.5,
  s: 'x',
  nil: null,
  t: true,
  list: [1, 2],
  map: { a: { b: 1 }, 'my-key': 'h' },
  json: '{"a": 1}',
  big: 12345678901,
};
const evaluate = (source: string, context: Json = data): Json =>
  evaluateTemplate(parseTemplate(source), context, oracleHost);

const errorOf = (action: () => unknown): CompozyError => {
  try {
    action();
  } catch (error) {
    return error as CompozyError;
  }
  throw new Error('Nothing was thrown');
};

describe('evaluateTemplate', () => {
  it.each<[string, Json]>([
    // D-12: one plain reference is the value itself.
    ['{{ .n }}', 7],
    ['  {{ .n }}\n', 7],
    ['{{.f}}', 1.5],
    ['{{ .nil }}', null],
    ['{{ .t }}', true],
    ['{{- .list -}}', [1, 2]],
    ['{{ .map.a }}', { b: 1 }],
    ['{{ $.map.a }}', { b: 1 }],
    ['{{ .map.my-key }}', 'h'],
    ['{{ .json }}', '{"a": 1}'],
    // Anything else is text, unless the text is a JSON object or list.
    ['{{ .n }}!', '7!'],
    ['{{ .n | int }}', '7'],
    ['{{ .n }}{{ .n }}', '77'],
    ['{{ index .list 1 }}', '2'],
    ['{{ (.n) }}', '7'],
    ['{{ toJson .map }}', { a: { b: 1 }, 'my-key': 'h' }],
    ['{{ .json | trim }}', { a: 1 }],
    [' {"a": {{ .n }}, "b": [{{ .f }}]} ', { a: 7, b: [1.5] }],
    ['[{{ .n }}]', [7]],
    ['[{{ .s }}]', '[x]'],
    ['{{ .list }} ', [1, 2]],
    ['{{ .list }}, ', '[1 2], '],
    ['{{ .t | toString }}', 'true'],
    ['123{{ "" }}', '123'],
    ['null{{ "" }}', 'null'],
    ['{{ .nil | print }}', '<nil>'],
    ['a {{ .nil }}', 'a <no value>'],
    ['{{ .big }}', 12345678901],
    ['{{ .big }}!', '12345678901!'],
    ['{{ "a" }}', 'a'],
    ['{{ if .t }}{{ .list }}{{ end }}', '[1 2]'],
    ['{{ "\\xff" }}', '\ufffd'],
    ['{{ "\\xc3" }}{{ "\\xa9" }}', 'é'],
  ])('%s', (source, value) => {
    expect(evaluate(source)).toEqual(value);
  });

  it('never changes what it is given', () => {
    const context = { map: { a: 1, deep: { x: 1 } }, list: [{ a: 1 }] };
    const before = structuredClone(context);
    const source =
      '{{ $_ := set .map "b" 2 }}{{ $_ := set .map.deep "y" 2 }}{{ $_ := unset .map "a" }}{{ $_ := set . "new" 1 }}{{ range .list }}{{ $_ := set . "z" 1 }}{{ end }}{{ $m := merge .map (dict "q" 1) }}{{ toJson . }}';
    expect(evaluate(source, context)).toEqual({
      list: [{ a: 1, z: 1 }],
      map: { b: 2, deep: { x: 1, y: 2 }, q: 1 },
      new: 1,
    });
    expect(context).toEqual(before);
  });

  it('reads only own members, whatever they are called', () => {
    const context = JSON.parse('{"a": {"__proto__": {"x": 1}, "constructor": "c"}}') as Json;
    expect(evaluate('{{ .a.__proto__.x }}', context)).toBe(1);
    expect(evaluate('{{ .a.constructor }}', context)).toBe('c');
    expect(evaluate('{{ toJson .a }}', context)).toEqual(JSON.parse('{"__proto__": {"x": 1}, "constructor": "c"}'));
    expect(errorOf(() => evaluate('{{ .a.toString }}', context)).code).toBe('Template.UnknownPath');
    expect(
      evaluate('{{ $d := dict "__proto__" (dict "x" 1) }}{{ $d.__proto__.x }}{{ hasKey (dict) "__proto__" }}'),
    ).toBe('1false');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('reads getters and proxies, and only those it needs', () => {
    let reads = 0;
    const context = { used: 1 } as Record<string, Json>;
    Object.defineProperty(context, 'lazy', { enumerable: true, get: () => ((reads += 1), { a: 1 }) });
    const tasks = new Proxy(
      {},
      { get: (_target, key) => (key === 'known' ? { output: 5 } : undefined), has: () => false },
    );
    context['tasks'] = tasks;
    expect(evaluate('{{ .used }} {{ .tasks.known.output }}', context)).toBe('1 5');
    expect(reads).toBe(0);
    expect(evaluate('{{ .lazy.a }}', context)).toBe(1);
  });

  it('takes clock and randomness from the run', () => {
    const draws = [0.1, 0.9, 0.5, 0.3];
    let draw = 0;
    const host = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678), random: () => draws[draw++ % 4]! };
    const render = (source: string): string => renderText(parseTemplate(source), {}, host);
    expect(render('{{ now | date "2006-01-02T15:04:05.000Z07:00" }}')).toBe('2026-01-02T03:04:05.678Z');
    expect(render('{{ ago (toDate "2006-01-02" "2026-01-02") }} {{ durationRound (toDate "2006" "2020") }}')).toBe(
      '3h4m6s 6y',
    );
    expect(render('{{ htmlDate "x" }}')).toBe('2026-01-02');
    draw = 0;
    const first = render('{{ uuidv4 }} {{ randAlphaNum 8 }} {{ randInt 3 9 }} {{ shuffle "abc" }} {{ randAscii 3 }}');
    draw = 0;
    expect(render('{{ uuidv4 }} {{ randAlphaNum 8 }} {{ randInt 3 9 }} {{ shuffle "abc" }} {{ randAscii 3 }}')).toBe(
      first,
    );
    expect(first).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12} [0-9A-Za-z]{8} [3-8] [abc]{3} .{3}$/,
    );
  });
});

describe('errors', () => {
  it('say where a path ends and what is there instead', () => {
    const error = errorOf(() => evaluate('line\n  {{ .map.aa.b }}'));
    expect(error.code).toBe('Template.UnknownPath');
    expect(error.message).toBe(
      'No value at ".map.aa.b": ".map" has the keys "a", "my-key"; did you mean "a"? (line 2, column 6)',
    );
    expect(error.details).toEqual({
      path: '.map.aa.b',
      key: 'aa',
      available: ['a', 'my-key'],
      suggestion: 'a',
      line: 2,
      column: 6,
    });
  });

  it('show at most twenty keys', () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`key${i}`, i]));
    const error = errorOf(() => evaluate('{{ .many.nothing }}', { many }));
    expect(error.details['available']).toHaveLength(20);
    expect(error.message).toContain('and 30 more');
  });

  it.each([
    ['{{ .nil.x }}', 'Template.UnknownPath', '".nil" is null'],
    ['{{ .n.x }}', 'Template.UnknownPath', '".n" is a int'],
    ['{{ .list.0 }}', 'Template.UnknownPath', 'write (index .list 0)'],
    ['{{ $x := .map }}{{ $x.zzz }}', 'Template.UnknownPath', '"$x.zzz"'],
    ['{{ repeat "3" "x" }}', 'Template.BadArgument', 'repeat expects int, not "3"'],
    ['{{ repeat .s "x" }}', 'Template.BadArgument', 'convert it with "int"'],
    ['{{ upper .n }}', 'Template.BadArgument', 'convert it with "toString"'],
    ['{{ upper }}', 'Template.BadArgument', 'upper takes 1 argument, not 0'],
    ['{{ fail "no way" }}', 'Task.Failed', 'no way'],
    ['{{ uper .s }}', 'Template.UnknownFunction', 'did you mean "upper"?'],
    ['{{ .s {{ "', 'Template.Syntax', 'Unexpected'],
    ['{{ if .s }}', 'Template.Syntax', '{{if}} is not closed'],
    ['{{ $total := 1 }}{{ $totl }}', 'Template.Syntax', 'did you mean "$total"?'],
    ['{{ my-func .s }}', 'Template.Syntax', 'names of functions have no hyphen'],
    ['{{ template "x" }}', 'Template.BadArgument', 'The template "x" is not defined'],
    ['{{ index .list 9 }}', 'Template.BadArgument', '9 is out of range: there are 2 elements'],
  ])('%s', (source, code, message) => {
    const error = errorOf(() => evaluate(`${source}{{ "not a plain reference" }}`));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.details).toMatchObject({ line: 1, column: expect.any(Number) as number });
  });
});

describe('evaluateValue', () => {
  it('evaluates strings at any depth, never keys', () => {
    const value = { '{{ .n }}': '{{ .n }}', plain: 'a', list: ['{{ .s }}', 1, null, { x: '{{ .map }}' }] };
    expect(evaluateValue(value, data, oracleHost)).toEqual({
      '{{ .n }}': 7,
      plain: 'a',
      list: ['x', 1, null, { x: data.map }],
    });
  });

  it('says in which part of the value it failed', () => {
    const error = errorOf(() => evaluateValue({ a: [1, { 'b/c': 'x {{ .zzz }}' }] }, data, oracleHost));
    expect(error.code).toBe('Template.UnknownPath');
    expect(error.details).toMatchObject({ pointer: '/a/1/b~1c', path: '.zzz', line: 1, column: 6 });
  });
});

describe('parseTemplate', () => {
  it('gives the same template for the same source', () => {
    expect(parseTemplate('{{ .same }} once')).toBe(parseTemplate('{{ .same }} once'));
  });

  it('forgets templates when there are many', () => {
    const first = parseTemplate('{{ .first }} of many');
    for (let i = 0; i < 5_000; i += 1) parseTemplate(`{{ .n }} ${i}`);
    expect(parseTemplate('{{ .first }} of many')).not.toBe(first);
  });

  it('knows a template by its braces', () => {
    expect([isTemplate('a {{ b'), isTemplate('a { b'), isTemplate('{{ .x }}'), isTemplate('{% if %}')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

describe('templateFunctionNames', () => {
  it('is the closed list', () => {
    expect(templateFunctionNames).toHaveLength(215);
    expect(templateFunctionNames).toEqual(templateFunctionNames.toSorted());
  });
});
