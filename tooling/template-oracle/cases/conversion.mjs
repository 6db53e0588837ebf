// JSON, defaults, reflection, encoding, hashes, regular expressions.
import { each, lines } from '../case-lines.mjs';

const data = {
  n: 5, f: 2.5, s: 'te<x>t&', nil: null, t: true, u: false, e: '', z: 0, l: [1, 'a', null, [2.5], { k: 'v' }], m: { b: [1], a: { x: null }, é: '<&>' }, none: [], empty: {},
  uni: 'é世😀\u2028\u2029\u0007\b\f\n\r\t"\\/\u007f', big: 1e21, small: 1e-7, tiny: 1.5e-10,
};
const anything = ['.n', '.f', '.s', '.nil', '.t', '.u', '.e', '.z', '.l', '.m', '.none', '.empty', '.uni', '.big', '.small', '.tiny', '1.0', '(add 1 2)', '(index "a" 0)', '(until 2)', '(splitList "," "a,b")', '(split "," "a,b")', '(regexFindAll "x" "y" -1)', '(semver "1.2.3")', '(now)', '(dict "t" (now))', '(list 1e6 1e20 1e21 1e22)', '"\\xff"', '1e-6', '1e-7', '-0.0', '(float64 "inf")', '(list (float64 "nan"))', '.'];
const jsons = ['"5"', '"5.5"', '"1000000"', '"\\"a\\""', '"null"', '"true"', '"[1,2,{\\"a\\":null}]"', '"{\\"a\\":{\\"b\\":[1,2.5]}}"', '""', '"{"', '"[1,]"', '"nope"', '" {} "', '"{\\"a\\":1,\\"a\\":2}"', '"\\"\\\\u00e9\\\\ud83d\\\\ude00\\""', '"\\"\\\\ud800\\""', '"1e400"', '"-0"', '"01"', '"1 2"', '"[]"', '"{\\"z\\":1,\\"a\\":2}"', '"123456789012345678901234567890"', '"\\"a\\\\/b\\""', '"{\'a\':1}"'];
const regexes = [['"a(x*)b"', '"-ab-axxb-"'], ['"[a-zA-Z][1-9]"', '"abcd1234"'], ['"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\\\.[A-Za-z]{2,}$"', '"test@acme.com"'], ['"z+"', '"pizza"'], ['""', '"abc"'], ['"x*"', '"axbxc"'], ['"a*"', '"baaac"'], ['"(a)(b)?"', '"ab a"'], ['"(?P<first>\\\\w+)\\\\s(?P<second>\\\\w+)"', '"hello world foo bar"'], ['"[2,4,6,8]"', '"123456789"'], ['"("', '"abc"'], ['"[a"', '"abc"'], ['"\\\\bfoo\\\\b"', '"foo food foo"'], ['"(?i)HELLO"', '"hello Hello"'], ['"."', '"é世😀"'], ['"^"', '"abc"'], ['"$"', '"abc"'], ['"a|b|"', '"cab"'], ['"\\\\d+"', '"a1b22c333"'], ['"(?m)^x"', '"x\\nx\\ny"'], ['"a{2,3}"', '"aaaaaaa"'], ['"a+?"', '"aaa"'], ['"\\\\p{L}+"', '"héllo wörld 123"'], ['"[^,]+"', '"a,b,,c"'], ['","', '"a,b,,c,"'], ['"\\\\s*"', '"a b"'], ['"(?=a)"', '"a"'], ['"(a)\\\\1"', '"aa"'], ['"a{1001}"', '"a"'], ['"\\\\Q.\\\\E"', '"a.b"'], ['"x"', '""'], ['""', '""'], ['"(|a)*"', '"aa"'], ['"(a+)(b+)"', '"aabb ab"'], ['"b*"', '"abbabb"'], ['"\\\\C"', '"a"'], ['"\\\\z"', '"ab"'], ['"(?s).+"', '"a\\nb"'], ['".+"', '"a\\nb"'], ['"(?U)a+"', '"aaa"'], ['"\\\\xe9"', '"é"'], ['"[[:alpha:]]+"', '"ab1"'], ['"a**"', '"a"']];

