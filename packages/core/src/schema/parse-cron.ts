import { CompozyError } from '../errors/compozy-error.js';
import { parseDuration } from '../tasks/parse-duration.js';
import { suggest } from './suggest.js';

/** From `start` to `end`, both included, every `step`. */
export interface CronRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** A second matches when every field matches it: day of month and day of week too, as Temporal has it. */
export interface CronCalendar {
  readonly second: readonly CronRange[];
  readonly minute: readonly CronRange[];
  readonly hour: readonly CronRange[];
  readonly dayOfMonth: readonly CronRange[];
  readonly month: readonly CronRange[];
  /** 0 is Sunday. */
  readonly dayOfWeek: readonly CronRange[];
  /** Without it, every year. */
  readonly year?: readonly CronRange[];
}

export type CronTimes = { readonly everyMs: number } | { readonly calendar: CronCalendar };

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
  /** Number of the first name. */
  readonly first?: number;
  readonly mayBeAny?: boolean;
}

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** What Temporal's calendars know. */
const YEARS = { min: 2000, max: 2100 };

const FIELDS = {
  second: { name: 'second', min: 0, max: 59 },
  minute: { name: 'minute', min: 0, max: 59 },
  hour: { name: 'hour', min: 0, max: 23 },
  dayOfMonth: { name: 'day of month', min: 1, max: 31, mayBeAny: true },
  month: { name: 'month', min: 1, max: 12, names: MONTHS, first: 1 },
  dayOfWeek: { name: 'day of week', min: 0, max: 7, names: DAYS, first: 0, mayBeAny: true },
  year: { name: 'year', min: 1970, max: 3000 },
} as const satisfies Record<string, Field>;

type FieldName = keyof typeof FIELDS;

const ORDER: readonly FieldName[] = ['second', 'minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek', 'year'];

const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/**
 * The times of a cron expression: 5 fields (minute, hour, day of month, month, day of week), 6 with the second in
 * front, 7 with the year behind; `@every <duration>`; or a macro such as `@daily`.
 *
 * @throws `Config.Invalid` with `details.column`, from 1, of the part that is wrong.
 */
export function parseCron(text: string): CronTimes {
  const words = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ word, column: index + 1 }));
  const [head] = words;
  if (head === undefined) throw problem('A cron expression must not be empty', 1);
  if (head.word.startsWith('@')) return parseMacro(text, head);
  if (/^(CRON_)?TZ=/.test(head.word)) throw problem('The time zone belongs under "timezone"', head.column);
  if (words.length < 5 || words.length > 7) {
    const message =
      'A cron expression has 5 fields (minute, hour, day of month, month, day of week), 6 with the second in front, ' +
      `or 7 with the year behind; this one has ${words.length}`;
    throw problem(message, head.column);
  }
  const names = ORDER.slice(words.length === 5 ? 1 : 0);
  const fields: Partial<Record<FieldName, readonly CronRange[]>> = {};
  for (const [index, { word, column }] of words.entries()) {
    fields[names[index]!] = parseField(FIELDS[names[index]!], word, column);
  }
  const { year, ...rest } = { second: [{ start: 0, end: 0, step: 1 }], ...fields } as Required<typeof fields>;
  const last = words.at(-1)!;
  const known = year === undefined || last.word === '*' ? undefined : knownYears(year, last.column);
  checkDays(rest, words.at(names.indexOf('dayOfMonth'))!.column);
  return { calendar: { ...rest, ...(known === undefined ? {} : { year: known }) } };
}

function parseMacro(text: string, { word, column }: Word): CronTimes {
  const rest = text.slice(column - 1 + word.length).trim();
  if (word === '@every') {
    const at = rest === '' ? column : text.indexOf(rest, column - 1 + word.length) + 1;
    const everyMs = parseDuration(rest);
    if (everyMs === undefined) throw problem('"@every" needs a duration such as "30s" or "1h30m"', at);
    if (everyMs < 1_000 || everyMs % 1_000 !== 0) {
      throw problem(`"@every" takes whole seconds, at least one, not "${rest}"`, at);
    }
    return { everyMs };
  }
  const macro = Object.hasOwn(MACROS, word) ? MACROS[word] : undefined;
  if (macro === undefined) {
    const known = ['@every', ...Object.keys(MACROS)];
    throw problem(`There is no "${word}"; there are ${known.join(', ')}`, column, suggest(word, known));
  }
  if (rest !== '') throw problem(`Nothing may stand behind "${word}"`, text.indexOf(rest, column) + 1);
  return parseCron(macro);
}

