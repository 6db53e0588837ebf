// Dates, durations, zones.
import { each, lines } from '../case-lines.mjs';

const layouts = [
  '2006-01-02',
  '02/01/2006',
  'Jan 2, 2006 at 3:04pm (MST)',
  'Mon Jan _2 15:04:05 2006',
  'Monday, 02-Jan-06 15:04:05 MST',
  '2006-01-02T15:04:05Z07:00',
  '2006-01-02T15:04:05.999999999Z07:00',
  '3:04PM',
  'Mon, 02 Jan 2006 15:04:05 -0700',
  '15:04:05.000',
  '15:04:05.000000',
  '15:04:05,000',
  '05.99',
  '2006 002 __2 _2 2',
  'January 1 01',
  '06 6',
  '3 03 15 4 04 5 05',
  'PM pm',
  '-07 -0700 -07:00 -070000 -07:00:00',
  'Z07 Z0700 Z07:00 Z070000 Z07:00:00',
  'Janet Monkey Mondays',
  '20060102150405',
  '_2006',
  'text only',
  '',
  '2006-1-2 3:4:5',
  '.000x .0001 .9',
  'MST 1 2 3',
  '0102',
  '012006',
  'Sat Aug',
  'é 2006 世',
];
const dates = [
  '(toDate "2006-01-02" "2017-12-31")',
  '(toDate "2006-01-02T15:04:05Z07:00" "2024-02-29T23:59:59.123456789+05:30")',
  '(toDate "2006-01-02T15:04:05Z07:00" "1969-07-20T20:17:40-04:00")',
  '1700000000',
  '0',
  '-1',
  '(int64 1700000000)',
  'now',
  '"2020-01-01"',
  'nil',
  '(toDate "2006-01-02" "bad")',
  '1.5',
];
const zones = [
  '"UTC"',
  '"America/New_York"',
  '"Europe/Berlin"',
  '"Asia/Tokyo"',
  '"Asia/Kolkata"',
  '"Australia/Sydney"',
  '"America/Sao_Paulo"',
  '"Nowhere/Land"',
  '""',
  '"Local"',
  '"Europe/London"',
  '"Asia/Kathmandu"',
  '"America/St_Johns"',
  '"EST"',
  '"utc"',
  '"+01:00"',
  '"Pacific/Auckland"',
  '"Africa/Cairo"',
  '"Asia/Dubai"',
  '"Europe/Moscow"',
  '"Etc/GMT+5"',
  '"CET"',
  '"America/Los_Angeles"',
  '"America/Chicago"',
  '"America/Denver"',
  '"Asia/Shanghai"',
  '"Asia/Singapore"',
  '"Africa/Lagos"',
  '"Europe/Lisbon"',
  '"Asia/Tehran"',
  '"Pacific/Chatham"',
  '"America/Bogota"',
  '"America/Argentina/Buenos_Aires"',
  '"Europe/Dublin"',
  '"Asia/Jakarta"',
  '"Asia/Ho_Chi_Minh"',
  '"Pacific/Honolulu"',
  '"America/Mexico_City"',
  '"Africa/Johannesburg"',
  '"GMT"',
  '"MST7MDT"',
];
const parses = [
  ['2006-01-02', '2017-12-31'],
  ['2006-01-02', '2017-2-3'],
  ['2006-1-2', '2017-02-03'],
  ['2006-01-02', '2017-02-30'],
  ['2006-01-02', '2017-13-01'],
  ['02/01/2006', '31/12/2017'],
  ['Jan 2, 2006', 'Feb 3, 2013'],
  ['January 2, 2006', 'february 28, 2013'],
  ['Jan _2 2006', 'Feb  3 2013'],
  ['Mon Jan _2 15:04:05 2006', 'Wed Feb  4 21:00:57 2009'],
  ['2006-01-02T15:04:05Z07:00', '2013-02-03T19:54:00Z'],
  ['2006-01-02T15:04:05Z07:00', '2013-02-03T19:54:00+01:00'],
  ['2006-01-02T15:04:05Z07:00', '2013-02-03T19:54:00.123Z'],
  ['2006-01-02T15:04:05Z07:00', '2013-02-03T19:54:00'],
  ['3:04PM', '7:05AM'],
  ['3:04PM', '12:05AM'],
  ['3:04PM', '12:05PM'],
  ['3:04PM', '13:05PM'],
  ['3:04pm', '7:05pm'],
  ['15:04', '24:00'],
  ['15:04', '23:59'],
  ['2006-01-02 MST', '2013-02-03 PST'],
  ['2006-01-02 MST', '2013-02-03 CEST'],
  ['2006-01-02 MST', '2013-02-03 GMT+3'],
  ['2006-01-02 MST', '2013-02-03 UTC'],
  ['2006-01-02 MST', '2013-02-03 +03'],
  ['2006-01-02 MST', '2013-02-03 pst'],
  ['2006-01-02 -0700', '2013-02-03 -0800'],
  ['2006-01-02 -07:00', '2013-02-03 +05:30'],
  ['2006-01-02 -07', '2013-02-03 +05'],
  ['2006-01-02 -0700', '2013-02-03 0800'],
  ['06-01-02', '70-01-01'],
  ['06-01-02', '68-01-01'],
  ['06-01-02', '69-01-01'],
  ['2006-002', '2024-366'],
  ['2006-002', '2023-366'],
  ['2006-__2', '2023-  5'],
  ['15:04:05.000', '01:02:03.456'],
  ['15:04:05.000', '01:02:03.45'],
  ['15:04:05.999', '01:02:03'],
  ['15:04:05.999', '01:02:03.1'],
  ['15:04:05', '01:02:03.123456789123'],
  ['15:04:05,000', '01:02:03,456'],
  ['2006-01-02', '2017-12-31x'],
  ['2006-01-02', ''],
  ['', ''],
  ['', 'x'],
  ['2006 01 02', '2017  12  31'],
  ['2006-01-02', ' 2017-12-31'],
  ['Monday 2006', 'Tuesday 2020'],
  ['Mon 2006', 'Xyz 2020'],
  ['2006-01-02T15:04:05-0700', '2020-02-29T00:00:00-0330'],
  ['20060102150405', '20200229123456'],
  ['2006-01-02 15:04:05 -0700 MST', '2020-01-01 00:00:00 +0100 CET'],
  ['2006', '0000'],
  ['2006', '9999'],
  ['2 Jan 06', '5 mar 21'],
  ['Z0700', 'Z'],
  ['Z070000', '+010203'],
  ['.00', '.12'],
  ['2006-01-02', '2017-1２-31'],
  ['PM', 'am'],
];
const durations = [
  '"1h"',
  '"-1.5h"',
  '"90m"',
  '"1h30m10.5s"',
  '"100ms"',
  '"1us"',
  '"1µs"',
  '"1ns"',
  '"0"',
  '"1"',
  '"x"',
  '""',
  '"-"',
  '"1d"',
  '"1.h"',
  '".5h"',
  '"+5m"',
  '"1h1h"',
  '"2540400h"',
  '"9999999h"',
  '"1e3s"',
  '" 1h"',
  '"36h"',
  '"800h"',
  '"9000h"',
  '"59s"',
  '"60s"',
  '"61s"',
  '"24h"',
  '"25h"',
  '"2h10m5s"',
  '"2400h10m5s"',
  '"1500ms"',
  '"-2h"',
  '95',
  '"95"',
  '3600',
  '(int64 3600)',
  '1.5',
  '0',
  'nil',
  '"3661"',
  '-5',
  '10000000000',
  '"-95"',
  '"95.5"',
  'true',
  '(int64 3600000000000)',
  '(int64 90000000000)',
  'now',
  '(toDate "2006-01-02" "2025-06-01")',
  '"0.3s"',
  '"1.0000001s"',
  '"9223372036854775807ns"',
  '"720h1s"',
  '"8760h1s"',
  '"8760h"',
];
export const cases = [
  ...layouts.flatMap((layout) => dates.map((date) => [`{{ date ${JSON.stringify(layout)} ${date} }}`])),
  ...each(
    [
      '{{ dateInZone "2006-01-02 15:04:05 -0700 MST" 1700000000 @ }}',
      '{{ dateInZone "2006-01-02 15:04:05 -0700 MST" 1720000000 @ }}',
      '{{ dateInZone "2006-01-02T15:04:05Z07:00" (toDate "2006-01-02" "1999-06-30") @ }}',
      '{{ date_in_zone "15:04 MST" now @ }}',
      '{{ htmlDateInZone 1700000000 @ }}',
    ],
    zones,
  ),
  ...parses.flatMap(([layout, text]) => [
    [`{{ toDate ${JSON.stringify(layout)} ${JSON.stringify(text)} }}`],
    [`{{ mustToDate ${JSON.stringify(layout)} ${JSON.stringify(text)} | toJson }}`],
  ]),
  ...each(
    [
      '{{ dateModify @ (toDate "2006-01-02" "2017-12-31") }}',
      '{{ mustDateModify @ (toDate "2006-01-02" "2017-12-31") }}',
      '{{ duration @ }}',
      '{{ durationRound @ }}',
      '{{ date_modify @ 5 }}',
    ],
    durations,
  ),
  ...lines(String.raw`
{{ now }}
{{ now | date "2006" }}
{{ now | unixEpoch }}
{{ now.Year }}
{{ (now).Year }}{{ now.Month }}{{ now.Day }}{{ now.Weekday }}
{{ now.Hour }}:{{ now.Minute }}:{{ now.Second }}.{{ now.Nanosecond }}
{{ now.YearDay }} {{ now.Unix }} {{ now.UnixMilli }}
{{ now.Format "2006-01-02" }}
{{ now.UTC }}
{{ $t := now }}{{ $t.Format "15:04" }}
{{ now | toJson }}
{{ toJson (toDate "2006-01-02T15:04:05Z07:00" "2020-01-02T03:04:05.6+07:00") }}
{{ now | htmlDate }}
{{ htmlDate "x" }}
{{ unixEpoch 5 }}
{{ unixEpoch nil }}
{{ dateModify "1h" "x" }}
{{ dateModify "1h" now }}
{{ now | dateModify "-24h" | date "2006-01-02" }}
{{ date 1 2 }}
{{ date "2006" }}
{{ kindOf now }} {{ typeOf now }}
{{ eq now now }}
{{ lt now now }}
{{ deepEqual now now }}
{{ now.Before now }} {{ now.Equal now }}
{{ now.Nope }}
{{ (toDate "2006-01-02" "x").IsZero }}
{{ len now }}
{{ range now }}{{ end }}
{{ if now }}y{{ end }}
{{ not now }}
{{ index now 0 }}
{{ list now }}
{{ dict "t" now }}
{{ toDate "2006-01-02" 5 }}
{{ duration }}
{{ durationRound "x" }}
{{ ago now }}
`),
];
