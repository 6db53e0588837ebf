import type { z } from 'zod';
import { CompozyError } from '../errors/compozy-error.js';
import type { Json, JsonObject } from '../model/json.js';
import type { PlanSchedule } from '../model/plan.js';
import { parseDuration } from '../tasks/parse-duration.js';
import { isTemplate } from '../template/index.js';
import { createSchemaValidator } from './json-schema.js';
import { parseCron } from './parse-cron.js';
import type { Reporter } from './reporter.js';
import { isRecord, textAt, type Path, type SourceDocument } from './source-document.js';
import { suggest } from './suggest.js';
import type { scheduleDocument } from './workflow.js';

type ScheduleDocument = z.output<typeof scheduleDocument>;

const ROOT = 'schedule';
const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
/** No schema of ours is kept between workflows: each is used once. */
const validator = createSchemaValidator();

/** The schedule of a workflow, with its defaults; reports what is wrong with it. */
export function compileSchedule(
  source: SourceDocument,
  document: Partial<ScheduleDocument> | undefined,
  input: JsonObject | undefined,
  reporter: Reporter,
): PlanSchedule | undefined {
  if (document === undefined || document === null) return undefined;
  const cron = checkCron(source, document, reporter);
  const timezone = checkTimezone(source, document, reporter);
  const startAt = checkTime(source, 'start_at', document, reporter);
  const endAt = checkTime(source, 'end_at', document, reporter);
  if (startAt !== undefined && endAt !== undefined && startAt >= endAt) {
    const message = '"start_at" must be before "end_at"';
    reporter.report(source, 'value.conflict', message, { path: [ROOT, 'start_at'] });
  }
  const jitterMs = document.jitter === undefined ? undefined : parseDuration(document.jitter);
  const given = (document.input ?? {}) as JsonObject;
  checkInput(source, document, input, reporter);
  if (cron === undefined || timezone === undefined) return undefined;
  return {
    cron,
    timezone,
    enabled: document.enabled ?? true,
    overlap: document.overlap_policy ?? 'skip',
    ...(jitterMs === undefined || jitterMs === 0 ? {} : { jitterMs }),
    ...(startAt === undefined ? {} : { startAt }),
    ...(endAt === undefined ? {} : { endAt }),
    input: given,
  };
}

function checkCron(
  source: SourceDocument,
  { cron }: Partial<ScheduleDocument>,
  reporter: Reporter,
): string | undefined {
  const path: Path = [ROOT, 'cron'];
  if (cron === undefined) return undefined;
  const text = textAt(source, path) ?? String(cron);
  try {
    parseCron(text);
    return text.trim().replaceAll(/\s+/g, ' ');
  } catch (error) {
    if (!CompozyError.isInstance(error)) throw error;
    const { column, suggestion } = error.details;
    reporter.report(source, 'value.cron', error.message, {
      path,
      ...(typeof cron === 'string' ? { at: source.textPlace(path, { line: 1, column: Number(column) }) } : {}),
      suggestion: typeof suggestion === 'string' ? suggestion : undefined,
    });
    return undefined;
  }
}

function checkTimezone(
  source: SourceDocument,
  { timezone = 'UTC' }: Partial<ScheduleDocument>,
  reporter: Reporter,
): string | undefined {
  const found = ianaName(timezone);
  if (found !== undefined) return found;
  reporter.report(source, 'value.timezone', `There is no time zone "${timezone}"`, {
    path: [ROOT, 'timezone'],
    expected: 'an IANA name such as "Europe/Berlin", or "UTC"',
    suggestion: suggest(timezone, Intl.supportedValuesOf('timeZone')),
  });
  return undefined;
}

/** Temporal's server reads names from files, so their letters have to be of the right case; here they need not be. */
function ianaName(name: string): string | undefined {
  // An offset is a zone for `Intl`, and is none for Temporal.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    if (timeZone.toLowerCase() === name.toLowerCase()) return timeZone;
    return /^[a-z]/.test(name) ? timeZone : name;
  } catch {
    return undefined;
  }
}

function checkTime(
  source: SourceDocument,
  key: 'start_at' | 'end_at',
  document: Partial<ScheduleDocument>,
  reporter: Reporter,
): string | undefined {
  const path: Path = [ROOT, key];
  if (document[key] === undefined) return undefined;
  const text = textAt(source, path) ?? '';
  const time = rfc3339(text);
  if (time === undefined) {
    const expected = 'a time as of RFC 3339, such as "2030-01-31T09:00:00Z" or "2030-01-31T09:00:00+01:00"';
    reporter.report(source, 'value.time', `"${key}" must be ${expected}, not ${JSON.stringify(text)}`, {
      path,
      expected,
    });
  }
  return time;
}

/** The same time in UTC with milliseconds, so that times compare as texts. */
function rfc3339(text: string): string | undefined {
  const day = RFC_3339.exec(text)?.[1];
  if (day === undefined) return undefined;
  const ms = Date.parse(text.toUpperCase());
  const start = Date.parse(`${day}T00:00:00Z`);
  // A 30th of February would become the 2nd of March.
  if (Number.isNaN(ms) || Number.isNaN(start) || !new Date(start).toISOString().startsWith(day)) return undefined;
  return new Date(ms).toISOString();
}

/** What will be the input of each run has to be one. */
function checkInput(
  source: SourceDocument,
  { input }: Partial<ScheduleDocument>,
  schema: JsonObject | undefined,
  reporter: Reporter,
): void {
  const path: Path = [ROOT, 'input'];
  warnOfTemplates(source, path, input, reporter);
  if (schema === undefined) return;
  const result = validator.validate(schema, validator.applyDefaults(schema, (input ?? {}) as Json));
  if (result.ok) return;
  for (const { pointer, message } of result.problems) {
    const name = pointer === '' ? '"input" of the schedule' : `"${pointer.slice(1).replaceAll('/', '.')}"`;
    const inner = pointer
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
    reporter.report(source, 'value.input', `${name} ${message}, as the input schema of the workflow wants it`, {
      path: input === undefined ? [ROOT] : [...path, ...inner.map((key) => (/^\d+$/.test(key) ? Number(key) : key))],
    });
  }
}

function warnOfTemplates(source: SourceDocument, path: Path, value: unknown, reporter: Reporter): void {
  if (typeof value === 'string' && isTemplate(value)) {
    const message = 'The input of a schedule is passed on as it is written; this template stays a text';
    reporter.report(source, 'template.not-evaluated', message, { path, severity: 'warning' });
  } else if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) warnOfTemplates(source, [...path, index], element, reporter);
  } else if (isRecord(value)) {
    for (const [key, part] of Object.entries(value)) warnOfTemplates(source, [...path, key], part, reporter);
  }
}
