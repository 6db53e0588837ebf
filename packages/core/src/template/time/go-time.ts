import { Boxed, BoxedNumber, toInt, type Value } from '../value.js';
import { civilOf, dayOf } from './civil.js';
import type { Clock } from './clock.js';
import { formatTime, MONTHS, WEEKDAYS } from './format-time.js';
import { UTC, type Zone } from './zone.js';

const MAX_DURATION = 2n ** 63n - 1n;
const TEXT_LAYOUT = '2006-01-02 15:04:05.999999999 -0700 MST';
const JSON_LAYOUT = '2006-01-02T15:04:05.999999999Z07:00';

/** Go's time.Time: an instant to the nanosecond, and the zone that shows it. */
export class GoTime extends Boxed {
  override readonly type = 'time.Time';
  override readonly kind = 'struct';
  /** Unix time; with `nanos`, which is never negative. */
  readonly seconds: number;
  readonly nanos: number;
  readonly zone: Zone;

  constructor(seconds: number, nanos: number, zone: Zone = UTC) {
    super();
    this.seconds = seconds;
    this.nanos = nanos;
    this.zone = zone;
  }

  static fromMillis(millis: number): GoTime {
    const seconds = Math.floor(millis / 1000);
    return new GoTime(seconds, Math.round((millis - seconds * 1000) * 1e6));
  }

  inZone(zone: Zone): GoTime {
    return new GoTime(this.seconds, this.nanos, zone);
  }

  plus(nanos: bigint): GoTime {
    const total = BigInt(this.seconds) * 1_000_000_000n + BigInt(this.nanos) + nanos;
    let seconds = total / 1_000_000_000n;
    if (total < 0n && seconds * 1_000_000_000n !== total) seconds -= 1n;
    return new GoTime(Number(seconds), Number(total - seconds * 1_000_000_000n), this.zone);
  }

  /** Nanoseconds since `other`, at most what a duration holds. */
  since(other: GoTime): bigint {
    const nanos = BigInt(this.seconds - other.seconds) * 1_000_000_000n + BigInt(this.nanos - other.nanos);
    return nanos > MAX_DURATION ? MAX_DURATION : nanos < -MAX_DURATION ? -MAX_DURATION - 1n : nanos;
  }

  clock(): Clock {
    const { offset, abbreviation } = this.zone.at(this.seconds);
    const local = this.seconds + offset;
    const day = Math.floor(local / 86_400);
    const second = local - day * 86_400;
    const date = civilOf(day);
    return {
      ...date,
      hour: Math.floor(second / 3600),
      minute: Math.floor(second / 60) % 60,
      second: second % 60,
      nanos: this.nanos,
      weekday: (((day + 4) % 7) + 7) % 7,
      yearDay: day - dayOf({ year: date.year, month: 1, day: 1 }) + 1,
      offset,
      abbreviation,
    };
  }

  format(layout: string): string {
    return formatTime(this.clock(), layout);
  }

  override toText(): string {
    return this.format(TEXT_LAYOUT);
  }

  override toJsonText(): string {
    return JSON.stringify(this.format(JSON_LAYOUT));
  }

  override isTrue(): boolean {
    return true;
  }

  override equals(other: Boxed): boolean {
    return (
      other instanceof GoTime &&
      other.seconds === this.seconds &&
      other.nanos === this.nanos &&
      other.zone.name === this.zone.name
    );
  }

  /** The methods of time.Time that give a part of it. */
  override member(name: string, args: readonly Value[] = []): Value | undefined {
    const [argument] = args;
    const clock = this.clock();
    switch (name) {
      case 'Format':
        return typeof argument === 'string' ? this.format(argument) : undefined;
      case 'Year':
        return clock.year;
      case 'Month':
        return new NamedNumber(MONTHS[clock.month - 1]!, clock.month);
      case 'Day':
        return clock.day;
      case 'Weekday':
        return new NamedNumber(WEEKDAYS[clock.weekday]!, clock.weekday);
      case 'YearDay':
        return clock.yearDay;
      case 'Hour':
        return clock.hour;
      case 'Minute':
        return clock.minute;
      case 'Second':
        return clock.second;
      case 'Nanosecond':
        return clock.nanos;
      case 'Unix':
        return toInt(this.seconds, 'int64');
      case 'UnixMilli':
        return toInt(this.seconds * 1000 + Math.floor(this.nanos / 1e6), 'int64');
      case 'UTC':
        return this.inZone(UTC);
      case 'String':
        return this.toText();
      case 'IsZero':
        return this.seconds === ZERO_SECONDS && this.nanos === 0;
      case 'Before':
        return argument instanceof GoTime ? this.since(argument) < 0n : undefined;
      case 'After':
        return argument instanceof GoTime ? this.since(argument) > 0n : undefined;
      case 'Equal':
        return argument instanceof GoTime ? this.since(argument) === 0n : undefined;
      default:
        return undefined;
    }
  }
}

/** The first of January of the year 1: what Go shows for a time that was not set. */
const ZERO_SECONDS = -62_135_596_800;

export function zeroTime(): GoTime {
  return new GoTime(ZERO_SECONDS, 0);
}

/** A number that has a name, such as a month. */
class NamedNumber extends BoxedNumber {
  readonly #name: string;

  constructor(name: string, value: number) {
    super('int', value);
    this.#name = name;
  }

  override toText(): string {
    return this.#name;
  }
}
