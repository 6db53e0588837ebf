// Lists and maps.
import { each, lines } from '../case-lines.mjs';

const data = {
  l: [3, 1, 2],
  s: ['b', 'a', 'c', 'a'],
  none: [],
  nested: [[1, 2], [3]],
  mix: [0, 1, '', 'a', null, false, true, [], {}],
  n: 5,
  str: 'abc',
  nil: null,
  m: { a: 1, b: { c: 2, d: { e: 'deep' } }, z: null, f: false },
  o: { b: { c: 9, x: 1 }, q: 'new', f: true },
  empty: {},
  users: [
    { name: 'ann', age: 3 },
    { name: 'bob', age: 5 },
  ],
};
const oneList = [
  'first',
  'last',
  'rest',
  'initial',
  'reverse',
  'uniq',
  'compact',
  'mustFirst',
  'mustLast',
  'mustRest',
  'mustInitial',
  'mustReverse',
  'mustUniq',
  'mustCompact',
  'sortAlpha',
  'len',
  'toStrings',
  'slice',
  'mustSlice',
  'deepCopy',
];
const listValues = [
  '.l',
  '.s',
  '.none',
  '.nested',
  '.mix',
  '.n',
  '.str',
  '.nil',
  '.m',
  '(list)',
  '(list 1 1 2 nil nil "a" "a")',
  '(splitList "," "x,y,x")',
  '(until 3)',
  '(list 1 (add 0 1) 1.0)',
  '""',
];
const listAndValue = ['append', 'prepend', 'push', 'mustAppend', 'mustPrepend', 'mustPush', 'without', 'mustWithout'];

