// What the fuzzer found, in its shortest form.
import { each, lines } from '../case-lines.mjs';

const data = {
  words: ['a', 'b,c'],
  nil: null,
  m: { a: null, k: 'é世😀' },
  l: [-2.25, { b: false }, []],
  n: 3,
  nums: [7, 4],
};

export const cases = [
  ...each(
    ['{{ snakecase "@" }}', '{{ kebabcase "@" }}', '{{ camelcase "@" }}'],
    '$a|a$|a+b|a<<b|<A|AB<C|a1<|<1|<1a|é😀x|😀😀|a😀1b|+_+|x=Y|a$1|A$B|a.$b|a$.b|1$2|1$a|a $b|ab12$|A1$|a1b$|<a.b>|a²b|Ⅷx|aⅧ|ǅa|aǅb|é世😀|世A|a世1b|ʰ|aªb|aאb|aアb|a々b|a〇b|[-2|[-a|.-.|.-2|a.-b|[-|[- 2|.-A|[_A|{-2b|._|_.|-.5|a -b|a- b|[-2]|--a|a\u0301B|<nil>\\n'.split(
      '|',
    ),
  ),
  ...lines(
    String.raw`
{{- r
{{ define1
{{ endquote
{{ unt.
{{ b
{{ $v0=$ }}
{{ $v0 =$ }}
{{ if index .words -1 }}{{ end }}
{{ if index .words 4 }}{{ end }}
{{ index .words 1.5 | empty }}
{{ chunk -1 (list 1 2) }}
{{ chunk -5 (list 1 2 3) }}
{{ chunk -1 (list 1 2 3) }}
{{ chunk -1 (list 1) }}
{{ chunk -1 (list) }}
{{ mergeOverwrite .nil }}
{{ merge .m.a (dict "a" 1) }}
{{ $x := .nil }}{{ merge $x (dict "a" 1) | toJson }}
{{ merge (index .m "a") (dict "a" 1) | toJson }}
{{ merge nil | toJson }}
{{ merge nil (dict) | toJson }}
{{ set (merge nil (dict)) "zz" "zz" }}
{{ set (merge nil) "zz" "zz" }}
{{ merge (dict) (dict "a" nil) | toJson }}
{{ merge (dict "a" 1) (dict "a" nil "b" nil) | toJson }}
{{ mergeOverwrite (dict) (dict "a" nil) | toJson }}
{{ unset (fromJson "no json") "b" }}
{{ unset nil "a" | toJson }}
{{ unset nil "a" | printf "%#v" }}
{{ set (unset nil "a") "b" 1 }}
{{ eq (unset nil "a") nil }}
{{ eq (toDate "2006-01-02" "x") (semver "1.2.3") }}
{{ eq now (list) }}
{{ durationRound (toDate "2006-01-02" "12") }}
{{ ago (toDate "2006-01-02" "12") }}
{{ date "06" (toDate "2006-01-02" "0001-01-01") }}
{{ dateInZone "06 2006" (toDate "15:04:05" "x") "America/New_York" }}
{{ dateInZone "2006-01-02" (toDate "2006-01-02" "0000-01-01") "America/New_York" }}
{{ "3.5" | wrapWith 1 "" }}
{{ le "ß" (b64dec "null") }}
{{ lt "\uffff" "\U0001F600" }}{{ lt "\xff" "\U0001F600" }}{{ lt "a\xc3" "aé" }}
{{ sortAlpha (list "\xff" "é" "\U0001F600" "\uffff" "z") | join "," | printf "%q" }}
{{ define "t" }}{{ .x.y }}{{ end }}{{ template "t" }}
{{ range $i, $e := .l }}{{ $i }}{{ $e }}{{ else }}{{ end }}
{{ printf "%t" .words }}
{{ printf "%#v" .l }}
{{ regexSplit "(" "abc" 0 }}
{{ regexMatch "(" "abc" }}
{{ set (merge (fromJson "0x1F") (fromJson "x")) "x" 1 }}
{{ merge nil nil | toJson }}
{{ merge nil (dict) nil | toJson }}
{{ ago (toDate "2006-01-02" "2009-11-10") }}
{{ ago 1257894000 }}|{{ ago (int64 1257893000) }}|{{ ago "x" }}
{{ must_date_modify "1h" (toDate "2006-01-02" "2009-11-10") }}
{{ must_date_modify "x" now }}
{{ date_modify "-1h" (toDate "2006-01-02" "2009-11-10") }}
{{ date_modify "x" (toDate "2006-01-02" "2009-11-10") }}
{{ htmlAttrEscape "a=\"b\" 'c' <d> &" 1 nil }}
{{ htmlEscape "a=\"b\" 'c' <d> &" }}|{{ htmlEscape }}|{{ htmlEscape nil }}
{{ jsEscape "a='b' </script> \n" }}|{{ jsEscape .l }}|{{ jsEscape nil }}
{{ htmlDate (toDate "2006-01-02" "2024-02-29") }}
{{ htmlDate 1257894000 }}|{{ htmlDate nil }}
{{ tuple 1 "a" nil | toJson }}|{{ tuple }}
{{ mustDeepCopy (list 1 (dict "a" nil)) | toJson }}
{{ mustDeepCopy .m | toJson }}
{{ mustDeepCopy nil }}
{{ unixEpoch (toDate "2006-01-02T15:04:05Z07:00" "2001-09-09T01:46:40.5+02:00") }}
{{ unixEpoch now }}
{{ nindent 2 "a\nb" }}|{{ nindent 0 "" }}
{{ ge 2 1 }}{{ ge "a" "b" }}{{ ge 1.5 1.5 }}{{ ge .n 3 }}
{{ randNumeric 0 }}|{{ randAlphaNum 0 }}|{{ randAscii 0 }}|{{ randAlpha 0 }}
{{ randNumeric 1 | len }}|{{ regexMatch "^[0-9]{9}$" (randNumeric 9) }}|{{ regexMatch "^[a-zA-Z]{9}$" (randAlpha 9) }}
{{ randInt 0 1 }}|{{ randInt -3 -2 }}
{{ randAlpha "1" }}
{{ fail "" }}
{{ snakecase (b64dec (sha256sum "<b>&\\"'")) }}
{{ kebabcase (b64dec (sha1sum " z")) }}
{{ kebabcase (b64dec "Qf9hQ/9E/2X/IP8tYf8=") }}|{{ snakecase (b64dec "/zH/YS//X/8=") }}|{{ snakecase (b64dec "//8=") }}
{{ len (camelcase (b64dec "0x1F")) }}|{{ len (snakecase (b64dec "Qf9hQ/8=")) }}|{{ len (snakecase (b64dec "Yf9h/w==")) }}|{{ len (kebabcase (b64dec "Yf8t/w==")) }}
{{ toStrings (regexFindAll "^." "abc" 0) | toJson }}|{{ toStrings (list) | toJson }}|{{ regexFindAll "b" "abc" 1 | toStrings }}
{{ add.l 1 }}
{{ range $k, $v := set .m "z" 1 }}{{ $_ := set $.m "k" $k }}{{ $v }},{{ end }}{{ .m.k }}
{{ index "a" 0 | date "2006-01-02" }}|{{ date "2006-01-02" 86400 }}|{{ int64 86400 | date "2006-01-02" }}|{{ date "2006-01-02" 1.5 }}
{{ $n := 5 }}{{ $n.l 1 }}
{{ .m.k 1 }}
{{ .s.k 1 }}
{{ .nil.k 1 }}
{{ .l.k 1 }}
{{ initials (camelcase (wrapWith 0 "a/b/../c.txt" "ß")) }}
`,
    data,
  ),
];
