import type { z } from 'zod';
import type { DiagnosticCode } from './diagnostics.js';
import type { Reporter, ReportOptions } from './reporter.js';
import { isRecord, valueAt, type Path, type SourceDocument } from './source-document.js';
import { listNames } from './list-names.js';
import { ignoredReason, keysAt, noteAt } from './zod-shape.js';
import { suggest } from './suggest.js';

type Issue = z.core.$ZodIssue;

export interface CheckOptions {
  readonly reporter: Reporter;
  /** Unknown keys are warnings. */
  readonly lenient: boolean;
  /** Where tasks lead is somebody else's business: the names may be of no task in the file. */
  readonly isOpenEnded?: true;
  /** Keys that mean something elsewhere; here they are ignored, and a warning says `reason`. */
  readonly elsewhere?: { readonly keys: ReadonlySet<string>; readonly reason: string } | undefined;
}

/**
 * Checks the part of `document` at `path` and reports what does not fit. The result is that part without the pieces
 * that were reported, so that every other check can go on: anything may be missing in it, nothing is of a wrong type.
 */
export function checkDocument<S extends z.ZodObject>(
  document: SourceDocument,
  path: Path,
  schema: S,
  options: CheckOptions,
): Partial<z.output<S>> {
  return checkValue(valueAt(document.value, path), schema, { elsewhere: options.elsewhere }, (found) => {
    const { code, message, path: inner, ...rest } = found;
    const severity = code === 'key.ignored' || (code === 'key.unknown' && options.lenient) ? 'warning' : 'error';
    options.reporter.report(document, code, message, { severity, ...rest, path: [...path, ...inner] });
  }) as Partial<z.output<S>>;
}

interface Found extends Omit<ReportOptions, 'path'> {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly path: Path;
}

interface ValueOptions {
  readonly elsewhere?: CheckOptions['elsewhere'];
  /** What messages call the value itself. */
  readonly name?: string;
}

/** As {@link checkDocument}, for a value of any shape. */
export function checkValue(
  given: unknown,
  schema: z.ZodType,
  { elsewhere, name }: ValueOptions,
  report: (found: Found) => void,
): unknown {
  const value = copyWithoutNulls(given, schema, []);
  const result = schema.safeParse(value);
  if (result.success) return value;
  const wrong: Path[] = [];
  const issues = result.error.issues.flatMap((found) => flatten(found));
  const meant = new Set<string>();
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const path = issue.path as Path;
    for (const key of issue.keys) {
      wrong.push([...path, key]);
      // Directives are looked for everywhere, not only where keys are known.
      if (key.startsWith('$')) meant.add(JSON.stringify(path));
      else {
        const found = unknownKey(schema, path, key, elsewhere);
        report(found);
        if (found.suggestion !== undefined) meant.add(JSON.stringify([...path, found.suggestion]));
      }
    }
  }
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') continue;
    const path = issue.path as Path;
    wrong.push(path);
    // A key that is missing because it is misspelt is one mistake.
    const isMeant = meant.has(JSON.stringify(path)) || meant.has(JSON.stringify(path.slice(0, -1)));
    if (valueAt(value, path) !== undefined || !isMeant) report(wrongValue(schema, value, path, name));
  }
  return wrong.some((path) => path.length === 0) ? {} : without(value, wrong);
}

/** A union's issue becomes those of the form that the author most likely meant. */
function flatten(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.find((errors) =>
    errors.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  if (meant === undefined || meant.length === 0) return [issue];
  return meant.flatMap((inner) => flatten({ ...inner, path: [...issue.path, ...inner.path] } as Issue));
}

function unknownKey(schema: z.ZodType, path: Path, key: string, elsewhere: CheckOptions['elsewhere']): Found {
  const reason = ignoredReason(schema, path, key);
  const at = { path: [...path, key], at: 'key' } as const;
  if (reason !== undefined) return { code: 'key.ignored', message: `"${key}" has no effect here: ${reason}`, ...at };
  if (path.length === 0 && elsewhere?.keys.has(key) === true) {
    return { code: 'key.ignored', message: `"${key}" has no effect here: ${elsewhere.reason}`, ...at };
  }
  const known = keysAt(schema, path);
  const suggestion = suggest(key, known);
  const owner = path.findLast((segment) => typeof segment === 'string');
  const where = owner === undefined ? '' : ` in "${owner}"`;
  return {
    code: 'key.unknown',
    message: `Unknown key "${key}"${where}`,
    expected: `one of ${listNames(known, 100)}`,
    suggestion,
    ...at,
  };
}

function wrongValue(schema: z.ZodType, value: unknown, path: Path, ownName: string | undefined): Found {
  const name = path.at(-1) ?? ownName;
  const given = valueAt(value, path);
  const note = noteAt(schema, path);
  const expected = note?.expected ?? 'another value';
  if (given === undefined && path.length > 0) {
    return { code: 'value.missing', message: `"${name}" is missing`, expected, path: path.slice(0, -1) };
  }
  const subject = typeof name === 'number' ? `Element ${name}` : name === undefined ? 'This' : `"${name}"`;
  const isRightKind =
    note?.code !== undefined &&
    (typeof given === 'string' || (typeof given === 'number' && note.code === 'value.range'));
  const code: DiagnosticCode = isRightKind ? note.code : 'value.type';
  const shown = isRightKind ? JSON.stringify(given) : describeKind(given);
  const suggestion = note?.values !== undefined && typeof given === 'string' ? suggest(given, note.values) : undefined;
  return { code, message: `${subject} must be ${expected}, not ${shown}`, expected, suggestion, path };
}

/** What kind of value it is, for messages; the value itself could be a secret. */
export function describeKind(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? 'a text' : typeof value === 'number' ? `the number ${value}` : `${String(value)}`;
}

/** `key:` without a value means that the key is not there, where the language knows the key. */
function copyWithoutNulls(value: unknown, schema: z.ZodType, path: Path): unknown {
  if (Array.isArray(value)) return value.map((element) => copyWithoutNulls(element, schema, [...path, 0]));
  if (!isRecord(value)) return value;
  const known = new Set(keysAt(schema, path));
  if (known.size === 0) return value;
  const result: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) {
    if (part === null && known.has(key)) continue;
    result[key] = known.has(key) ? copyWithoutNulls(part, schema, [...path, key]) : part;
  }
  return result;
}

function without(value: unknown, paths: readonly Path[]): unknown {
  if (paths.some((path) => path.length === 0)) return undefined;
  if (paths.length === 0 || typeof value !== 'object' || value === null) return value;
  const inside = (key: string | number) => paths.filter(([head]) => head === key).map((path) => path.slice(1));
  if (Array.isArray(value)) {
    return value.map((element: unknown, index) => without(element, inside(index)));
  }
  const entries = Object.entries(value).map(([key, part]) => [key, without(part, inside(key))] as const);
  return Object.fromEntries(entries.filter(([key, part]) => part !== undefined || inside(key).length === 0));
}
