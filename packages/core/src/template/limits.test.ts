import { describe, expect, it } from 'vitest';
import type { Json } from '../model/json.js';
import { evaluateTemplate, parseTemplate, renderText } from './template.js';
import type { TemplateLimits } from './host.js';
import { oracleHost } from './testing/oracle-cases.js';

const render = (source: string, data: Json = {}, limits: TemplateLimits = {}): string =>
  renderText(parseTemplate(source), data, { ...oracleHost, limits });

const expectTooExpensive = (source: string, data: Json = {}, limits: TemplateLimits = {}): void => {
  expect(() => render(source, data, limits)).toThrowError(expect.objectContaining({ code: 'Template.TooExpensive' }));
};

/** What has no budget would not end at all; how long a budget takes on a busy machine says nothing. */
const PATIENCE = { timeout: 120_000 };

describe('budgets', PATIENCE, () => {
  it.each([
    '{{ range until 2000000 }}{{ end }}',
    '{{ range 2000000 }}{{ end }}',
    '{{ range 100000000 }}{{ end }}',
    '{{ repeat 2000000 "x" }}',
    '{{ repeat 1000000000 "x" | len }}',
    '{{ $x := "xxxxxxxxxx" }}{{ range 30 }}{{ $x = printf "%s%s" $x $x }}{{ end }}',
    '{{ $x := "xxxxxxxxxx" }}{{ range 30 }}{{ $x = cat $x $x }}{{ end }}',
    '{{ $x := "xxxxxxxxxx" }}{{ range 30 }}{{ $x = replace "x" "xx" $x }}{{ end }}',
    '{{ $x := "xxxxxxxxxx" }}{{ range 30 }}{{ $x = print $x $x }}{{ end }}',
    '{{ $x := "<<<<<" }}{{ range 30 }}{{ $x = html $x }}{{ $x = print $x $x }}{{ end }}',
    '{{ $x := "x" }}{{ range 30 }}{{ $x = quote $x $x }}{{ end }}',
    '{{ $x := "a\\nb" }}{{ range 30 }}{{ $x = indent 9 $x | print $x }}{{ end }}',
    '{{ $x := list 1 2 }}{{ range 40 }}{{ $x = concat $x $x }}{{ end }}',
    '{{ $x := list 1 2 }}{{ range 40 }}{{ $x = list $x $x }}{{ end }}{{ $x }}',
    '{{ $x := list 1 2 }}{{ range 40 }}{{ $x = list $x $x }}{{ end }}{{ toJson $x }}',
    '{{ $x := list 1 2 }}{{ range 40 }}{{ $x = list $x $x }}{{ end }}{{ deepEqual $x (deepCopy $x) }}',
    '{{ $x := list 1 2 }}{{ range 40 }}{{ $x = list $x $x }}{{ end }}{{ join "" $x }}',
    '{{ $x := list 1 2 }}{{ range 40 }}{{ $x = list $x $x }}{{ end }}{{ printf "%#v" $x }}',
    '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $d }}',
    '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toJson $d }}',
    '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $e := deepCopy $d }}',
    '{{ $d := dict }}{{ range 1000000 }}{{ $_ := set $d (repeat 100000 "k") (repeat 100000 "x") }}{{ end }}',
    '{{ $l := list }}{{ range 1000000 }}{{ $l = append $l (repeat 500000 "x") }}{{ end }}',
    '{{ define "t" }}{{ template "t" . }}{{ end }}{{ template "t" . }}',
    '{{ printf "%999999d%999999d" 1 1 }}',
    '{{ printf "%.999999f%.999999f" 1.5 1.5 }}',
    '{{ untilStep 0 900000000 1 }}',
    '{{ seq 1 900000000 }}',
    '{{ seq 0 1 900000000 }}',
    '{{ randAlpha 100000000 }}',
    '{{ nindent 100000000 "x" }}',
    '{{ regexReplaceAll "x*" (repeat 200000 "ab") "0123456789" }}',
    '{{ regexReplaceAllLiteral "" (repeat 500000 "a") "bb" }}',
    '{{ wrapWith 1 "0123456789" (repeat 500000 "ab") }}',
    '{{ splitList "" (repeat 1000000 "a") | toJson }}',
    '{{ regexFindAll "(a*b)|a" (repeat 200000 "a") -1 | len }}',
    '{{ regexReplaceAll "a(.*b)?" (repeat 200000 "a") "x" | len }}',
    '{{ regexFind "((a{0,30}){0,30}){0,1}b" (repeat 1000000 "a") }}',
    '{{ regexMatch "((a{0,30}){0,30}){0,1}b" (repeat 1000000 "a") }}',
    '{{ range 1000 }}{{ regexFind "((a{0,30}){0,30}){0,1}b" (repeat 10000 "a") }}{{ end }}',
    '{{ range 100000 }}{{ regexSplit "(a|ab)(c|bcd)(d*)" "abcdabcdabcdabcdabcdabcd" -1 }}{{ end }}',
    '{{ range 100000 }}{{ sha512sum (repeat 100000 "a") }}{{ end }}',
    '{{ join (repeat 1000 "x") (until 2000) }}',
    '{{ toPrettyJson (until 400000) }}',
    '{{ b64enc (repeat 900000 "x") }}{{ b64enc (repeat 900000 "x") }}',
    '{{ date (repeat 100000 "January 2006 ") now }}{{ date (repeat 100000 "January 2006 ") now }}',
    '{{ toString (until 900000) }}',
    '{{ uniq (until 5000) }}',
    `{{ without (until 6000) ${Array.from({ length: 200 }, (_, i) => 5_000 + i).join(' ')} }}`,
  ])('stops %s', (source) => expectTooExpensive(source));

  it('counts the bytes of the output, not its characters', () => {
    expect(render('{{ range 5 }}ab{{ end }}', {}, { maxOutputBytes: 10 })).toBe('ababababab');
    expectTooExpensive('{{ range 6 }}ab{{ end }}', {}, { maxOutputBytes: 10 });
    expectTooExpensive('{{ range 4 }}世{{ end }}', {}, { maxOutputBytes: 10 });
    expect(render('{{ range 3 }}世{{ end }}', {}, { maxOutputBytes: 10 })).toBe('世世世');
  });

  it('refuses regular expressions that take much memory', () => {
    const code = expect.objectContaining({ code: 'Template.BadArgument' });
    expect(() => render('{{ regexMatch .p "a" }}{{ regexFind .p "a" }}', { p: '.{1000}'.repeat(40) })).toThrowError(
      code,
    );
    expect(() => render('{{ regexFind .p "a" }}', { p: 'a'.repeat(5_000) })).toThrowError(code);
  });

  it('takes its limits from the host', () => {
    expectTooExpensive('{{ range 20 }}{{ end }}', {}, { maxSteps: 10 });
    const nested = '{{ define "t" }}{{ if lt . 5 }}{{ template "t" add 1 . }}{{ end }}{{ end }}{{ template "t" 0 }}';
    expectTooExpensive(nested, {}, { maxDepth: 3 });
    expect(render(nested, {}, { maxDepth: 10 })).toBe('');
  });

  it('shares a meter between evaluations, and says that it is the meter that is spent', () => {
    const meter = { limit: 1_000, left: 1_000 };
    const host = { ...oracleHost, meter };
    const template = parseTemplate('{{ range until 100 }}{{ end }}');
    expect(() => Array.from({ length: 100 }, () => renderText(template, {}, host))).toThrowError(
      expect.objectContaining({
        code: 'Template.TooExpensive',
        message: expect.stringContaining('together'),
        details: expect.objectContaining({ budget: 'steps_together', limit: 1_000 }),
      }),
    );
    expect(meter.left).toBe(0);
    expectTooExpensive('{{ range until 100 }}{{ end }}', {}, { maxSteps: 10 });
  });

  it('refuses data that is nested deeper than any person writes', () => {
    let deep: Json = 1;
    for (let i = 0; i < 100_000; i += 1) deep = [deep];
    expectTooExpensive('{{ .deep }}!', { deep });
    expectTooExpensive('{{ toJson .deep }}', { deep });
    expectTooExpensive('{{ deepEqual .deep .deep }}', { deep });
    expectTooExpensive('{{ $_ := set .x "a" 1 }}{{ .deep }}', { deep, x: {} });
    expect(evaluateTemplate(parseTemplate('{{ .deep }}'), { deep }, oracleHost)).toBe(deep);
  });

  it('refuses templates that are nested too deep to be read', () => {
    const code = expect.objectContaining({ code: 'Template.Syntax' });
    expect(() => parseTemplate(`{{ ${'('.repeat(100_000)}1${')'.repeat(100_000)} }}`)).toThrowError(code);
    expect(() => parseTemplate(`${'{{ if true }}'.repeat(100_000)}${'{{ end }}'.repeat(100_000)}`)).toThrowError(code);
    expect(() => parseTemplate(`{{ if true }}${'{{ else if true }}'.repeat(100_000)}{{ end }}`)).toThrowError(code);
    const allowed = `{{ if false }}${'{{ else if false }}'.repeat(300)}{{ else }}x{{ end }}`;
    expect(render(allowed)).toBe('x');
  });

  it('gets through hostile texts', () => {
    for (const text of [
      '/'.repeat(100_000),
      ' '.repeat(100_000),
      '0'.repeat(100_000),
      '-'.repeat(100_000),
      'aB'.repeat(50_000),
      '%'.repeat(100_000),
    ]) {
      for (const name of [
        'base',
        'dir',
        'clean',
        'ext',
        'trim',
        'snakecase',
        'camelcase',
        'nospace',
        'atoi',
        'float64',
        'title',
        'initials',
        'urlParse',
        'b64dec',
        'fromJson',
        'semver',
        'toDecimal',
        'durationRound',
        'regexQuoteMeta',
        'printf',
        'quote',
        'js',
        'urlquery',
        'wrap 5',
        'toDate "2006-01-02 January MST"',
        'semverCompare "^1"',
        'semverCompare .text | fail',
        'trimAll " x"',
      ]) {
        try {
          render(`{{ ${name} .text }}`, { text: `${text}x` });
        } catch {
          // Refusing is fine.
        }
      }
    }
  });
});
