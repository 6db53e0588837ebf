import { dayOf, daysIn, isLeap } from './civil.js';
import { MONTHS, WEEKDAYS } from './format-time.js';
import { GoTime } from './go-time.js';
import { layoutParts } from './layout.js';
import { fixedZone, UTC, type Zone } from './zone.js';

interface Fields {
  year: number;
  month: number | undefined;
  day: number | undefined;
  yearDay: number | undefined;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  afternoon: boolean | undefined;
  offset: number | undefined;
  zoneName: string;
}

/** Thrown inside of this file only: the text does not fit the layout. */
const MISMATCH = Symbol('mismatch');

/** As Go's time.Parse in UTC; undefined when the text does not fit the layout. */
export function parseTime(layout: string, text: string): GoTime | undefined {
  try {
    return new TimeParser(layout, text).parse();
  } catch (error) {
    if (error === MISMATCH) return undefined;
    throw error;
  }
}

class TimeParser {
  readonly layout: string;
  readonly text: string;
  at = 0;
  readonly fields: Fields = {
    year: 0,
    month: undefined,
    day: undefined,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    nanos: 0,
    afternoon: undefined,
    offset: undefined,
    zoneName: '',
  };

  constructor(layout: string, text: string) {
    this.layout = layout;
    this.text = text;
  }

  parse(): GoTime {
    const parts = layoutParts(this.layout);
    for (const [index, { element, text }] of parts.entries()) {
      if (element === '') this.literal(text);
      else this.element(element, parts[index + 1]?.element ?? '');
    }
    if (this.at < this.text.length) throw MISMATCH;
    return this.result();
  }

  /** Runs of blanks fit any run of blanks. */
  private literal(text: string): void {
    for (let i = 0; i < text.length;) {
      if (text[i] === ' ') {
        if (this.at < this.text.length && this.text[this.at] !== ' ') throw MISMATCH;
        while (text[i] === ' ') i += 1;
        while (this.text[this.at] === ' ') this.at += 1;
        continue;
      }
      if (this.text[this.at] !== text[i]) throw MISMATCH;
      this.at += 1;
      i += 1;
    }
  }

  private element(element: string, following: string): void {
    const { fields } = this;
    switch (element) {
      case '2006':
        fields.year = this.digits(4, 4);
        return;
      case '06': {
        const short = this.digits(2, 2);
        fields.year = short + (short >= 69 ? 1900 : 2000);
        return;
      }
      case 'January':
        fields.month = this.name(MONTHS, undefined) + 1;
        return;
      case 'Jan':
        fields.month = this.name(MONTHS, 3) + 1;
        return;
      case 'Monday':
        this.name(WEEKDAYS, undefined);
        return;
      case 'Mon':
        this.name(WEEKDAYS, 3);
        return;
      case '1':
      case '01':
        fields.month = this.ranged(element === '1' ? 1 : 2, 1, 12);
        return;
      case '2':
      case '_2':
      case '02':
        if (element === '_2' && this.text[this.at] === ' ') this.at += 1;
        fields.day = this.digits(element === '02' ? 2 : 1, 2);
        return;
      case '__2':
      case '002':
        if (element === '__2') for (let i = 0; i < 2 && this.text[this.at] === ' '; i += 1) this.at += 1;
        fields.yearDay = this.digits(element === '__2' ? 1 : 3, 3);
        return;
      case '15':
        fields.hour = this.ranged(1, 0, 23);
        return;
      case '3':
      case '03':
        fields.hour = this.ranged(element === '3' ? 1 : 2, 0, 12);
        return;
      case '4':
      case '04':
        fields.minute = this.ranged(element === '4' ? 1 : 2, 0, 59);
        return;
      case '5':
      case '05':
        fields.second = this.ranged(element === '5' ? 1 : 2, 0, 59);
        // A fraction may follow even where the layout has none.
        if (/^[.,]\d/.test(this.text.slice(this.at, this.at + 2)) && !/^[.,]/.test(following)) this.fraction();
        return;
      case 'PM':
      case 'pm': {
        const text = this.text.slice(this.at, this.at + 2);
        const [am, pm] = element === 'PM' ? ['AM', 'PM'] : ['am', 'pm'];
        if (text !== am && text !== pm) throw MISMATCH;
        fields.afternoon = text === pm;
        this.at += 2;
        return;
      }
      case 'MST':
        this.zoneName();
        return;
      default:
        if (element.startsWith('.') || element.startsWith(',')) this.exactFraction(element);
        else this.offset(element);
    }
  }

  /** At least and at most so many digits. */
  private digits(least: number, most: number): number {
    let end = this.at;
    while (end - this.at < most && /\d/.test(this.text[end] ?? '')) end += 1;
    if (end - this.at < least) throw MISMATCH;
    const value = Number(this.text.slice(this.at, end));
    this.at = end;
    return value;
  }

