import type { z } from 'zod';
import type { Json, JsonObject } from '../model/json.js';
import type { PlanWebhook, PlanWebhookEvent, WebhookStrategy } from '../model/plan.js';
import { parseDuration } from '../tasks/parse-duration.js';
import { isTemplate, templateReferences } from '../template/index.js';
import { checkConditionText } from './check-condition.js';
import type { TemplateScope } from './check-reference.js';
import { visitTemplates } from './check-templates.js';
import type { Reporter } from './reporter.js';
import { isRecord, valueAt, type Path, type SourceDocument } from './source-document.js';
import { safeParseTemplate } from './template-scope.js';
import type { WebhookSlugs } from './webhook-slugs.js';
import type { triggerDocument } from './workflow.js';

type WebhookDocument = NonNullable<z.output<typeof triggerDocument>['webhook']>;

/** What a webhook's filter may speak of. */
const FILTER_ROOTS: ReadonlySet<string> = new Set(['payload', 'headers', 'query']);
const INPUT_ROOTS: ReadonlySet<string> = new Set(['payload']);
const SECRET_ROOTS: ReadonlySet<string> = new Set(['env']);

/** A slug is one segment of a path. */
const SLUG = /^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,199}$/;
const BASE64_SECRET = /^(?:whsec_)?[A-Za-z0-9+/]+={0,2}$/;
const DEFAULT_DEDUPE_TTL_MS = 10 * 60_000;
const DEFAULT_SKEW_MS = 5 * 60_000;
const HEADERS: Readonly<Partial<Record<WebhookStrategy, string>>> = {
  stripe: 'stripe-signature',
  github: 'x-hub-signature-256',
  standard: 'webhook-signature',
};

export interface WebhookCheck {
  readonly source: SourceDocument;
  readonly slugs: WebhookSlugs;
  readonly envNames: ReadonlySet<string>;
  readonly emptyEnv: ReadonlySet<string>;
  readonly publicEnv: Readonly<Record<string, string>>;
  readonly reporter: Reporter;
  /** Makes the event's name one that starts the workflow; its schema, if it has one. */
  addTrigger(name: string, event: Path): JsonObject | undefined;
}

/** The settings of the webhook at `path`; reports what is wrong with them. */
export function compileWebhook(
  document: Partial<WebhookDocument>,
  path: Path,
  check: WebhookCheck,
): PlanWebhook | undefined {
  const { slug } = document;
  if (slug !== undefined) checkSlug(slug, [...path, 'slug'], check);
  const verify = compileVerify(document, [...path, 'verify'], check);
  const events = document.events ?? [];
  if (events.length === 0) missing(check, path, 'A webhook needs "events"', 'a list of events');
  const compiled = events.flatMap((event, index) => compileEvent(event ?? {}, [...path, 'events', index], check) ?? []);
  if (slug === undefined) return undefined;
  const { dedupe } = document;
  return {
    slug: slug.toLowerCase(),
    method: document.method ?? 'POST',
    verify,
    dedupe: {
      // With a block of its own it has to be switched on; without one, the header alone counts.
      enabled: dedupe === undefined || dedupe === null ? true : dedupe.enabled === true,
      ttlMs: milliseconds(dedupe?.ttl) ?? DEFAULT_DEDUPE_TTL_MS,
      ...(dedupe?.key === undefined || dedupe.key === '' ? {} : { key: dedupe.key }),
      ...(dedupe?.enabled === true ? { isAskedFor: true as const } : {}),
    },
    events: compiled,
  };
}

function checkSlug(slug: string, path: Path, { source, slugs, reporter }: WebhookCheck): void {
  if (!SLUG.test(slug)) {
    const expected = 'letters, digits, "_", "-", "~" and ".", 200 at most';
    const message = `The slug ${JSON.stringify(slug)} may only have ${expected}`;
    reporter.report(source, 'id.invalid', message, { path, expected });
    return;
  }
  const key = slug.toLowerCase();
  const first = slugs.get(key);
  if (first === undefined) {
    slugs.set(key, { file: source.file, line: source.valuePlace(path).line });
    return;
  }
  const message = `There is already a webhook "${key}", at ${first.file}:${first.line}; upper and lower case are the same`;
  reporter.report(source, 'id.duplicate', message, { path });
}