export const cases = [
  ...oneList.flatMap((name) =>
    listValues.flatMap((value) => [
      [`{{ ${name} ${value} }}`, data],
      [`{{ ${name} ${value} | toJson }}`, data],
    ]),
  ),
  ...listAndValue.flatMap((name) =>
    ['.l', '.s', '.none', '.nil', '.str', '.n', '.mix', '(until 3)', '(splitList "," "a,b")'].flatMap((list) =>
      ['1', '"a"', 'nil', '(list 1)', '(add 0 1)'].map((value) => [`{{ ${name} ${list} ${value} | toJson }}`, data]),
    ),
  ),
  ...each(
    ['{{ has @ }}', '{{ mustHas @ }}'],
    [
      '1 .l',
      '9 .l',
      '"a" .s',
      '"1" .l',
      'nil .mix',
      'nil .nil',
      '1 .nil',
      '1 .str',
      '1 .m',
      '(list 1 2) .nested',
      '(add 0 1) .l',
      '(int (add 0 1)) .l',
      '1.0 .l',
      '"a" (splitList "," "a,b")',
      '(dict) .mix',
      '(list) .mix',
      '1',
      '1 2 3',
    ],
    data,
  ),
  ...each(
    ['{{ slice @ | toJson }}', '{{ mustSlice @ | toJson }}'],
    [
      '.l',
      '.l 1',
      '.l 1 2',
      '.l 0 3',
      '.l 3',
      '.l 4',
      '.l 2 1',
      '.l -1',
      '.l 0 9',
      '.none',
      '.none 1',
      '.none 0 5',
      '.l "1"',
      '.l 1.9',
      '.nil',
      '.str 1',
      '(until 5) 1 3',
      '.l 1 2 3',
      '.l nil',
      '.l nil nil',
      '.s 0 0',
    ],
    data,
  ),
  ...each(
    ['{{ chunk @ }}', '{{ chunk @ | toJson }}', '{{ mustChunk @ | toJson }}', '{{ typeOf (chunk @) }}'],
    [
      '2 .l',
      '1 .l',
      '9 .l',
      '3 .l',
      '0 .l',
      '-1 .l',
      '2 .none',
      '2 .nil',
      '2 .str',
      '3 (until 8)',
      '2 (list 1 nil "a")',
    ],
    data,
  ),
  ...each(
    ['{{ concat @ | toJson }}'],
    ['.l .s', '.l', '', '.none .none', '.l .nil', '.l 1', '.l "a"', '.l (until 2)', '(list) (list 1) (list)'],
    data,
  ),
  ...each(
    ['{{ dict @ | toJson }}', '{{ dict @ }}', '{{ keys (dict @) | sortAlpha }}', '{{ len (dict @) }}'],
    [
      '',
      '"a" 1',
      '"a" 1 "b" 2',
      '"a"',
      '"a" 1 "a" 2',
      '1 2',
      '1.5 2',
      'nil 1',
      '"b" (list 1) "a" (dict "x" nil)',
      '.str .l',
      '(list 1) 2',
      'true 1',
    ],
    data,
  ),
  ...each(
    ['{{ get @ }}', '{{ hasKey @ }}', '{{ get @ | toJson }}'],
    [
      '.m "a"',
      '.m "zz"',
      '.m "z"',
      '.m "b"',
      '.empty "a"',
      '.l "a"',
      '.str "a"',
      '.m 1',
      '.m',
      '.m "a" "b"',
      '(split "," "a,b") "_0"',
      '.n "x"',
      'nil "a"',
    ],
    data,
  ),
  ...each(
    ['{{ set @ | toJson }}', '{{ $x := set @ }}{{ $x | toJson }}'],
    [
      '(dict) "a" 1',
      '(dict "a" 1) "a" 2',
      '(dict "a" 1) "b" nil',
      '(dict) 1 1',
      '(dict) "a"',
      '.l "a" 1',
      '(dict "x" 1) "y" (list 1 2)',
    ],
    data,
  ),
  ...each(
    ['{{ unset @ | toJson }}'],
    ['(dict "a" 1) "a"', '(dict "a" 1) "b"', '(dict) "a"', '(dict "a" 1 "b" 2) "a"', '.l "a"', '(dict) 1'],
    data,
  ),
  ...each(
    ['{{ pick .m @ | toJson }}', '{{ omit .m @ | toJson }}'],
    ['"a"', '"a" "b"', '', '"zz"', '"a" "zz" "z"', '1', '"f" "z" "a" "b"'],
    data,
  ),
  ...each(
    ['{{ pluck @ | toJson }}'],
    [
      '"a" .m .o',
      '"b" .m .o',
      '"zz" .m',
      '"q" .m .o',
      '"z" .m',
      '"a"',
      '1 .m',
      '"a" .l',
      '"name" (index .users 0) (index .users 1)',
    ],
    data,
  ),
  ...each(
    ['{{ dig @ | toJson }}', '{{ dig @ }}'],
    [
      '"b" "c" "def" .m',
      '"b" "zz" "def" .m',
      '"zz" "c" "def" .m',
      '"b" "d" "e" "def" .m',
      '"a" "x" "def" .m',
      '"z" "def" .m',
      '"z" "x" "def" .m',
      '"a" "def" .m',
      '"def" .m',
      '.m',
      '',
      '"a" "def" .l',
      '1 "def" .m',
      '"b" "d" 5 .m',
      '"zz" nil .m',
      '"f" true .m',
    ],
    data,
  ),
  ...each(
    [
      '{{ @ (dict "a" 1 "n" nil "e" "" "z" 0 "d" (dict "x" 1)) (dict "a" 2 "n" 3 "e" 4 "z" 5 "d" (dict "x" 9 "y" 2) "new" (list 1)) | toJson }}',
      '{{ @ (dict "a" (dict "b" 1)) (dict "a" 2) | toJson }}',
      '{{ @ (dict "a" 1) (dict "a" (dict "b" 2)) | toJson }}',
      '{{ @ (dict "l" (list 1)) (dict "l" (list 2 3)) | toJson }}',
      '{{ @ (dict "l" (list)) (dict "l" (list 2 3)) | toJson }}',
      '{{ @ (dict) (dict "a" 1) (dict "a" 2 "b" 3) | toJson }}',
      '{{ @ (dict "a" 1) | toJson }}',
      '{{ @ (dict "a" true) (dict "a" false) | toJson }}',
      '{{ @ (dict "a" "x") (dict "a" "") | toJson }}',
      '{{ @ (dict "a" 1) (dict "a" nil) | toJson }}',
      '{{ @ (dict "a" "x") (dict "a" 1) | toJson }}',
      '{{ @ (dict "a" (dict)) (dict "a" (dict "b" (dict "c" 1))) | toJson }}',
      '{{ $a := dict "x" 1 }}{{ $b := @ $a (dict "y" 2) }}{{ $a | toJson }}{{ $b | toJson }}',
      '{{ @ }}',
      '{{ @ 1 }}',
      '{{ @ (dict) 1 }}',
      '{{ @ (dict "a" 1.5) (dict "a" 0.0 "b" 0) | toJson }}',
      '{{ @ (dict "a" (list 1 2)) (dict "a" (list)) | toJson }}',
      '{{ @ (dict "a" (dict "p" 1 "q" nil)) (dict "a" (dict "p" nil "q" 2)) | toJson }}',
      '{{ @ (dict "a" (dict "p" 1)) (dict "a" nil) | toJson }}',
      '{{ @ (dict "a" (list 1)) (dict "a" "s") | toJson }}',
      '{{ @ (dict "a" nil) (dict "a" (dict "b" 1)) | toJson }}',
    ],
    ['merge', 'mustMerge', 'mergeOverwrite', 'mustMergeOverwrite'],
    data,
  ),
  ...lines(
    String.raw`
{{ list 1 2 3 }}
{{ list }}
{{ list nil }}
{{ list 1 "a" nil | toJson }}
{{ tuple 1 2 }}
{{ index (list 1 2) 1 }}
{{ range list 1 2 }}{{ . }}{{ end }}
{{ range $k, $v := dict "b" 1 "a" 2 }}{{ $k }}{{ $v }}{{ end }}
{{ keys .m | sortAlpha }}
{{ keys .m .o | sortAlpha | uniq }}
{{ keys }}
{{ keys .empty }}
{{ keys .empty | toJson }}
{{ keys .l }}
{{ values (dict "a" 1) }}
{{ values .empty | toJson }}
{{ values .m | len }}
{{ values }}
{{ values .l }}
{{ $d := dict "a" 1 }}{{ $_ := set $d "b" 2 }}{{ $d | toJson }}
{{ $d := dict }}{{ $_ := set $d "a" (dict "x" 1) }}{{ $_ := set $d.a "y" 2 }}{{ $d | toJson }}
{{ $_ := set . "added" 1 }}{{ .added }}
{{ $_ := set .m "added" 1 }}{{ .m.added }}{{ len .m }}
{{ $_ := unset .m "a" }}{{ hasKey .m "a" }}
{{ $m := .m }}{{ $_ := set $m "k" "v" }}{{ .m.k }}{{ $.m.k }}
{{ $_ := merge .m .o }}{{ .m | toJson }}
{{ $c := deepCopy .m }}{{ $_ := set $c "k" 1 }}{{ hasKey .m "k" }}{{ $c.k }}
{{ range .users }}{{ $_ := set . "seen" true }}{{ end }}{{ .users | toJson }}
{{ range .users }}{{ .name }}={{ .age }};{{ end }}
{{ (first .users).name }}
{{ (index .users 1).name | upper }}
{{ range $i, $u := .users }}{{ if $i }}, {{ end }}{{ $u.name }}{{ end }}
{{ without .l 1 2 | toJson }}
{{ without .l }}
{{ without .mix nil "" | toJson }}
{{ append .l 4 | len }}
{{ $l := list 1 }}{{ $l = append $l 2 }}{{ $l }}
{{ $l := list 1 }}{{ $m := append $l 2 }}{{ $l }}{{ $m }}
{{ first .l }}{{ last .l }}
{{ rest .l | first }}
{{ initial .l | last }}
{{ uniq .s | join "," }}
{{ reverse .s | join "," }}
{{ compact .mix | toJson }}
{{ sortAlpha .s | first }}
{{ concat .l .s | len }}
{{ deepEqual .l (list 3 1 2) }}
{{ deepEqual .m .m }}
{{ deepEqual (dict "a" (list 1)) (dict "a" (list 1)) }}
{{ deepEqual (list 1) (list 1.0) }}
{{ deepEqual (list 1) (list (add 0 1)) }}
{{ deepEqual (until 2) (list 0 1) }}
{{ deepEqual nil nil }}
{{ deepEqual nil 1 }}
{{ deepEqual .nil nil }}
{{ deepEqual "a" "a" }}
{{ deepEqual (list) (list) }}
{{ deepEqual (rest (list)) (list) }}
{{ deepEqual 1 1 }}
{{ deepEqual 1 (int64 1) }}
{{ deepEqual 1.5 1.5 }}
{{ deepEqual (dict) (dict "a" nil) }}
{{ deepEqual (list nil) (list 0) }}
{{ first (rest .l) }}
{{ first }}
{{ first .l .s }}
{{ index .nested 0 1 }}
{{ len .nested }}
{{ .nested }}
{{ dict "a" }}
{{ (dict "a" 1).a }}
{{ (dict "a" 1).b }}
{{ (list 1 2).x }}
{{ hasKey .m "a" }}{{ hasKey .m "nope" }}
{{ dig "b" "d" "e" "none" .m }}
{{ .m | dig "b" "c" 0 }}
{{ pick .m "a" | toJson }}
{{ omit .m "b" "f" | toJson }}
{{ typeOf (dict) }} {{ typeOf (list) }} {{ typeOf (keys .m) }} {{ typeOf (values .m) }} {{ typeOf (split "," "a") }}
{{ kindOf (dict) }} {{ kindOf (list) }} {{ kindOf nil }} {{ kindOf .nil }}
{{ $x := list 1 2 3 }}{{ range $x }}{{ if eq . 2 }}{{ continue }}{{ end }}{{ . }}{{ end }}
{{ chunk 2 (list 1 2 3) }}
{{ index (chunk 2 (list 1 2 3)) 1 }}
{{ range chunk 2 .l }}<{{ range . }}{{ . }}{{ end }}>{{ end }}
`,
    data,
  ),
];
