import { describe, expect, it } from 'vitest';
import type { Json } from '../model/json.js';
import { evaluateTemplate, parseTemplate } from './template.js';
import type { TemplateHost } from './host.js';
import { TemplateLateError } from './late-error.js';
import { oracleHost } from './testing/oracle-cases.js';

const env = { secret: true };
const blob = { $blob: 'abc' };
const data = { env, blob, n: 1, list: [1, blob], map: { inner: blob, plain: 'x' }, text: 'a' };
const host: TemplateHost = {
  ...oracleHost,
  isOpaque: (value) => value === env || value === blob,
  resolveOpaque: (value, key) => (value === env && key === 'PUBLIC' ? 'shown' : undefined),
};
const evaluate = (source: string): Json => evaluateTemplate(parseTemplate(source), data, host);

describe('opaque values', () => {
  it.each([
    ['{{ .env.SECRET }}', env],
    ['{{ .env.PUBLIC.x.y | default .env.SECRET }}', env],
    ['{{ .env }}!', env],
    ['{{ .blob }} ', undefined],
    ['{{ .blob.field }}', blob],
    ['a{{ .blob }}', blob],
    ['{{ .list }}!', blob],
    ['{{ toJson .map }}', blob],
    ['{{ print .list }}', blob],
    ['{{ range .blob }}{{ end }}', blob],
    ['{{ if .blob }}{{ end }}', blob],
    ['{{ if not .env }}{{ end }}', env],
    ['{{ with .env }}{{ end }}', env],
    ['{{ eq .blob 1 }}', blob],
    ['{{ len .blob }}', blob],
    ['{{ index .env "SECRET" }}', env],
    ['{{ index .list 1 "x" }}', blob],
    ['{{ index .list 1 }}', blob],
    ['{{ default "x" .blob }}', blob],
    ['{{ coalesce .blob 1 }}', blob],
    ['{{ hasKey .env "A" }}', env],
    ['{{ get .env "A" }}', env],
    ['{{ dig "env" "A" "x" $ }}', env],
    ['{{ list .blob | toJson }}', blob],
    ['{{ dict "a" .blob }}', blob],
    ['{{ .map | toJson }}', blob],
    ['{{ and .blob 1 }}', blob],
    ['{{ or .n .blob }}{{ or 0 .blob }}', blob],
    ['{{ $x := .blob }}{{ $x }}', blob],
    ['{{ . }}', env],
    ['{{ keys .blob }}', blob],
    ['{{ merge (dict) .blob }}', blob],
    ['{{ range .list }}{{ . }}{{ end }}', blob],
    ['{{ printf "%v" .list }}', blob],
    ['{{ deepEqual .list .list }}', blob],
    ['{{ .text | printf "%s%v" .text .blob }}', blob],
    ['{{ if .env.SECRET }}{{ end }}', env],
  ])('makes %s late', (source, value) => {
    if (value === undefined) return expect(evaluate(source)).toBe(blob);
    let caught: unknown;
    try {
      evaluate(source);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(TemplateLateError);
    expect((caught as TemplateLateError).value).toBe(value);
  });

  it.each<[string, Json]>([
    ['{{ .blob }}', blob],
    ['{{ .env }}', env],
    ['{{ .map.inner }}', blob],
    ['{{ .map }}', data.map],
    ['{{ .env.PUBLIC }}', 'shown'],
    ['{{ .env.PUBLIC }}!', 'shown!'],
    ['{{ .env.PUBLIC | upper }}', 'SHOWN'],
    ['{{ if .env.PUBLIC }}y{{ end }}', 'y'],
    ['{{ .map.plain }}!', 'x!'],
    ['{{ len .list }}', '2'],
    ['{{ index .list 0 }}', '1'],
    ['{{ hasKey .map "inner" }}', 'true'],
    ['{{ if .list }}y{{ end }}', 'y'],
    ['{{ $x := .blob }}{{ .n }}', '1'],
    ['{{ range $i, $e := .list }}{{ $i }}{{ end }}', '01'],
    ['{{ $d := dict "a" .blob }}{{ len $d }}', '1'],
    ['{{ if or .n .blob }}y{{ end }}', 'y'],
    ['{{ first .list }}', '1'],
    ['{{ ternary 1 2 true }}', '1'],
    ['{{ keys .map }}', '[inner plain]'],
  ])('evaluates %s', (source, value) => {
    expect(evaluate(source)).toBe(value);
  });
});
