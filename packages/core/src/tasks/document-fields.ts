import { z } from 'zod';
import { DURATION_FORMS, parseDuration } from './parse-duration.js';

/** What diagnostics say about a value that does not fit; also the code that they carry. */
export interface FieldNote {
  readonly expected: string;
  readonly code?: 'value.type' | 'value.range' | 'value.duration' | 'value.enum' | 'id.invalid';
  /** What an enumeration allows, for a suggestion. */
  readonly values?: readonly string[];
}

/** Notes of field schemas, beside zod's own metadata so that they do not reach the JSON Schemas of editors. */
export const fieldNotes = new WeakMap<z.core.$ZodType, FieldNote>();

/** Keys of a mapping that are accepted and have no effect, with the reason. */
export const ignoredKeys = new WeakMap<z.core.$ZodType, Readonly<Record<string, string>>>();

export function noted<T extends z.ZodType>(schema: T, note: FieldNote): T {
  fieldNotes.set(schema, note);
  return schema;
}

/** A mapping with exactly these keys. `ignored`: keys that files in the wild carry, with what to say about them. */
export function mapping<S extends z.core.$ZodLooseShape>(
  shape: S,
  ignored: Readonly<Record<string, string>> = {},
): z.ZodObject<S, z.core.$strict> {
  const schema = noted(z.strictObject(shape), { expected: 'a mapping' });
  ignoredKeys.set(schema, ignored);
  return schema;
}

export function listOf<T extends z.ZodType>(element: T, what = 'a list'): z.ZodArray<T> {
  return noted(z.array(element), { expected: what });
}

export function oneOf<const V extends readonly [string, ...string[]]>(
  ...values: V
): z.ZodEnum<z.core.util.ToEnum<V[number]>> {
  const list = values.map((value) => `"${value}"`).join(', ');
  return noted(z.enum(values), { expected: `one of ${list}`, code: 'value.enum', values });
}

const isTemplateText = (text: string): boolean => text.includes('{{');

export const text = noted(z.string(), { expected: 'a text' });
export const nonEmptyText = noted(z.string().min(1), { expected: 'a text that is not empty' });
/** YAML reads `1.0` and `true` as a number and a boolean, where the author means a text. */
export const scalarText = noted(z.union([z.string(), z.number(), z.boolean()]), { expected: 'a text' });
export const flag = noted(z.boolean(), { expected: 'true or false' });
export const anyMap = noted(z.record(z.string(), z.unknown()), { expected: 'a mapping' });
export const anyValue = z.unknown();
export const anyList = noted(z.array(z.unknown()), { expected: 'a list' });
export const textList = noted(z.array(scalarText), { expected: 'a list of texts' });

export const duration = noted(
  z
    .string()
    .refine((value) => parseDuration(value) !== undefined)
    .meta({ description: 'Go duration (1h30m, 500ms), days and weeks (2d), or words (5 seconds)' }),
  { expected: DURATION_FORMS, code: 'value.duration' },
);

export const wholeNumber = (minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): z.ZodInt => {
  const range = maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  return noted(z.int().min(minimum).max(maximum), { expected: `a whole number ${range}`, code: 'value.range' });
};

/** A whole number, or a template that gives one. */
export const wholeNumberOrTemplate = (minimum: number, maximum: number) =>
  noted(z.union([z.int().min(minimum).max(maximum), z.string().refine((value) => isTemplateText(value))]), {
    expected: `a whole number from ${minimum} to ${maximum}, or a template`,
    code: 'value.range',
  });

/** A JSON Schema in place, or the id of one. */
export const schemaOrId = noted(z.union([z.string(), z.record(z.string(), z.unknown()), z.boolean()]), {
  expected: 'a JSON Schema, or the id of one',
});

/** Environment variables; values may be templates. */
export const envMap = noted(z.record(z.string(), scalarText), { expected: 'a mapping of names to texts' });

/** A definition in place, or the id of one. */
export const definitionOrId = <T extends z.ZodType>(definition: T, what: string) =>
  noted(z.union([z.string(), definition]), { expected: `the id of ${what}, or its definition` });

export const transition = mapping({ next: text.optional(), with: anyMap.optional() });

const retryPolicy = mapping({
  initial_interval: duration.optional(),
  backoff_coefficient: noted(z.number().min(1), { expected: 'a number of at least 1', code: 'value.range' }).optional(),
  maximum_attempts: wholeNumber(0).optional(),
  maximum_interval: duration.optional(),
  non_retryable_error_types: textList.optional(),
});

/** `config:` as project, workflow and task have it. */
export const optionFields = {
  retry_policy: retryPolicy.optional(),
  schedule_to_start_timeout: duration.optional(),
  start_to_close_timeout: duration.optional(),
  schedule_to_close_timeout: duration.optional(),
  heartbeat_timeout: duration.optional(),
  on_error: transition.optional(),
};

export type OptionsDocument = z.output<z.ZodObject<typeof optionFields>>;
