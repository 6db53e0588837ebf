import { civilOf, dayOf, daysIn, type CivilDate } from '../../template/time/civil.js';

const SECOND = 1_000_000_000n;
const DAY = 86_400;

/** 0001-01-01 and the end of 9999, as nanoseconds since 1970. */
export const MIN_TIME = BigInt(dayOf({ year: 1, month: 1, day: 1 })) * BigInt(DAY) * SECOND;
export const MAX_TIME = BigInt(dayOf({ year: 10_000, month: 1, day: 1 })) * BigInt(DAY) * SECOND - 1n;

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** Nanoseconds since 1970 of an RFC 3339 time; undefined for another text. */
export function parseTimestamp(text: string): bigint | undefined {
  const match = text.length > 64 ? null : RFC_3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [offsetHours, offsetMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  const dateExists = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(month, year);
  if (!dateExists || hour > 23 || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59)
    return undefined;
  const offset = (offsetHours * 60 + offsetMinutes) * (match[8] === '-' ? -60 : 60);
  const seconds = dayOf({ year, month, day }) * DAY + hour * 3600 + minute * 60 + second - offset;
  return BigInt(seconds) * SECOND + BigInt((match[7] ?? '').padEnd(9, '0'));
}

export interface Moment extends CivilDate {
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 0 is 1 January. */
  readonly dayOfYear: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nano: number;
}

/** The calendar and the clock at a time, `offset` seconds east of UTC. */
export function momentOf(nanos: bigint, offset = 0): Moment {
  const nano = Number(((nanos % SECOND) + SECOND) % SECOND);
  const seconds = Number((nanos - BigInt(nano)) / SECOND) + offset;
  const dayNumber = Math.floor(seconds / DAY);
  const rest = seconds - dayNumber * DAY;
  const date = civilOf(dayNumber);
  return {
    ...date,
    weekday: (((dayNumber + 4) % 7) + 7) % 7,
    dayOfYear: dayNumber - dayOf({ year: date.year, month: 1, day: 1 }),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    nano,
  };
}

/** RFC 3339, in UTC. */
export function timestampText(nanos: bigint): string {
  const { year, month, day, hour, minute, second, nano } = momentOf(nanos);
  const two = (part: number): string => String(part).padStart(2, '0');
  const fraction = nano === 0 ? '' : `.${String(nano).padStart(9, '0').replace(/0+$/, '')}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${fraction}Z`;
}

/** Seconds, as CEL writes a duration: `3600s`, `1.5s`. */
export function durationText(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  const rest = size % SECOND;
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(9, '0').replace(/0+$/, '')}`;
  return `${nanos < 0n ? '-' : ''}${size / SECOND}${fraction}s`;
}
