// printf: every verb with every kind of value, flags, widths, precisions, argument indexes, mistakes.
import { each, lines } from '../case-lines.mjs';

const data = {
  i: 42,
  n: -7,
  z: 0,
  f: 3.14259,
  g: -2.5,
  s: 'héllo',
  e: '',
  t: true,
  u: false,
  nil: null,
  l: [1, -2, 3],
  m: { b: 1, a: 'x' },
  fl: [1.5, 2.5],
  sl: ['a', 'b c'],
  mix: [1, 'a', null, true, 1.5, { k: [1] }],
  tiny: 0.000001234,
  huge: 1.5e300,
  bin: 'a\u0001"\\\n`',
};
const verbs = [...'vTtbcdoOqxXUeEfFgGsp'];
const values = [
  '.i',
  '.n',
  '.z',
  '.f',
  '.g',
  '.s',
  '.t',
  '.nil',
  '.l',
  '.m',
  '1.0',
  '(add 1 2)',
  '(index .s 0)',
  '.sl',
  '.fl',
  '.mix',
  '.tiny',
  '.huge',
  '.bin',
];
const flagged = [
  '%+d',
  '% d',
  '%05d',
  '%-5d|',
  '%5d',
  '%+05d',
  '%x',
  '%#x',
  '%#X',
  '%#o',
  '%#b',
  '%O',
  '%08b',
  '%.3d',
  '%8.3d',
  '%-8.3d|',
  '%+.3d',
  '%08.3d',
  '%.0d',
  '%x',
  '% x',
  '%#U',
  '%U',
  '%c',
  '%q',
  '%+q',
  '%#q',
  '%3c',
  '%-3c|',
  '%#v',
  '%+v',
  '%6v',
  '%-6v|',
  '%06v',
];
const floats = [
  '%f',
  '%.2f',
  '%8.2f',
  '%-8.2f|',
  '%08.2f',
  '%+.2f',
  '% .2f',
  '%e',
  '%.3e',
  '%E',
  '%g',
  '%.3g',
  '%.10g',
  '%G',
  '%#g',
  '%#.3g',
  '%.0f',
  '%#.0f',
  '%6.1f',
  '%x',
  '%X',
  '%.2x',
  '%b',
  '%v',
  '%+v',
  '%#v',
  '%.3v',
  '%10v',
  '%010v',
  '%-10v|',
  '%#e',
  '%#.0e',
  '%.0e',
  '%.0g',
  '%+g',
  '%+e',
];
const floatValues = [
  '3.14259',
  '-2.5',
  '0.5',
  '1.5',
  '2.5',
  '1e6',
  '1e20',
  '1e21',
  '1e-5',
  '123456789.0',
  '0.1',
  '1e100',
  '100.0',
  '-0.0',
  '1.0',
  '999999.5',
  '0.000123',
  '12345.678',
  '5e-324',
  '1.7976931348623157e308',
  '0.045',
  '1.005',
];
const texts = [
  '%s',
  '%q',
  '%x',
  '%X',
  '% x',
  '%#x',
  '%# x',
  '%10s',
  '%-10s|',
  '%.2s',
  '%10.2s',
  '%010s',
  '%+q',
  '%#q',
  '%v',
  '%#v',
  '%+v',
  '%.2q',
  '%.3x',
  '%10q',
  '%-10q|',
  '%d',
  '%t',
  '%c',
  '%U',
  '%5t',
  '%.1v',
  '%-3v|',
  '%08q',
];
const textValues = [
  '"abc"',
  '"héllo 世界"',
  '""',
  '"a\\"b\\\\c\\n"',
  '"\\x00\\x7f\\u200b😀"',
  '"with `tick`"',
  '"\\xff\\xc3"',
];

