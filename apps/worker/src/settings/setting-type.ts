import { z } from 'zod';
import type { DiagnosticCode } from '@compozy/core/loader';
import { DURATION_FORMS, parseDuration } from '@compozy/core/schema';

/** What values of a setting look like, in YAML and as a text of the environment or of a flag. */
export interface SettingType<T> {
  /** Of the value in YAML. */
  readonly schema: z.ZodType<T>;
  /** For messages: "must be …". */
  readonly expected: string;
  /** Of a value of the right kind that does not fit. */
  readonly code: DiagnosticCode;
  /** A boolean: its flag needs no value. */
  readonly isFlag?: true;
  readonly values?: readonly string[];
  /** The YAML value that a text stands for; what cannot be read stays a text. */
  fromText(text: string): unknown;
  /** The value as one would write it. */
  show(value: T): string;
}

const asText = (text: string): unknown => text;

export const text: SettingType<string> = {
  schema: z.string().min(1),
  expected: 'a text that is not empty',
  code: 'value.type',
  fromText: asText,
  show: (value) => value,
};

/** A text of a certain form. */
export function textLike(form: RegExp, expected: string): SettingType<string> {
  return { ...text, schema: z.string().regex(form), expected };
}

export function wholeNumber(minimum: number, maximum?: number): SettingType<number> {
  const range = maximum === undefined ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  const digits = z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .pipe(
      z
        .int()
        .min(minimum)
        .max(maximum ?? Number.MAX_SAFE_INTEGER),
    );
  return {
    // YAML of the original has ports in quotes.
    schema: z.union([
      z
        .int()
        .min(minimum)
        .max(maximum ?? Number.MAX_SAFE_INTEGER),
      digits,
    ]),
    expected: `a whole number ${range}`,
    code: 'value.range',
    fromText: asText,
    show: String,
  };
}

export const port = wholeNumber(0, 65_535);

const FLAGS: Readonly<Record<string, boolean>> = { true: true, t: true, 1: true, false: false, f: false, 0: false };

export const flag: SettingType<boolean> = {
  schema: z.boolean(),
  expected: 'true or false',
  code: 'value.type',
  isFlag: true,
  fromText: (given) => FLAGS[given.toLowerCase()] ?? given,
  show: String,
};

/** In milliseconds. A number without a unit is one of milliseconds too. */
export function duration(minimumMs = 0): SettingType<number> {
  const least = minimumMs === 0 ? '' : `, of at least ${showDuration(minimumMs)}`;
  const written = z
    .string()
    .transform((given, context) => {
      const ms = /^\d+$/.test(given) ? Number(given) : parseDuration(given);
      if (ms === undefined) context.addIssue('no duration');
      return ms ?? z.NEVER;
    })
    .pipe(z.int().min(minimumMs));
  return {
    schema: z.union([z.int().min(minimumMs), written]),
    expected: `${DURATION_FORMS}${least}`,
    code: 'value.duration',
    fromText: asText,
    show: showDuration,
  };
}

export function oneOf<const V extends string>(...values: readonly V[]): SettingType<V> {
  return {
    schema: z.enum(values),
    expected: `one of ${values.map((value) => `"${value}"`).join(', ')}`,
    code: 'value.enum',
    values,
    fromText: asText,
    show: (value) => value,
  };
}

/** As a text: with commas between. */
export function listOf(element: z.ZodType<string>, expected: string): SettingType<readonly string[]> {
  return {
    schema: z.array(element),
    expected,
    code: 'value.type',
    fromText: (given) => given.split(',').map((part) => part.trim()),
    show: (value) => value.join(','),
  };
}

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** In the largest unit that gives a whole number: `30s`, `1500ms`. */
function showDuration(ms: number): string {
  if (ms === 0) return '0';
  const [unit, size] = UNITS.find(([, factor]) => ms % factor === 0)!;
  return `${ms / size}${unit}`;
}
