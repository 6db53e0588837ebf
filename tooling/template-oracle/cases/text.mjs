// Functions on text.
import { each, lines } from '../case-lines.mjs';

const data = {
  s: 'Hello World',
  u: 'ÀÉÎ straße ǆ ŉ',
  n: 5,
  nil: null,
  l: ['a', 'b'],
  long: 'The quick brown fox jumps over the lazy dog. '.repeat(3),
  html: '<b>"x"</b>',
};
const words = [
  '"Hello World"',
  '"hello world"',
  '"HELLO"',
  '""',
  '" a  b "',
  '"ÀÉÎ straße ǆ ŉ ß"',
  '"it\'s o\'neil-smith_x9 3rd"',
  '"\\tTab\\nline"',
  '"世界 hello"',
  '"a"',
  '"ﬁne ŒUVRE Ωmega σς ΣΑΣ"',
  '"ıİiI"',
  '"\\xff\\xfe"',
  '"x\\u00a0y\\u2003z\\u200bw\\u0085v"',
  '"ᾳ ᾀ ა Ა"',
];
const caseWords = [
  '"FirstName"',
  '"HTTPServer"',
  '"NoHTTPS"',
  '"GO_PATH"',
  '"GO PATH"',
  '"GO-PATH"',
  '"http2xx"',
  '"HTTP20xOK"',
  '"Duration2m3s"',
  '"Bld4Floor3rd"',
  '"http_server"',
  '"some_words"',
  '"_camel_case"',
  '"no_https"',
  '"_complex__case_"',
  '"all"',
  '"GOLANG_IS_GREAT"',
  '"GOLANG"',
  '"a"',
  '""',
  '"_"',
  '"__"',
  '"A"',
  '"aB"',
  '"AB"',
  '"ABc"',
  '"ABC"',
  '"aBC"',
  '"ABcD"',
  '"some-words here"',
  '"camelCaseHTMLParser"',
  '"a1b2"',
  '"A1B2"',
  '"1a"',
  '"12ab34CD"',
  '"hello world"',
  '" lead trail "',
  '"a.b.c"',
  '"Ünïcode Wörd"',
  '"x--y"',
  '"x  y"',
  '"trailing_"',
  '"_Leading"',
  '"already-kebab"',
  '"snake_case_2"',
  '"v1Beta2"',
  '"iOS"',
  '"iPhone6s"',
  '"userID"',
  '"IDs"',
  '"JSON2XML"',
  '"3D"',
  '"a_B"',
  '"A_b"',
  '"foo.Bar"',
  '"foo/BarBaz"',
  '"世界HelloWorld"',
  '"HelloÉcole"',
  '"test1Test"',
  '"Test1test"',
  '"TEST1TEST"',
  '"T1"',
  '"-a-"',
  '"A B C"',
  '"aaBB_cc-DD ee"',
  '"x1"',
  '"1"',
  '"a#b"',
  '"FOO:BAR"',
  '"http2_server"',
  '"HTTP2Server"',
  '"a__b"',
  '"A__B"',
  '"a-_b"',
];