export const cases = [
  ...verbs.flatMap((verb) =>
    values
      .filter((value) => verb !== 'p' || !/l|m/.test(value) || value === '.nil')
      .map((value) => [`{{ printf "%${verb}" ${value} }}`, data]),
  ),
  ...flagged.flatMap((format) =>
    ['42', '-42', '0', '65', '128512', '"x"', '(add 9223372036854775807 0)', '-9223372036854775808'].map((value) => [
      `{{ printf "${format}" ${value} }}`,
    ]),
  ),
  ...floats.flatMap((format) => floatValues.map((value) => [`{{ printf "${format}" ${value} }}`])),
  ...texts.flatMap((format) => textValues.map((value) => [`{{ printf "${format}" ${value} }}`])),
  ...each(
    ['{{ printf "@" .l }}', '{{ printf "@" .m }}', '{{ printf "@" .sl }}', '{{ printf "@" .mix }}'],
    ['%5v', '%05d', '%#v', '%+v', '%q', '%x', '%s', '%d', '%6.2f', '%t', '%-4v|', '%T'],
    data,
  ),
  ...lines(
    String.raw`
{{ printf "%d %s" .i .s }}
{{ printf "%d" }}
{{ printf "%d %d" 1 }}
{{ printf "%d" 1 2 }}
{{ printf "%d" 1 "extra" 2.5 nil }}
{{ printf "%!" 1 }}
{{ printf "%z" 1 }}
{{ printf "%" }}
{{ printf "%%" }}
{{ printf "100%" }}
{{ printf "100%%" 1 }}
{{ printf "%-" 1 }}
{{ printf "%[2]d %[1]d" 1 2 }}
{{ printf "%[3]d" 1 2 }}
{{ printf "%[x]d" 1 }}
{{ printf "%[1]d %d" 1 2 }}
{{ printf "%[0]d" 1 }}
{{ printf "%[1" 1 }}
{{ printf "%[]d" 1 }}
{{ printf "%[-1]d" 1 }}
{{ printf "%[2]*[1]d" 1 5 }}
{{ printf "%6.2f|%-6.2f|%06.2f" .f .f .f }}
{{ printf "%*d" 5 42 }}
{{ printf "%-*d|" 5 42 }}
{{ printf "%*d|" -5 42 }}
{{ printf "%.*f" 2 3.14259 }}
{{ printf "%.*f" -2 3.14259 }}
{{ printf "%*d" "a" 42 }}
{{ printf "%.*d" "a" 42 }}
{{ printf "%*d" 1.5 42 }}
{{ printf "%[1]*d" 5 }}
{{ printf "%[1]*.[2]*[3]f" 8 2 3.14259 }}
{{ printf "%3[1]d" 1 }}
{{ printf "%.[1]d" 1 }}
{{ printf "%[2]d" 1 2 }}
{{ printf "%s" nil }}
{{ printf "%v" nil }}
{{ printf "%d" nil }}
{{ printf "%10v|" nil }}
{{ printf "%+v" .mix }}
{{ printf "%v %v" .l .m }}
{{ printf "%s %s" .l .m }}
{{ printf "%q" .sl }}
{{ printf "%q" 'x' }}
{{ printf "%c%c" 104 'i' }}
{{ printf "%c" 1114112 }}
{{ printf "%c" -1 }}
{{ printf "%U" -1 }}
{{ printf "%#U" 128512 }}
{{ printf "%q" 128512 }}
{{ printf "%+q" 128512 }}
{{ printf "%08.3f" -3.14259 }}
{{ printf "%+08.3f" 3.14259 }}
{{ printf "%+d" 0 }}
{{ printf "% 05d" 42 }}
{{ printf "%t" true }}
{{ printf "%5t|" false }}
{{ printf "%v" true }}
{{ printf "%d" true }}
{{ printf "%s" 42 }}
{{ printf "%s" 1.5 }}
{{ printf "%s" true }}
{{ printf "%d" "x" }}
{{ printf "%d" 1.5 }}
{{ printf "%f" 1 }}
{{ printf "%x" "hello" }}
{{ printf "%x" -255 }}
{{ printf "%X" 3735928559 }}
{{ printf "%o" 8 }}
{{ printf "%O" -8 }}
{{ printf "%b" -5 }}
{{ printf "%e" 0.0 }}
{{ printf "%g" 100000.0 }}
{{ printf "%g" 1000000.0 }}
{{ printf "%g" 123456789.0 }}
{{ printf "%v" 1e6 }}
{{ printf "%T %T %T %T %T" 1 1.5 "a" true nil }}
{{ printf "%T %T" .l .m }}
{{ printf "%T" (splitList "," "a") }}
{{ printf "%T" (add 1) }}
{{ printf "%5T|" 1 }}
{{ printf "a%sb%sc" "1" "2" }}
{{ printf "%s" (printf "%d" 1) }}
{{ printf "%6d|%-6d|%06d" 42 42 42 }}
{{ printf "%d%%" 50 }}
{{ printf "世界 %s" "é" }}
{{ printf "%5s|%-5s|" "世界" "é" }}
{{ printf "%.1s" "世界" }}
{{ printf "%s" "\xff" }}
{{ printf "%v" "a" | upper }}
{{ "x" | printf "%s-%s" "y" }}
{{ printf "%é" 1 }}
{{ printf "%世" "a" }}
{{ printf "% d% d" 1 -1 }}
{{ printf "%+ d" 1 }}
{{ printf "%0-5d|" 1 }}
{{ printf "%-05d|" 1 }}
{{ printf "%#+x" 10 }}
{{ printf "%1000001d" 1 | len }}
{{ printf "%.1000001d" 1 | len }}
{{ printf "%d" (int64 5) }}
{{ printf "%w" 1 }}
{{ printf "%v" (list) }}
{{ printf "%#v" (list) }}
{{ printf "%#v" (dict) }}
{{ printf "%#v" (dict "a" (list 1 nil "x")) }}
{{ printf "%#v" (splitList "," "a,b") }}
{{ printf "%#v" (split "," "a,b") }}
{{ printf "%#v" (until 3) }}
{{ printf "%#v" (index "a" 0) }}
{{ printf "%d" (until 3) }}
{{ printf "%s" (splitList "," "a,b") }}
{{ printf "%x" (splitList "," "a,b") }}
{{ printf "%v" (regexFindAll "x" "y" -1) }}
{{ printf "%#v" (regexFindAll "x" "y" -1) }}
{{ printf "%v|%s|%d" now now now | len | lt 10 }}
{{ printf "%v" (semver "1.2.3-a+b") }}
{{ printf "%s" (semver "1.2.3-a+b") }}
{{ printf "%T" (semver "1.2.3") }}
{{ printf "%T" now }}
{{ printf "%v" now }}
{{ printf "%s" now }}
{{ printf "%q" now }}
{{ printf "%10.4s|" now }}
`,
    data,
  ),
];
