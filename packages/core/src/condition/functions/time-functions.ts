import { namedZone } from '../../template/time/zone.js';
import type { Evaluation } from '../evaluation.js';
import { Duration, nameOfType, Timestamp, type CelValue } from '../value.js';
import type { CelFunction, CelFunctions } from './cel-function.js';
import { momentOf, type Moment } from './time-text.js';

const MILLISECOND = 1_000_000n;
const SECOND = 1_000_000_000n;

/** Member functions of timestamps, with an optional time zone, and of durations. */
export const TIME_FUNCTIONS: CelFunctions = {
  getFullYear: part('getFullYear', ({ year }) => year),
  getMonth: part('getMonth', ({ month }) => month - 1),
  getDate: part('getDate', ({ day }) => day),
  getDayOfMonth: part('getDayOfMonth', ({ day }) => day - 1),
  getDayOfWeek: part('getDayOfWeek', ({ weekday }) => weekday),
  getDayOfYear: part('getDayOfYear', ({ dayOfYear }) => dayOfYear),
  getHours: part(
    'getHours',
    ({ hour }) => hour,
    (nanos) => nanos / (3600n * SECOND),
  ),
  getMinutes: part(
    'getMinutes',
    ({ minute }) => minute,
    (nanos) => nanos / (60n * SECOND),
  ),
  getSeconds: part(
    'getSeconds',
    ({ second }) => second,
    (nanos) => nanos / SECOND,
  ),
  getMilliseconds: part(
    'getMilliseconds',
    ({ nano }) => Math.floor(nano / 1_000_000),
    // As the reference: what is left over a whole second.
    (nanos) => (nanos / MILLISECOND) % 1000n,
  ),
};

function part(name: string, ofMoment: (moment: Moment) => number, ofDuration?: (nanos: bigint) => bigint): CelFunction {
  const usage = ofDuration === undefined ? `timestamp.${name}(zone?)` : `timestamp.${name}(zone?), duration.${name}()`;
  return {
    usage,
    arity: [0, 1],
    call(run, value, zone) {
      if (value instanceof Timestamp) {
        const offset = zone === undefined ? 0 : offsetAt(run, value.nanos, zone, name);
        return BigInt(ofMoment(momentOf(value.nanos, offset)));
      }
      if (value instanceof Duration && ofDuration !== undefined && zone === undefined) return ofDuration(value.nanos);
      const hint = typeof value === 'string' ? ': convert it with timestamp()' : '';
      return run.problem(`${name} is a function of timestamps, not of ${nameOfType(value)}${hint}`);
    },
  };
}

/** Zones are names of the time zone database, or `+hh:mm`. */
function offsetAt(run: Evaluation, nanos: bigint, zone: CelValue, name: string): number {
  if (typeof zone !== 'string') return run.problem(`${name} takes the name of a time zone, not ${nameOfType(zone)}`);
  run.spend(100);
  const fixed = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (fixed !== null) return (Number(fixed[2]) * 60 + Number(fixed[3])) * (fixed[1] === '-' ? -60 : 60);
  const rule = namedZone(zone);
  if (rule === undefined) return run.problem(`There is no time zone ${JSON.stringify(zone)}`);
  return rule.at(Number((nanos - (((nanos % SECOND) + SECOND) % SECOND)) / SECOND)).offset;
}