export const cases = [
  ...each(['toJson', 'mustToJson', 'toPrettyJson', 'mustToPrettyJson', 'toRawJson', 'mustToRawJson', 'toString', 'print', 'html', 'kindOf', 'typeOf', 'empty', 'quote', 'not'].map((name) => `{{ ${name} @ }}`), anything, data),
  ...each(['{{ default "d" @ }}', '{{ default @ "v" }}', '{{ @ | default "d" }}', '{{ coalesce @ "d" }}', '{{ coalesce nil @ }}', '{{ if @ }}y{{ else }}n{{ end }}', '{{ with @ }}y{{ else }}n{{ end }}', '{{ all @ 1 }}{{ any @ 0 }}', '{{ len (list @) }}', '{{ @ }}', '{{ println @ }}', '{{ deepEqual @ @ }}', '{{ typeIs "string" @ }}{{ kindIs "map" @ }}{{ typeIsLike "semver.Version" @ }}', '{{ and @ 1 }}', '{{ or @ 1 }}', '{{ ternary @ 2 true }}', '{{ has @ (list @) }}', '{{ list @ | compact | len }}'], anything, data),
  ...each(['{{ fromJson @ }}', '{{ mustFromJson @ }}', '{{ fromJson @ | toJson }}', '{{ typeOf (fromJson @) }}', '{{ printf "%v" (fromJson @) }}'], jsons),
  ...regexes.flatMap(([pattern, text]) => [
    `{{ regexMatch ${pattern} ${text} }}`, `{{ mustRegexMatch ${pattern} ${text} }}`, `{{ regexFind ${pattern} ${text} }}`, `{{ mustRegexFind ${pattern} ${text} }}`,
    `{{ regexFindAll ${pattern} ${text} -1 | toJson }}`, `{{ regexFindAll ${pattern} ${text} 2 | toJson }}`, `{{ regexFindAll ${pattern} ${text} 0 | toJson }}`, `{{ mustRegexFindAll ${pattern} ${text} -1 | toJson }}`,
    `{{ regexReplaceAll ${pattern} ${text} "<$1>" }}`, `{{ regexReplaceAll ${pattern} ${text} "[\${0}]\${1}x$$$second-$first" }}`, `{{ mustRegexReplaceAll ${pattern} ${text} "-$1-" }}`, `{{ regexReplaceAllLiteral ${pattern} ${text} "<$1>" }}`, `{{ mustRegexReplaceAllLiteral ${pattern} ${text} "$0" }}`,
    `{{ regexSplit ${pattern} ${text} -1 | toJson }}`, `{{ regexSplit ${pattern} ${text} 2 | toJson }}`, `{{ regexSplit ${pattern} ${text} 0 | toJson }}`, `{{ mustRegexSplit ${pattern} ${text} -1 | toJson }}`, `{{ regexSplit ${pattern} ${text} 1 | toJson }}`,
  ]).map((template) => [template]),
  ...each(['{{ regexReplaceAll "(a)(b)" "ab" "@" }}'], ['$1', '$2$1', '${1}x', '$1x', '$$1', '$', '$$', '${', '${1', '$0', '$9', '${name}', '$-', '$1$', 'a$ b', '${1a}', '$é']),
  ...each(['{{ b64dec @ | printf "%q" }}', '{{ b32dec @ | printf "%q" }}'], ['"aGVsbG8="', '"aGVsbG8"', '"aGVsbG8=="', '"!!!!"', '""', '"YQ=="', '"YWI="', '"YQ="', '"YQ"', '"Y"', '"YQ==YQ=="', '"YW\\nI="', '"/+8="', '"_-8="', '"NBSWY3DP"', '"ME======"', '"MFRA===="', '"ME"', '"me======"', '"="', '"===="', '"YQ==\\n"', '"8J+YgA=="', '"MFRGG==="', '"M======="', '"MFRGGZDF"', '"YQ==x"', '" YQ=="', '"YWJj YWJj"']),
  ...each(['sha1sum', 'sha256sum', 'sha512sum', 'adler32sum', 'b64enc', 'b32enc'].map((name) => `{{ ${name} @ }}`), ['""', '"a"', '"Hello world!"', '"é世😀"', '"\\xff\\x00"', '(repeat 55 "a")', '(repeat 56 "a")', '(repeat 64 "a")', '(repeat 111 "b")', '(repeat 112 "b")', '(repeat 128 "b")', '(repeat 1000 "xyz")', '1', 'nil']),
  ...each(['{{ @ }}'], ['default', 'default 1', 'default 1 2 3', 'coalesce', 'empty', 'ternary 1 2', 'ternary 1 2 1', 'ternary 1 2 nil', 'toJson', 'toJson 1 2', 'fromJson 1', 'kindOf', 'typeIs "x"', 'regexMatch "a"', 'regexFindAll "a" "b"', 'regexFindAll "a" "b" "c"', 'all', 'any', 'all 1 0', 'any 0 ""', 'true | ternary "foo" "bar"', 'false | ternary "foo" "bar"', 'ternary "a" "b" (eq 1 1)', 'deepCopy nil', 'mustDeepCopy (dict "a" 1)', 'deepCopy 5', 'deepCopy (list 1 (dict))', 'kindIs "int" 1', 'kindIs "int" (add 1)', 'typeIsLike "int" 1']),
  ...lines(String.raw`
{{ toJson .m }}
{{ .m | toPrettyJson }}
{"a": {{ toJson .l }}}
{{ (fromJson "{\"a\":{\"b\":[10,20]}}").a.b }}
{{ index (fromJson "[1,2,3]") 1 }}
{{ (fromJson "{\"n\":1000000}").n }}
{{ eq (fromJson "5") 5.0 }}
{{ add (fromJson "5") 1 }}
{{ range fromJson "[1,2]" }}{{ . }},{{ end }}
{{ fromJson "{\"a\":1}" | toJson }}
{{ "x" | b64enc | b64dec }}
{{ b32enc "x" | b32dec }}
{{ coalesce 0 1 2 }}
{{ coalesce "" nil .l }}
{{ default "foo" .e }}{{ default "foo" .s }}
{{ .none | default (list 1) }}
{{ empty .e }}{{ empty .z }}{{ empty .nil }}{{ empty .l }}{{ empty (now) }}
{{ regexQuoteMeta "1.2.3*[x]{y}(z)^$|\\+?-/#" }}
`, data),
];
