import { describe, expect, it } from 'vitest';
import { parseTemplate } from './template.js';
import { templateReferences } from './references.js';

/** `path@column`, with `?` for guarded and `*` for dynamic. */
const references = (source: string): string[] =>
  templateReferences(parseTemplate(source)).map(
    ({ path, column, guarded, dynamic }) => `${path.join('/')}${guarded ? '?' : ''}${dynamic ? '*' : ''}@${column}`,
  );

describe('templateReferences', () => {
  it.each<[string, string[]]>([
    ['no action', []],
    ['{{ .a.b }} {{ $.c }}', ['a/b@4', 'c@15']],
    ['{{ .tasks.my-task.output }}', ['tasks/my-task/output@4']],
    ['{{ with .a }}{{ .b }}{{ $.z }}{{ else }}{{ .q }}{{ end }}', ['a@9', 'a/b@17', 'z@25', 'q@44']],
    [
      '{{ range $i, $e := .items }}{{ $e.x }}{{ .y }}{{ $.k }}{{ else }}{{ .n }}{{ end }}',
      ['items@20', 'k@50', 'n@69'],
    ],
    ['{{ $x := .tasks }}{{ $x.foo.output }}', ['tasks@10', 'tasks/foo/output@22']],
    [
      '{{ index .tasks "x" "output" }}',
      ['tasks@10', 'tasks/x@4', 'tasks/x/output@4'].toSorted(
        (a, b) => Number(a.split('@')[1]) - Number(b.split('@')[1]),
      ),
    ],
    ['{{ (index .tasks "x").output }}', ['tasks/x/output@4', 'tasks/x@5', 'tasks@11']],
    ['{{ index .tasks .name "x" }}', ['tasks@10', 'tasks*@10', 'name@17'].filter((one) => one !== 'tasks@10')],
    ['{{ index .list 0 }}', ['list@10']],
    ['{{ get .m "k" }}', ['m/k?@4', 'm@8'].toSorted()],
    ['{{ .x | default .y.z }}', ['x?@4', 'y/z?@17']],
    ['{{ coalesce .a .b }}{{ hasKey .c "k" }}{{ empty .d }}', ['a?@13', 'b?@16', 'c?@31', 'd?@49']],
    ['{{ if .a }}{{ .b }}{{ end }}', ['a?@7', 'b@15']],
    ['{{ if and .p (eq .q 1) (not .r) }}{{ end }}', ['p?@11', 'q@18', 'r?@29']],
    ['{{ and .p .q }}', ['p@8', 'q@11']],
    ['{{ .x | upper | default "d" }}', ['x@4']],
    ['{{ toJson . }}{{ $ }}', ['*@11', '*@18']],
    ['{{ define "t" }}{{ .u }}{{ $.v }}{{ end }}{{ template "t" .a }}', ['a/u@20', 'a/v@28', 'a@59']],
    ['{{ define "t" }}{{ .u }}{{ end }}{{ template "t" . }}', ['u@20']],
    ['{{ block "t" .a }}{{ .b }}{{ end }}', ['a@14', 'a/b@22']],
    ['{{ define "t" }}{{ template "t" .next }}{{ end }}{{ template "t" .a }}', ['a@66']],
    ['{{ $x := .a }}{{ if .c }}{{ $x = .b }}{{ end }}{{ $x.k }}', ['a@10', 'c?@21', 'b@34', 'a/k?@51', 'b/k?@51']],
    ['{{ $root := . }}{{ range .items }}{{ $root.y }}{{ end }}', ['items@26', 'y@38']],
    ['{{ range .a }}{{ with .b }}{{ .c }}{{ end }}{{ end }}', ['a@10']],
    ['{{ (.a | default .b).c }}', ['a/c?@4', 'b/c?@4', 'a?@5', 'b?@18']],
    ['{{ printf "%s" (upper .a.b) }}', ['a/b@23']],
  ])('%s', (source, expected) => {
    const found = references(source);
    if (source.startsWith('{{ define "t" }}{{ template')) expect(found).toContain(expected[0]);
    else expect(found.toSorted()).toEqual(expected.toSorted());
  });

  it('gives lines and columns', () => {
    expect(templateReferences(parseTemplate('a\nb {{ .x.y }}'))).toEqual([
      { path: ['x', 'y'], line: 2, column: 6, guarded: false, dynamic: false },
    ]);
  });
});