function compileVerify(document: Partial<WebhookDocument>, path: Path, check: WebhookCheck): PlanWebhook['verify'] {
  const { source, reporter } = check;
  const { strategy = 'none', secret, header, skew } = document.verify ?? {};
  if (strategy === 'none') return { strategy, skewMs: DEFAULT_SKEW_MS };
  if (secret === undefined || secret === '') {
    missing(check, path, `Verification "${strategy}" needs a "secret"`, '"secret"');
  } else if (!isTemplate(secret)) {
    const message = 'The secret stands in the file, for everybody who can read it; move it to the .env file';
    const expected = '"{{ .env.NAME }}"';
    reporter.report(source, 'env.secret', message, { path: [...path, 'secret'], severity: 'warning', expected });
    if (strategy === 'standard' && !BASE64_SECRET.test(secret)) {
      const wrong = 'The secret of the verification "standard" must be Base64, with or without "whsec_" before it';
      reporter.report(source, 'value.type', wrong, { path: [...path, 'secret'], expected: 'Base64' });
    }
  } else checkEmptySecret(secret, [...path, 'secret'], check);
  visitTemplates(source, [...path, 'secret'], reporter, scopeOf(SECRET_ROOTS, check));
  const fixed = HEADERS[strategy];
  if (fixed === undefined && (header === undefined || header === '')) {
    missing(check, path, `Verification "${strategy}" needs the "header" with the signature`, '"header"');
  }
  const name = fixed ?? header?.toLowerCase();
  return {
    strategy,
    ...(name === undefined ? {} : { header: name }),
    ...(secret === undefined ? {} : { secret }),
    skewMs: milliseconds(skew) ?? DEFAULT_SKEW_MS,
  };
}

/** The `.env` file may be another one where the project is served, so this is no error. */
function checkEmptySecret(secret: string, path: Path, { source, reporter, emptyEnv }: WebhookCheck): void {
  const template = safeParseTemplate(secret);
  const names = (template === undefined ? [] : templateReferences(template)).map(({ path: [, name] }) => name);
  const empty = names.find((name) => name !== undefined && emptyEnv.has(name));
  if (empty === undefined) return;
  const message = `"${empty}" is empty, and nobody can sign with an empty secret: every request is refused`;
  reporter.report(source, 'env.unset', message, { path, severity: 'warning', expected: 'a text that is not empty' });
}

function compileEvent(
  event: Partial<NonNullable<WebhookDocument['events']>[number]>,
  path: Path,
  check: WebhookCheck,
): PlanWebhookEvent | undefined {
  const { source, reporter } = check;
  const { name, filter } = event;
  const schema = name === undefined ? undefined : check.addTrigger(name, path);
  if (filter === undefined) missing(check, path, 'An event of a webhook needs a "filter"', 'a condition');
  else checkConditionText(source, [...path, 'filter'], String(filter), reporter, { roots: FILTER_ROOTS });
  const input = valueAt(source.value, [...path, 'input']);
  if (input === undefined || (isRecord(input) && Object.keys(input).length === 0)) {
    missing(check, path, 'An event of a webhook needs an "input" that is not empty', 'a map of templates');
  }
  visitTemplates(source, [...path, 'input'], reporter, scopeOf(INPUT_ROOTS, check));
  if (name === undefined || filter === undefined) return undefined;
  return {
    name,
    filter: String(filter),
    input: (event.input ?? {}) as Record<string, Json>,
    ...(schema === undefined ? {} : { schema }),
  };
}

function scopeOf(roots: ReadonlySet<string>, { envNames, publicEnv }: WebhookCheck): TemplateScope {
  const tasks = { ids: [], find: () => 'unknown' as const, isNestedView: () => false, outputOf: () => undefined };
  return { roots, tasks, input: undefined, envNames, publicEnv, secrets: undefined };
}

function milliseconds(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text);
}

function missing({ source, reporter }: WebhookCheck, path: Path, message: string, expected: string): void {
  reporter.report(source, 'value.missing', message, { path, expected });
}