  private ranged(least: number, from: number, to: number): number {
    const value = this.digits(least, 2);
    if (value < from || value > to) throw MISMATCH;
    return value;
  }

  private name(names: readonly string[], length: number | undefined): number {
    const rest = this.text.slice(this.at, this.at + 12).toLowerCase();
    const index = names.findIndex((name) => rest.startsWith(name.slice(0, length).toLowerCase()));
    if (index === -1) throw MISMATCH;
    this.at += names[index]!.slice(0, length).length;
    return index;
  }

  private fraction(): void {
    let end = this.at + 1;
    while (/\d/.test(this.text[end] ?? '')) end += 1;
    this.fields.nanos = Number(this.text.slice(this.at + 1, Math.min(end, this.at + 10)).padEnd(9, '0'));
    this.at = end;
  }

  private exactFraction(element: string): void {
    if (element[1] === '9') {
      if (/^[.,]\d/.test(this.text.slice(this.at, this.at + 2))) this.fraction();
      return;
    }
    const text = this.text.slice(this.at, this.at + element.length);
    if (!/^[.,]\d+$/.test(text) || text.length !== element.length) throw MISMATCH;
    this.fields.nanos = Number(text.slice(1, 10).padEnd(9, '0'));
    this.at += element.length;
  }

  private offset(element: string): void {
    if (element.startsWith('Z') && this.text[this.at] === 'Z') {
      this.at += 1;
      this.fields.offset = 0;
      this.fields.zoneName = 'UTC';
      return;
    }
    const shape = element.slice(1).replace(/07/, '(\\d\\d)').replaceAll('00', '(\\d\\d)');
    const match = new RegExp(`^([+-])${shape}`).exec(this.text.slice(this.at, this.at + 12));
    if (match === null) throw MISMATCH;
    const [all, sign, hours = '0', minutes = '0', seconds = '0'] = match;
    if (Number(hours) > 24 || Number(minutes) > 60 || Number(seconds) > 60) throw MISMATCH;
    const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    this.fields.offset = sign === '-' ? -size : size;
    this.at += all.length;
  }

  /** Three or four capitals, as in MST and CEST; or GMT with hours; or hours alone. */
  private zoneName(): void {
    const rest = this.text.slice(this.at, this.at + 8);
    let name: string;
    if (rest.startsWith('UTC')) name = 'UTC';
    else if (/^(?:ChST|MeST)/.test(rest)) name = rest.slice(0, 4);
    else if (rest.startsWith('GMT')) {
      const hours = /^GMT([+-]\d{1,2})(?!\d)/.exec(rest);
      name = hours !== null && Math.abs(Number(hours[1])) <= 23 ? hours[0] : 'GMT';
    } else {
      const capitals = /^[A-Z]{0,6}/.exec(rest)![0];
      const signed = /^[+-]\d\d/.exec(rest);
      if (signed !== null && Math.abs(Number(signed[0])) <= 23) name = signed[0];
      else if (capitals.length === 5 && capitals.endsWith('T')) name = capitals;
      else if (capitals.length === 4 && (capitals.endsWith('T') || capitals === 'WITA')) name = capitals;
      else if (capitals.length === 3) name = capitals;
      else throw MISMATCH;
    }
    this.fields.zoneName = name;
    this.at += name.length;
  }

  private result(): GoTime {
    const { fields } = this;
    let { hour, month, day } = fields;
    if (fields.afternoon === true && hour < 12) hour += 12;
    else if (fields.afternoon === false && hour === 12) hour = 0;
    if (fields.yearDay !== undefined) {
      if (fields.yearDay < 1 || fields.yearDay > (isLeap(fields.year) ? 366 : 365)) throw MISMATCH;
      let rest = fields.yearDay;
      let named = 1;
      while (rest > daysIn(named, fields.year)) {
        rest -= daysIn(named, fields.year);
        named += 1;
      }
      if ((month !== undefined && month !== named) || (day !== undefined && day !== rest)) throw MISMATCH;
      month = named;
      day = rest;
    }
    const date = { year: fields.year, month: month ?? 1, day: day ?? 1 };
    if (date.day < 1 || date.day > daysIn(date.month, date.year)) throw MISMATCH;
    const zone = this.zone();
    const local = dayOf(date) * 86_400 + hour * 3600 + fields.minute * 60 + fields.second;
    // A zone that is only a name does not move the clock, even where its name says by how much.
    return new GoTime(fields.offset === undefined ? local : local - zone.at(local).offset, fields.nanos, zone);
  }

  private zone(): Zone {
    const { offset, zoneName } = this.fields;
    if (offset !== undefined) {
      if (offset === 0 && (zoneName === '' || zoneName === 'UTC')) return UTC;
      return fixedZone(zoneName, offset);
    }
    if (zoneName === '' || zoneName === 'UTC') return UTC;
    const hours = /^GMT([+-]\d+)$/.exec(zoneName);
    return fixedZone(zoneName, hours === null ? 0 : Number(hours[1]) * 3600);
  }
}