interface Word {
  readonly word: string;
  readonly column: number;
}

function parseField(field: Field, text: string, column: number): readonly CronRange[] {
  const ranges: CronRange[] = [];
  let at = column;
  for (const part of text.split(',')) {
    ranges.push(...parsePart(field, part, at));
    at += part.length + 1;
  }
  return ranges;
}

function parsePart(field: Field, part: string, column: number): readonly CronRange[] {
  const [base = '', stepText, ...more] = part.split('/');
  if (more.length > 0) throw problem(`"${part}" has more than one "/" (${field.name})`, column);
  const step = stepText === undefined ? 1 : Number(stepText);
  const count = lastOf(field) - field.min + 1;
  if (stepText !== undefined && (!/^\d+$/.test(stepText) || step < 1 || step > count)) {
    throw problem(
      `The step of the ${field.name} must be from 1 to ${count}, not "${stepText}"`,
      column + base.length + 1,
    );
  }
  if (base === '*' || (base === '?' && field.mayBeAny === true)) {
    return [{ start: field.min, end: lastOf(field), step }];
  }
  const dash = base.indexOf('-', 1);
  const startText = dash === -1 ? base : base.slice(0, dash);
  const start = parseValue(field, startText, column);
  if (dash === -1) return daysFromZero(field, { start, end: stepText === undefined ? start : lastOf(field), step });
  const endText = base.slice(dash + 1);
  const given = parseValue(field, endText, column + dash + 1);
  // `fri-sun`: a week may end with Sunday.
  const end = field === FIELDS.dayOfWeek && given === 0 && start > 0 ? 7 : given;
  if (end < start) throw problem(`The range "${base}" of the ${field.name} goes backwards`, column);
  return daysFromZero(field, { start, end, step });
}

function lastOf(field: Field): number {
  return field === FIELDS.dayOfWeek ? 6 : field.max;
}

/** Sunday may be written 7. */
function daysFromZero(field: Field, range: CronRange): readonly CronRange[] {
  if (field !== FIELDS.dayOfWeek || range.end < 7) return [range];
  return valuesOf([range]).map((day) => ({ start: day % 7, end: day % 7, step: 1 }));
}

function parseValue({ name, min, max, names, first = 0 }: Field, text: string, column: number): number {
  if (/^\d+$/.test(text)) {
    const value = Number(text);
    if (value >= min && value <= max) return value;
    throw problem(`The ${name} must be from ${min} to ${max}, not ${text}`, column);
  }
  const index = names?.findIndex((full) => isNamed(full, text.toLowerCase())) ?? -1;
  if (index !== -1) return index + first;
  if (/[LW#]/.test(text) && !/^[a-z]{3,}$/i.test(text)) {
    throw problem(`"${text}" (${name}): Temporal's calendars have no "L", "W" and "#"`, column);
  }
  const short = names?.map((full) => full.slice(0, 3));
  const forms = `from ${min} to ${max}${short === undefined ? '' : ` or ${short[0]!} to ${short.at(-1)!}`}`;
  const meant = names === undefined ? undefined : (suggest(text, short!) ?? suggest(text, names));
  throw problem(`The ${name} must be ${forms}, not "${text}"`, column, meant);
}

function isNamed(full: string, text: string): boolean {
  return text === full || text === full.slice(0, 3);
}

function valuesOf(ranges: readonly CronRange[]): readonly number[] {
  return ranges.flatMap(({ start, end, step }) =>
    Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step),
  );
}

/** The years that Temporal knows, of those that were written. */
function knownYears(ranges: readonly CronRange[], column: number): readonly CronRange[] {
  const years = valuesOf(ranges).filter((year) => year >= YEARS.min && year <= YEARS.max);
  if (years.length === 0) throw problem(`No year from ${YEARS.min} to ${YEARS.max} is among these`, column);
  return years.map((year) => ({ start: year, end: year, step: 1 }));
}

/** The 31st of February never comes. */
function checkDays({ dayOfMonth, month }: Pick<CronCalendar, 'dayOfMonth' | 'month'>, column: number): void {
  const first = Math.min(...valuesOf(dayOfMonth));
  const longest = Math.max(...valuesOf(month).map((number) => MONTH_DAYS[number - 1]!));
  if (first > longest) throw problem(`No month of this expression has a day ${first}`, column);
}

function problem(message: string, column: number, suggestion?: string): CompozyError {
  return new CompozyError('Config.Invalid', message, {
    details: { column, ...(suggestion === undefined ? {} : { suggestion }) },
  });
}