export const cases = [
  ...each(
    [
      '{{ upper @ }}',
      '{{ lower @ }}',
      '{{ title @ }}',
      '{{ untitle @ }}',
      '{{ swapcase @ }}',
      '{{ initials @ }}',
      '{{ nospace @ }}',
      '{{ trim @ }}|',
      '{{ quote @ }}',
      '{{ squote @ }}',
      '{{ len @ }}',
      '{{ abbrev 8 @ }}',
      '{{ trunc 4 @ }}',
      '{{ trunc -4 @ }}',
      '{{ substr 1 5 @ }}',
      '{{ wrap 5 @ }}',
      '{{ wrapWith 4 "~" @ }}',
      '{{ indent 2 @ }}',
      '{{ repeat 2 @ }}',
      '{{ b64enc @ }}',
      '{{ sha256sum @ }}',
      '{{ toJson @ }}',
      '{{ js @ }}',
      '{{ html @ }}',
      '{{ urlquery @ }}',
      '{{ splitList "" @ | toJson }}',
      '{{ replace "" "." @ }}',
      '{{ trimAll "aH " @ }}',
      '{{ regexQuoteMeta @ }}',
      '{{ untitle (title @) }}',
      '{{ abbrevboth 2 8 @ }}',
      '{{ abbrevboth 5 7 @ }}',
    ],
    words,
  ),
  ...each(
    [
      '{{ camelcase @ }}',
      '{{ snakecase @ }}',
      '{{ kebabcase @ }}',
      '{{ title @ }}',
      '{{ swapcase @ }}',
      '{{ initials @ }}',
      '{{ untitle @ }}',
    ],
    caseWords,
  ),
  ...each(
    ['{{ substr @ "hello" }}'],
    ['0 5', '0 2', '1 3', '-1 3', '2 -1', '2 10', '-1 10', '-1 -1', '3 2', '5 5', '6 9', '0 0', '0 -1', '-5 0'],
  ),
  ...each(['{{ trunc @ "hello" }}'], ['0', '3', '5', '9', '-1', '-3', '-5', '-9']),
  ...each(['{{ trunc @ "héllo世界" }}'], ['2', '3', '-3', '-2', '7', '8']),
  ...each(['{{ abbrev @ "hello world, how are you" }}'], ['0', '3', '4', '5', '6', '10', '23', '24', '25', '-1']),
  ...each(
    ['{{ abbrevboth @ "1234 5678 9123 4567 8901" }}'],
    [
      '5 10',
      '0 10',
      '4 10',
      '5 7',
      '5 6',
      '0 3',
      '0 4',
      '20 10',
      '30 10',
      '10 7',
      '-1 10',
      '6 30',
      '3 8',
      '15 10',
      '16 8',
      '0 7',
      '4 7',
    ],
  ),
  ...each(
    [
      '{{ wrap @ .long }}',
      '{{ wrapWith @ "<br>" .long }}',
      '{{ wrap @ "averyverylongword short averyverylongword" }}',
      '{{ wrapWith @ "\\t" "averyverylongword short averyverylongword" }}',
      '{{ wrap @ "  lead  double   spaces  " }}',
      '{{ wrap @ "a\\nb c\\nd" }}',
      '{{ wrap @ "héé 世界 ça" }}',
    ],
    ['-1', '0', '1', '2', '5', '10', '20', '80', '1000'],
    data,
  ),
  ...each(
    ['{{ indent @ "a\\nb\\n\\nc" }}', '{{ nindent @ "a\\nb" }}', '{{ repeat @ "ab" }}', '{{ repeat @ "" }}'],
    ['0', '1', '4', '-1'],
  ),
  ...each(
    [
      '{{ @ "a" "banana" }}',
      '{{ @ "" "banana" }}',
      '{{ @ "banana" "a" }}',
      '{{ @ "ban" "banana" }}',
      '{{ @ "na" "banana" }}',
      '{{ @ "x" "" }}',
    ],
    ['contains', 'hasPrefix', 'hasSuffix', 'trimPrefix', 'trimSuffix', 'trimAll', 'trimall'],
  ),
  ...each(
    [
      '{{ @ "," "a,b,c" | toJson }}',
      '{{ @ "" "añb" | toJson }}',
      '{{ @ "x" "abc" | toJson }}',
      '{{ @ "," "" | toJson }}',
      '{{ @ "ab" "ababab" | toJson }}',
    ],
    ['splitList', 'split'],
  ),
  ...each(['{{ splitn @ "a,b,c,d" | toJson }}'], ['"," 2', '"," 0', '"," -1', '"," 1', '"," 9', '"" 2', '"x" 2']),
  ...each(['{{ plural "one" "many" @ }}'], ['0', '1', '2', '-1', '(len "a")', '1.0', '1.5', '"1"', '(int64 1)']),
  ...each(
    [
      '{{ @ }}',
      '{{ @ 1 }}',
      '{{ @ "a" }}',
      '{{ @ "a" "b" }}',
      '{{ @ nil }}',
      '{{ @ "a" "b" "c" }}',
      '{{ @ "a" 1 }}',
      '{{ @ 1 "a" }}',
      '{{ @ "a" "b" "c" "d" }}',
      '{{ @ .s .nil }}',
      '{{ @ .l }}',
    ],
    [
      'trim',
      'upper',
      'title',
      'contains',
      'replace',
      'substr',
      'trunc',
      'abbrev',
      'wrap',
      'quote',
      'squote',
      'cat',
      'indent',
      'plural',
      'splitList',
      'split',
      'join',
      'toString',
      'toStrings',
      'snakecase',
      'initials',
      'repeat',
      'nospace',
      'hasPrefix',
      'sortAlpha',
      'fail',
      'hello',
      'toJson',
      'fromJson',
    ],
    data,
  ),
  ...lines(
    String.raw`
{{ quote 1 }}
{{ quote 1.5 true "a\"b" }}
{{ quote nil "a" nil }}
{{ quote }}
{{ quote .l }}
{{ quote "a\nb\tc\\" }}
{{ quote "é世😀\u200b\x01\xff" }}
{{ squote 1 "a'b" nil .l }}
{{ cat "a" 1 2.5 true nil "b" }}
{{ cat }}
{{ cat nil }}
{{ cat .l .s }}
{{ replace "l" "L" .s }}
{{ replace "l" "" .s }}
{{ replace "" "-" "abc" }}
{{ replace "a" "b" "" }}
{{ replace "aa" "b" "aaaaa" }}
{{ "I Am Henry VIII" | replace " " "-" }}
{{ .s | lower | replace "world" "there" | title }}
{{ trimAll "$" "$5.00$" }}
{{ trimAll "" " a " }}
{{ trimAll "éà" "éaàé" }}
{{ trimSuffix "" "abc" }}
{{ trim "\u00a0\u2003x\ufeff" }}
{{ (split "$" "foo$bar$baz")._0 }}
{{ (split "$" "foo$bar$baz")._9 }}
{{ $a := splitn "$" 2 "foo$bar$baz" }}{{ $a._0 }}|{{ $a._1 }}
{{ index (split "," "a,b") "_1" }}
{{ index (split "," "a,b") "_7" }}
{{ split "," "a,b" }}
{{ splitList "," "a,b,c" | join "-" }}
{{ join "," .l }}
{{ join "," (list 1 nil 2.5 "x" true) }}
{{ join "," "abc" }}
{{ join "," nil }}
{{ join "," 5 }}
{{ join "," (dict "a" 1) }}
{{ join 1 .l }}
{{ list "hello" "world" | join "_" }}
{{ sortAlpha (list "c" "a" "B" "é" "z") }}
{{ sortAlpha (list 3 10 2) }}
{{ sortAlpha "abc" }}
{{ sortAlpha nil }}
{{ toStrings (list 1 2.5 "a" true) | toJson }}
{{ toStrings "a" }}
{{ toStrings nil | toJson }}
{{ toString 1 }}
{{ toString 1.0 }}
{{ toString nil }}
{{ toString .l }}
{{ toString (list 1 "a" nil) }}
{{ toString (dict "a" 1) }}
{{ toString true | quote }}
{{ contains .n .s }}
{{ upper .nil }}
{{ upper .n }}
{{ .n | upper }}
{{ .missing | upper }}
{{ hello }}
{{ fail "stop here" }}
{{ fail }}
{{ fail 1 }}
{{ if true }}{{ fail (printf "bad %d" 1) }}{{ end }}
{{ repeat 3 "hello" | len }}
{{ nospace "h e\tl\nl o\u00a0x" }}
{{ swapcase "This Is A.Test" }}
{{ untitle "Hello World Foo" }}
{{ title "hello-world foo_bar o'neil 3rd éa" }}
{{ initials "First Try again" }}
{{ shuffle "" }}
{{ shuffle "a" }}
{{ len (shuffle "héllo") }}
{{ len (randAlpha 5) }}{{ len (randAlphaNum 5) }}{{ len (randNumeric 5) }}{{ len (randAscii 5) }}
{{ randAlpha 0 }}
{{ randInt 5 6 }}
{{ randInt 5 5 }}
{{ randInt 6 5 }}
{{ len uuidv4 }}
{{ regexMatch "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$" uuidv4 }}
`,
    data,
  ),
];
