import { fixed, type FunctionSpec, type FunctionTable } from '../function-spec.js';
import type { Run } from '../run.js';
import { ArgumentError } from '../template-error.js';
import { durationText, parseDuration } from '../time/duration.js';
import { GoTime, zeroTime } from '../time/go-time.js';
import { parseTime } from '../time/parse-time.js';
import { namedZone, UTC } from '../time/zone.js';
import { numberOf, typeOf, type Value } from '../value.js';

const HTML_DATE = '2006-01-02';
const SECOND = 1_000_000_000n;

const dateInZone = fixed(['string', 'any', 'string'], (run, layout, value, zone) => inZone(run, layout, value, zone));
const dateModify: FunctionSpec = fixed(['string', 'time'], (_run, change, time) =>
  time.plus(parseDuration(change) ?? 0n),
);
const mustDateModify: FunctionSpec = fixed(['string', 'time'], (_run, change, time) => {
  const nanos = parseDuration(change);
  if (nanos === undefined) throw new ArgumentError(`"${change}" is no duration: write one as "1h30m"`);
  return time.plus(nanos);
});

/** Dates in Go's layouts; UTC unless a zone is named, and the clock is the run's (D-11). */
export const DATE_FUNCTIONS: FunctionTable = {
  now: fixed([], (run) => GoTime.fromMillis(run.host.now())),
  date: fixed(['string', 'any'], (run, layout, value) => inZone(run, layout, value, 'UTC')),
  dateInZone,
  date_in_zone: dateInZone,
  htmlDate: fixed(['any'], (run, value) => inZone(run, HTML_DATE, value, 'UTC')),
  htmlDateInZone: fixed(['any', 'string'], (run, value, zone) => inZone(run, HTML_DATE, value, zone)),
  dateModify,
  date_modify: dateModify,
  mustDateModify,
  must_date_modify: mustDateModify,
  ago: fixed(['any'], (run, value) => {
    const nanos = GoTime.fromMillis(run.host.now()).since(timeOf(run, value));
    return durationText(roundedToSecond(nanos));
  }),
  duration: fixed(['any'], (_run, value) => {
    return durationText(BigInt.asIntN(64, secondsOf(value) * SECOND));
  }),
  durationRound: fixed(['any'], (run, value) => roughDuration(run, value)),
  toDate: fixed(['string', 'string'], (_run, layout, text) => parseTime(layout, text) ?? zeroTime()),
  mustToDate: fixed(['string', 'string'], (_run, layout, text) => {
    const time = parseTime(layout, text);
    if (time === undefined) throw new ArgumentError(`"${text}" does not fit the layout "${layout}"`);
    return time;
  }),
  unixEpoch: fixed(['time'], (_run, time) => String(time.seconds)),
};

const SECONDS_TYPES: ReadonlySet<string> = new Set(['int', 'int64', 'int32']);

/** A time, or Unix seconds; anything else is now. */
function timeOf(run: Run, value: Value): GoTime {
  if (value instanceof GoTime) return value;
  if (SECONDS_TYPES.has(typeOf(value))) return new GoTime(Number(numberOf(value)), 0);
  return GoTime.fromMillis(run.host.now());
}

function inZone(run: Run, layout: string, value: Value, zone: string): string {
  run.reserve(layout.length * 4);
  return timeOf(run, value)
    .inZone(namedZone(zone) ?? UTC)
    .format(layout);
}

function roundedToSecond(nanos: bigint): bigint {
  const size = nanos < 0n ? -nanos : nanos;
  const rounded = ((size + SECOND / 2n) / SECOND) * SECOND;
  // At the limit of a duration, Go leaves it as it is.
  if (rounded >= 2n ** 63n) return nanos;
  return nanos < 0n ? -rounded : rounded;
}

function secondsOf(value: Value): bigint {
  if (typeof value === 'string') return /^[+-]?\d{1,30}$/.test(value) ? BigInt(value.replace(/^\+/, '')) : 0n;
  const number = numberOf(value);
  return typeOf(value) === 'int64' ? BigInt(number!) : 0n;
}

const ROUGH_UNITS: readonly (readonly [string, bigint])[] = [
  ['y', 31_536_000n * SECOND],
  ['mo', 2_592_000n * SECOND],
  ['d', 86_400n * SECOND],
  ['h', 3_600n * SECOND],
  ['m', 60n * SECOND],
  ['s', SECOND],
];

/** The most significant unit only. */
function roughDuration(run: Run, value: Value): string {
  let nanos = 0n;
  if (typeof value === 'string') nanos = parseDuration(value) ?? 0n;
  else if (value instanceof GoTime) nanos = GoTime.fromMillis(run.host.now()).since(value);
  else if (typeOf(value) === 'int64') nanos = BigInt(numberOf(value)!);
  const size = nanos < 0n ? -nanos : nanos;
  for (const [unit, length] of ROUGH_UNITS) if (size > length) return `${size / length}${unit}`;
  return '0s';
}
