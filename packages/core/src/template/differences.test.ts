import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateOracleCase, parseFixture } from './testing/oracle-cases.js';

/** Every deliberate difference from Go: the rule that asks for it, a template, what we make of it. */
const DIFFERENCES: readonly (readonly [rule: string, template: string, ours: string])[] = [
  // D-12: whole and other numbers compare by value. Go refuses.
  ['D-12', '{{ eq 1 1.0 }}', '=true'],
  ['D-12', '{{ eq .n 7.0 }}', '=true'],
  ['D-12', '{{ ne 1 1.5 }}', '=true'],
  ['D-12', '{{ lt 1 1.5 }}', '=true'],
  ['D-12', '{{ ge .f 1 }}', '=true'],
  ['D-12', '{{ eq .f 1 1.5 }}', '=true'],
  // D-13: `default`, `coalesce`, `hasKey`, `empty` and `if` accept a path that does not exist.
  ['D-13', '{{ .missing | default "d" }}', '=d'],
  ['D-13', '{{ default "d" .m.missing }}', '=d'],
  ['D-13', '{{ default "d" .nil.a.b }}', '=d'],
  ['D-13', '{{ .missing.deeper | default "d" | upper }}', '=D'],
  ['D-13', '{{ coalesce .missing .m.b "c" }}', '=c'],
  ['D-13', '{{ hasKey .missing "a" }}', '=false'],
  ['D-13', '{{ empty .missing }}', '=true'],
  ['D-13', '{{ .missing | empty }}', '=true'],
  ['D-13', '{{ if .missing }}y{{ else }}n{{ end }}', '=n'],
  ['D-13', '{{ if .m.a.b.c }}y{{ else }}n{{ end }}', '=n'],
  ['D-13', '{{ if and .n .missing }}y{{ else }}n{{ end }}', '=n'],
  ['D-13', '{{ if or .missing .n }}y{{ else }}n{{ end }}', '=y'],
  ['D-13', '{{ if not .missing }}y{{ end }}', '=y'],
  ['D-13', '{{ if (.missing) }}y{{ else }}n{{ end }}', '=n'],
  ['D-13', '{{ if .missing | not }}y{{ end }}', '=y'],
  ['D-13', '{{ if false }}{{ else if .missing }}y{{ else }}n{{ end }}', '=n'],
  ['D-13', '{{ index .tasks "nope" "output" | default "d" }}', '=d'],
  ['D-13', '{{ (index .tasks "nope").output | default "d" }}', '=d'],
  ['D-13', '{{ $x := .m }}{{ $x.b | default "d" }}', '=d'],
  // A missing member of a map of texts is an empty text in Go, into which the next key does not fit.
  ['D-13', '{{ if index (splitn "," 1 "a") "k" "l" }}y{{ else }}n{{ end }}', '=n'],
  // D-14: names with hyphens, and names that start with a digit, are part of a path.
  ['D-14', '{{ .tasks.my-task.output.v }}', '=5'],
  ['D-14', '{{ $.tasks.my-task.output.v }}', '=5'],
  ['D-14', '{{ if eq .tasks.my-task.output.v 5 }}y{{ end }}', '=y'],
  ['D-14', '{{ add .tasks.my-task.output.v 1 }}', '=6'],
  ['D-14', '{{ (.tasks).my-task.output.v }}', '=5'],
  ['D-14', '{{ $t := .tasks }}{{ $t.my-task.output.v }}', '=5'],
  ['D-14', '{{ .tasks.no-task.output }}', 'unknown-path'],
  ['D-14', '{{ .tasks.plain.2nd }}', '=1'],
  ['D-14', '{{ .tasks.no-task | default "d" }}', '=d'],
  // D-10: complex numbers do not exist, and a variable is not visible before or outside of its scope even where no
  // evaluation comes by: Go notices that when it gets there.
  ['D-10', '{{ 1i }}', 'syntax'],
  ['D-10', '{{ if false }}{{ $x := 1 }}{{ else if true }}a{{ else }}{{ $x }}{{ end }}', 'syntax'],
  ['D-10', '{{ if false }}{{ $x := $x }}{{ end }}a', 'syntax'],
  // Budgets: Go stops at 100,000 nested templates.
  [
    'D-10',
    '{{ define "t" }}{{ if lt . 200 }}{{ template "t" add 1 . }}{{ end }}{{ end }}{{ template "t" 0 }}',
    'too-expensive',
  ],
  // D-11: zones come from the JavaScript engine, which has no abbreviations of the past.
  ['D-11', '{{ dateInZone "MST" (toDate "2006-01-02" "2010-01-15") "Europe/Istanbul" }}', '=+02'],
  ['D-11', '{{ dateInZone "MST" (toDate "2006" "1700") "Asia/Tokyo" }}', '=JST'],
  // D-10: values of Go that we have only in part. A list ends where it ends: Go's slices may be cut past that. Times and
  // versions have the methods that give a part of them, print as text only, and are copied.
  ['D-10', '{{ slice .nums 0 4 }}', 'bad-argument'],
  ['D-10', '{{ deepCopy (semver "1.2.3") }}', '=1.2.3'],
  ['D-10', '{{ printf "%#v" (toDate "2006-01-02" "2024-02-29") }}', '="2024-02-29 00:00:00 +0000 UTC"'],
  ['D-10', '{{ printf "%#v" (semver "1.2.3-beta.1") }}', '="1.2.3-beta.1"'],
  ['D-10', '{{ printf "%d" (toDate "2006-01-02" "2024-02-29") }}', '=%!d(time.Time=2024-02-29 00:00:00 +0000 UTC)'],
  ['D-10', '{{ now.AddDate 1 0 0 }}', 'bad-argument'],
  // A list of variables without an assignment, which Go takes for one.
  ['D-10', '{{ range $i,$.m }}{{ end }}', 'syntax'],
];

describe('deliberate differences from Go', () => {
  const text = readFileSync(join(import.meta.dirname, '__fixtures__/differences.jsonl'), 'utf8');
  const cases = new Map(parseFixture(text).map((one) => [one.t, one]));

  it('lists each case once, with what Go does', () => {
    expect(DIFFERENCES.map(([, template]) => template).toSorted()).toEqual([...cases.keys()].toSorted());
  });

  it.each(DIFFERENCES)('%s: %s', (_rule, template, ours) => {
    const one = cases.get(template)!;
    const { out, err } = evaluateOracleCase(one);
    expect(err ?? `=${out}`).toBe(ours);
    expect(one.err ?? `=${one.out}`).not.toBe(ours);
  });

  // D-11: what sprig has beyond the closed list.
  it.each(
    `bcrypt htpasswd genPrivateKey derivePassword buildCustomCert genCA genCAWithKey genSelfSignedCert
    genSelfSignedCertWithKey genSignedCert genSignedCertWithKey encryptAES decryptAES randBytes env expandenv
    getHostByName`.split(/\s+/),
  )('D-11: %s does not exist', (name) => {
    expect(evaluateOracleCase({ t: `{{ ${name} "x" }}`, data: {} }).err).toBe('unknown-function');
  });
});
