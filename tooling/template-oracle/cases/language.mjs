// The language: actions, pipelines, variables, control, templates, text.
const data = {
  s: 'text',
  n: 7,
  f: 1.5,
  big: 1000000,
  t: true,
  u: false,
  nil: null,
  e: '',
  zero: 0,
  list: [1, 2, 3],
  names: ['a', 'b'],
  none: [],
  map: { a: 1, b: 'x', c: null },
  empty: {},
  deep: {
    a: { b: { c: 'found' } },
    list: [
      { id: 1, tags: ['x', 'y'] },
      { id: 2, tags: [] },
    ],
  },
  html: '<a href="x">&\'',
  mixed: [1, 'two', 3.5, null, true, { k: 'v' }, [1]],
  neg: -3,
  key: 'a',
  i: 1,
  'with space': 1,
  Übung: 'ü',
  _x: 'under',
  toString: 'own',
  users: { z: 26, a: 1, m: 13 },
};

const plain = String.raw`
|plain text|{{ .s }}|{{.s}}|{{ .n }}|{{ .f }}|{{ .big }}|{{ .t }}|{{ .u }}|{{ .nil }}|{{ .e }}|{{ .list }}|{{ .map }}|{{ .mixed }}
|{{ .empty }}|{{ .none }}|{{ .deep }}|{{ .deep.a.b.c }}|{{ $.deep.a.b.c }}|{{ $ | len }}|{{ len . }}|{{ .missing }}|{{ .deep.missing }}|{{ .deep.a.missing.c }}
|{{ .nil.x }}|{{ .s.x }}|{{ .n.x }}|{{ .list.x }}|{{ .map.c.d }}|{{ .Übung }}|{{ ._x }}|{{ .toString }}|{{ .constructor }}|{{ .hasOwnProperty }}|{{ .__proto__ }}
|a{{ .s }}b{{ .n }}c|{{ "text" }}|{{ "a\tb\n\"q\" \\ \x41 \u00e9 \U0001F600 \101" }}|{{ 'a' }}|{{ '\n' }}|{{ '\'' }}|{{ 'é' }}|{{ '\x41' }}|{{ '世' }}
|{{ 1 }}|{{ -1 }}|{{ +1 }}|{{ 0x1F }}|{{ 0X1f }}|{{ 0o17 }}|{{ 017 }}|{{ 0b101 }}|{{ 1_000 }}|{{ 0x_1F }}|{{ 1.5 }}|{{ 1.0 }}|{{ .5 }}|{{ 1. }}|{{ 1e3 }}|{{ 1E-3 }}|{{ 1e100 }}|{{ 0x1p4 }}|{{ 0x1.8p1 }}
|{{ 08 }}|{{ 1__0 }}|{{ _1 }}|{{ 1_ }}|{{ 0x }}|{{ 1e }}|{{ 1a }}|{{ 9223372036854775807 }}|{{ 9223372036854775808 }}|{{ 18446744073709551616 }}|{{ -9223372036854775808 }}|{{ -9223372036854775809 }}|{{ 1e19 }}|{{ 1e400 }}|{{ 0.1 }}|{{ 1e21 }}|{{ 1e20 }}|{{ 0.0001 }}|{{ 0.00001 }}|{{ -0.0 }}|{{ -0 }}|{{ 123456789.0 }}|{{ 1_0.5 }}|{{ 3.0e0 }}
|{{ true }}|{{ false }}|{{ nil }}|{{ . }}x|{{ "" }}
|{{ print .nil }}|{{ print nil }}|{{ print 1 2 }}|{{ print "a" "b" }}|{{ print 1 "a" 2 3 }}|{{ print }}|{{ println }}|{{ println 1 "a" nil }}|{{ println .list .map }}
|{{ .s | print }}|{{ .s | printf "%s-%s" "x" }}|{{ 1 | print | print | len }}|{{ .list | len | print "n=" }}|{{ "a" | upper | lower | upper }}
|{{ (.s) }}|{{ (len .list) }}|{{ (.deep).a.b.c }}|{{ (.deep.a).b.c }}|{{ (index .deep.list 0).id }}|{{ (index .deep.list 0).tags }}|{{ ((.deep)).a.b.c }}|{{ (print "a" | upper) }}|{{ (dict "a" (dict "b" 5)).a.b }}
|{{ index .list 0 }}|{{ index .list 2 }}|{{ index .list 3 }}|{{ index .list -1 }}|{{ index .map "a" }}|{{ index .map "zz" }}|{{ index .map "c" }}|{{ index .map 1 }}|{{ index .list "a" }}|{{ index .nil 1 }}|{{ index .deep "a" "b" "c" }}|{{ index .deep.list 1 "id" }}|{{ index .deep "list" 0 "tags" 1 }}|{{ index .s 0 }}|{{ index .s 9 }}|{{ index .map }}|{{ index 1 1 }}|{{ index .deep "zz" "b" }}|{{ index .map nil }}|{{ index .list nil }}|{{ index .list 1.5 }}|{{ index .list 1.0 }}|{{ index .list .i }}|{{ index .map .key }}|{{ index }}|{{ index .mixed 5 "k" }}|{{ 0 | index .list }}|{{ index .n 0 }}|{{ index nil 0 }}
|{{ slice .list 1 }}|{{ slice .list 0 2 }}|{{ slice .list }}|{{ slice .s 1 2 }}|{{ slice .list 2 1 }}|{{ slice .list 0 9 }}|{{ slice .none 0 }}|{{ slice .list 0 1 2 }}
|{{ len .s }}|{{ len .Übung }}|{{ len .map }}|{{ len .n }}|{{ len .nil }}|{{ len }}|{{ len 1 2 }}|{{ len nil }}|{{ len .none }}
|{{ html .html }}|{{ js .html }}|{{ urlquery .html "&a=b" }}|{{ .html | html }}|{{ html 1 2 }}|{{ html "a" "b" }}|{{ js "\n\t\u2028=<>&'\"\\é\x00" }}|{{ urlquery "a b/é?~-_.!*'()" }}|{{ html .nil }}|{{ html .list }}|{{ urlquery .map }}|{{ html "\x00" }}|{{ js "😀\u00a0\u200b" }}|{{ html }}|{{ js 1.5 true }}
|{{ htmlEscape .html }}|{{ htmlAttrEscape .html }}|{{ jsEscape .html }}|{{ .html | htmlEscape }}|{{ jsEscape 1 }}|{{ htmlEscape .list }}
|{{ not .t }}|{{ not .nil }}|{{ not .e }}|{{ not 1 }}|{{ not }}|{{ and .t .s }}|{{ and .u .s }}|{{ and .t }}|{{ and }}|{{ or .u .s }}|{{ or .u .e }}|{{ or .e 0 }}|{{ or .s (fail "x") }}|{{ and .u (fail "x") }}|{{ and .t (fail "x") }}|{{ and .e | len }}|{{ .s | and .t }}|{{ .s | or .u }}|{{ .s | or .n }}|{{ and 1 2 3 }}|{{ or 0 "" 3 }}|{{ and .nil 1 }}|{{ or .nil .nil }}|{{ not .map }}|{{ not .empty }}|{{ not 0.0 }}|{{ and "x" .nil }}
|{{ call .s }}|{{ call .nil }}|{{ call }}|{{ call 1 2 }}
|{{ eq 1 1 }}|{{ eq 1 2 }}|{{ eq .n 7 }}|{{ eq .s "text" }}|{{ eq "a" "b" "a" }}|{{ eq .n 1 2 7 }}|{{ eq .nil nil }}|{{ eq nil nil }}|{{ eq .nil 1 }}|{{ eq 1 nil }}|{{ eq .t true }}|{{ eq .s 1 }}|{{ eq 1 }}|{{ eq }}|{{ eq .map .map }}|{{ eq .list .list }}|{{ eq .map nil }}|{{ eq .list nil }}|{{ eq .map 1 }}|{{ eq 1.5 1.5 }}|{{ eq .f 1.5 }}|{{ eq 'a' 97 }}|{{ eq (add 1 2) 3 }}|{{ eq (index .s 0) 116 }}|{{ eq .u false .nil }}|{{ eq "x" .nil }}|{{ eq true 1 }}|{{ eq .f 1.5 2.5 }}|{{ eq .e "" }}
|{{ ne 1 2 }}|{{ ne "a" "a" }}|{{ ne .nil nil }}|{{ ne 1 "a" }}|{{ ne 1 }}|{{ ne 1 2 3 }}|{{ ne .map nil }}|{{ lt 1 2 }}|{{ lt 2 1 }}|{{ lt "a" "b" }}|{{ lt 1.5 2.5 }}|{{ lt .nil 1 }}|{{ lt true false }}|{{ lt 1 "a" }}|{{ lt .list 1 }}|{{ le 1 1 }}|{{ le 2 1 }}|{{ gt 2 1 }}|{{ gt 1 1 }}|{{ ge 1 1 }}|{{ ge "b" "a" }}|{{ ge 0 1 }}|{{ le "a" "a" }}|{{ lt "Z" "a" }}|{{ lt "é" "z" }}|{{ lt "\uffff" "\U0001F600" }}|{{ gt .nil nil }}|{{ lt 1 }}|{{ 3 | lt 2 }}|{{ 1 | eq 1 }}
|{{/* comment */}}x|a{{- /* c */ -}} b|a {{/* c */ -}} b|{{/* a
b */}}z|{{ /* no */ }}|{{/* no }}|{{/* a */ }}|{{/**/}}|{{/* a */-}}
|a {{- .s -}} b|a {{- .s }} b|a {{ .s -}} b|{{- .s -}}|  {{- "x" -}}  |{{ .s -}}
  next|a
{{- .s }}|{{-.s}}|{{- 3 -}}|{{-3}}|{{ 3 -}}|{{3-}}|{{ .n -}}-{{- .n }}|{{- -}}|{{ - 1 }}
|{{ if .t }}yes{{ end }}|{{ if .u }}yes{{ end }}|{{ if .u }}a{{ else }}b{{ end }}|{{ if .u }}a{{ else if .t }}b{{ else }}c{{ end }}|{{ if .u }}a{{ else if .u }}b{{ else }}c{{ end }}|{{ if .u }}a{{ else if .u }}b{{ end }}|{{ if .list }}l{{ end }}|{{ if .none }}l{{ else }}none{{ end }}|{{ if .map }}m{{ end }}|{{ if .empty }}m{{ else }}empty{{ end }}|{{ if .zero }}z{{ else }}0{{ end }}|{{ if 0.0 }}z{{ else }}0{{ end }}|{{ if .nil }}n{{ else }}nil{{ end }}|{{ if "" }}s{{ else }}es{{ end }}|{{ if and .t (gt .n 5) }}both{{ end }}|{{ if not .u }}not{{ end }}|{{ if $x := .s }}{{ $x }}{{ else }}no{{ $x }}{{ end }}|{{ if $x := .e }}a{{ else }}no{{ $x }}{{ end }}|{{ if eq .n 7 }}seven{{ end }}|{{ if (eq .s "text") }}p{{ end }}|{{ if nil }}a{{ end }}|{{ if .neg }}neg{{ end }}|{{ if }}a{{ end }}|{{ if .t }}|{{ end }}|{{ else }}|{{ if .t }}{{ else }}{{ else }}{{ end }}|{{ if .t }}a{{ end }}{{ end }}|{{ if .t }}a{{ else with .s }}b{{ end }}|{{ if .t }}{{ if .u }}a{{ else }}b{{ end }}{{ else }}c{{ end }}
|{{ with .s }}{{ . }}{{ end }}|{{ with .e }}{{ . }}{{ else }}none{{ end }}|{{ with .deep.a }}{{ .b.c }}{{ $.s }}{{ end }}|{{ with $x := .deep }}{{ $x.a.b.c }}{{ .a.b.c }}{{ end }}|{{ with .nil }}a{{ else with .s }}b{{ . }}{{ else }}c{{ end }}|{{ with .nil }}a{{ else with .e }}b{{ else }}c{{ . | len }}{{ end }}|{{ with .list }}{{ index . 1 }}{{ end }}|{{ with .missing }}a{{ end }}|{{ with 5 }}{{ . }}{{ end }}|{{ with .zero }}a{{ else }}{{ .s }}{{ end }}|{{ with .t }}{{ . }}{{ end }}|{{ with .nil }}a{{ else if .t }}b{{ end }}
|{{ range .list }}{{ . }},{{ end }}|{{ range $e := .list }}{{ $e }}{{ . }}{{ end }}|{{ range $i, $e := .list }}{{ $i }}={{ $e }} {{ end }}|{{ range .none }}a{{ else }}none{{ end }}|{{ range .nil }}a{{ else }}nil{{ end }}|{{ range .users }}{{ . }} {{ end }}|{{ range $k, $v := .users }}{{ $k }}:{{ $v }} {{ end }}|{{ range $v := .users }}{{ $v }} {{ end }}|{{ range 3 }}{{ . }}{{ end }}|{{ range $i := 3 }}{{ $i }}{{ end }}|{{ range $i, $e := 3 }}{{ $i }}{{ end }}|{{ range 0 }}a{{ else }}zero{{ end }}|{{ range .neg }}a{{ else }}neg{{ end }}|{{ range .n }}{{ . }}{{ end }}|{{ range .f }}a{{ end }}|{{ range 1.0 }}a{{ end }}|{{ range .s }}a{{ end }}|{{ range .t }}a{{ end }}|{{ range add 1 2 }}{{ printf "%T" . }}{{ end }}|{{ range .missing }}a{{ end }}|{{ range .empty }}a{{ else }}e{{ end }}
|{{ range .list }}{{ if eq . 2 }}{{ break }}{{ end }}{{ . }}{{ end }}|{{ range .list }}{{ if eq . 2 }}{{ continue }}{{ end }}{{ . }}{{ end }}|{{ range .list }}{{ range $.names }}{{ if eq . "b" }}{{ break }}{{ end }}{{ . }}{{ end }}{{ . }}{{ end }}|{{ break }}|{{ continue }}|{{ range .none }}{{ else }}{{ break }}{{ end }}|{{ range .list }}{{ break 1 }}{{ end }}|{{ range .list }}{{ with . }}{{ if eq . 2 }}{{ break }}{{ end }}{{ . }}{{ end }}{{ end }}|{{ range .list }}{{ range $.none }}{{ else }}{{ break }}{{ end }}{{ . }}{{ end }}|{{ range .users }}{{ if gt . 5 }}{{ continue }}{{ end }}{{ . }}{{ end }}|{{ range 5 }}{{ if eq . 2 }}{{ break }}{{ end }}{{ . }}{{ end }}
|{{ $x := 1 }}{{ $x }}|{{ $x := .deep }}{{ $x.a.b.c }}|{{ $x := 1 }}{{ $x = 2 }}{{ $x }}|{{ $x := 1 }}{{ if .t }}{{ $x = 2 }}{{ end }}{{ $x }}|{{ $x := 1 }}{{ if .t }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}|{{ $x = 1 }}|{{ $x }}|{{ $x := 1 }}{{ $y }}|{{ if .t }}{{ $x := 1 }}{{ end }}{{ $x }}|{{ range $i, $e := .list }}{{ $i }}{{ end }}{{ $i }}|{{ $s := 0 }}{{ range .list }}{{ $s = add $s . }}{{ end }}{{ $s }}|{{ $x := "a" | upper }}{{ $x }}|{{ $x := }}|{{ $x := 1 2 }}|{{ $x, $y := 1 }}|{{ $ := 1 }}{{ $ }}|{{ $x := $ }}{{ $x.s }}|{{ $x := 1 }}{{ $x := 2 }}{{ $x }}|{{ $x := 1 }}{{ with $x }}{{ $x = 3 }}{{ end }}{{ $x }}|{{ ($y := 5) }}{{ $y }}|{{ $x := add 1 2 | mul 3 }}{{ $x }}|{{ $i := 9 }}{{ $e := 8 }}{{ range $i, $e = .list }}{{ end }}{{ $i }}{{ $e }}|{{ $x := 1 }}{{ $x = add $x 1 }}{{ $x }}|{{ $x := 1 }}{{ $x := add $x 1 }}{{ $x }}|{{ range $i, $e, $f := .list }}{{ end }}|{{ range $i, 1 := .list }}{{ end }}|{{ $a1_b := 2 }}{{ $a1_b }}|{{ $x:=1 }}{{ $x }}|{{$x:=1}}{{$x}}|{{ $x := nil }}|{{ with $x := 3 }}{{ $x }}{{ end }}|{{ $e := 1 }}{{ range $e = .list }}{{ end }}{{ $e }}
|{{ define "t" }}T{{ end }}{{ template "t" }}|{{ define "t" }}[{{ . }}]{{ end }}{{ template "t" .s }}{{ template "t" 5 }}|{{ define "t" }}{{ $ }}{{ end }}{{ template "t" .n }}|{{ template "t" }}{{ define "t" }}after{{ end }}|{{ template "missing" }}|{{ define "a" }}A{{ template "b" . }}{{ end }}{{ define "b" }}B{{ . }}{{ end }}{{ template "a" 1 }}|{{ block "b" .s }}<{{ . }}>{{ end }}|{{ block "b" .s }}{{ end }}|{{ define "t" }}{{ .x }}{{ end }}{{ template "t" }}|{{ define "t" }}{{ . }}{{ end }}{{ template "t" }}|{{ define "f" }}{{ if gt . 0 }}{{ . }},{{ template "f" sub . 1 }}{{ end }}{{ end }}{{ template "f" 3 }}|{{ define "t" }}a{{ end }}{{ define "t" }}b{{ end }}{{ template "t" }}|{{ define "t" }} {{ end }}{{ define "t" }}b{{ end }}{{ template "t" }}|{{ define "t" }}b{{ end }}{{ define "t" }}  {{ end }}{{ template "t" }}|{{ define t }}{{ end }}|{{ define "t" }}|{{ define }}{{ end }}|{{ define "t" 1 }}{{ end }}|{{ template }}|{{ template .s }}|{{ template "t" 1 2 }}|{{ if .t }}{{ define "x" }}{{ end }}{{ end }}|{{ define "t" }}{{ $x }}{{ end }}|{{ $x := 1 }}{{ define "t" }}{{ $x }}{{ end }}|{{ define "t" }}a{{ else }}b{{ end }}|{{ block "t" }}a{{ end }}|{{ block }}a{{ end }}|{{ range .list }}{{ block "x" . }}{{ break }}{{ end }}{{ end }}|{{ define "t" }}{{ if . }}y{{ else }}n{{ end }}{{ end }}{{ template "t" true }}{{ template "t" false }}|{{ define "t" }}x{{ end }}{{ range .list }}{{ template "t" . }}{{ end }}|{{ if .t }}{{ block "q" . }}in{{ end }}{{ end }}|{{ define "outer" }}{{ define "in" }}{{ end }}{{ end }}|{{ template "t" "a" | upper }}{{ define "t" }}{{ . }}{{ end }}
|{{|{{ }}|{{ .s|{{ .s }|{{ "abc }}|{{ 'a }}|{{ foo }}|{{ .s | }}|{{ | .s }}|{{ .s | | .n }}|{{ ( }}|{{ ) }}|{{ (.s }}|{{ .s) }}|{{ () }}|{{ .s .n }}|{{ "a" "b" }}|{{ 1 2 }}|{{ .s | .n }}|{{ .s | 1 }}|{{ .s | "a" }}|{{ .s | nil }}|{{ nil | print }}|{{ .s | true }}|{{ . . }}|{{ .s..n }}|{{ ..s }}|{{ .s. }}|{{ "a".b }}|{{ 1.b }}|{{ true.x }}|{{ nil.x }}|{{ .1 }}|{{ .1a }}|{{ $.s }}|{{ $.deep.a.b.c }}|{{ $x.y }}|{{ print(1) }}|{{ print (1) }}|{{ print(.s) }}|{{ .s(1) }}|{{ @ }}|{{ a.b }}|{{ print.x }}|{{ .s, .n }}|{{ ! .s }}|{{ .s + 1 }}|{{ .n == 7 }}|{{ #if }}|{{ .s ? 1 : 2 }}|{{ "\q" }}|{{ "\xZZ" }}|{{ '' }}|{{ 'ab' }}|{{ "a
b" }}|{{ .s
}}|{{
.s }}|{{ print
"a"
"b" }}|{{ if
.t }}x{{ end
}}|}}|{{ .s }}}}|{ {.s} }|{{{ .s }}}|{{ "{{" }}|{{ "}}" }}|{{ end }}|{{ if .t }}{{ end .s }}|{{ else }}|{{ é }}|{{ .é }}|{{ :x }}|{{ = }}|{{ := }}|{{ $x == 1 }}|{{ .with space }}|{{ "\u12" }}|{{ "\400" }}|{{ "\ud800" }}|{{ "\U00110000" }}
|{{ $x := .list }}{{ range $x }}{{ . }}{{ end }}|{{ range $i, $c := .deep.list }}{{ $i }}{{ $c.id }}{{ range $c.tags }}{{ . }}{{ else }}-{{ end }}{{ end }}|{{ range .deep.list }}{{ .id }}{{ $.n }}{{ end }}|{{ range .mixed }}[{{ . }}]{{ end }}|{{ range $i, $e := .mixed }}{{ printf "%T " $e }}{{ end }}
|{{ .map.a 1 }}|{{ 1 | .map.a }}|{{ .s 1 }}|{{ .deep.a.b "x" }}|{{ (.s) 1 }}|{{ $ 1 }}|{{ 1 | $ }}|{{ true 1 }}|{{ print 1 | (len) }}
|{{ printf "%d %s" .n .s }}|{{ printf .s }}|{{ printf }}|{{ printf 1 }}|{{ printf .n }}|{{ printf "%v" . | len }}
`;

function split(text) {
  // One case between two bars at nesting zero; bars in actions do not count.
  const out = [];
  let current = '';
  let at = 0;
  const body = text.trim().slice(1);
  while (at < body.length) {
    if (body.startsWith('{{', at)) {
      const end = body.indexOf('}}', at);
      const bar = body.indexOf('|{{', at + 2);
      if (end === -1 || (bar !== -1 && bar < end && !/^[^|]*\|\{\{"?\}?/.test(''))) {
        // An action that is not closed: the next case starts at the bar.
        if (bar !== -1 && bar < end) {
          current += body.slice(at, bar);
          at = bar;
          continue;
        }
      }
      const stop = end === -1 ? body.length : end + 2;
      current += body.slice(at, stop);
      at = stop;
    } else if (body[at] === '|' || (body[at] === '\n' && body[at + 1] === '|')) {
      out.push(current);
      current = '';
      at += body[at] === '\n' ? 2 : 1;
    } else {
      current += body[at];
      at += 1;
    }
  }
  out.push(current);
  return out.filter((one) => one !== '');
}

export const cases = split(plain).map((template) => [template, data]);
