import { RE2JS } from 're2js';
import { fixed, type FunctionTable } from '../function-spec.js';
import type { Run } from '../run.js';
import { ArgumentError } from '../template-error.js';
import { nilList, typed, type Value } from '../value.js';

interface Match {
  readonly start: number;
  readonly end: number;
  /** Text of each group; undefined for one that took no part. */
  readonly groups: readonly (string | undefined)[];
}

const MAX_PATTERN = 4_000;
/** Instructions of a compiled expression: a counted repetition makes many of few characters. */
const MAX_PROGRAM = 10_000;
const CACHED_INSTRUCTIONS = 100_000;
let cachedInstructions = 0;
const patterns = new Map<string, RE2JS>();

const mustRegexMatch = fixed(['string', 'string'], (run, pattern, text) =>
  prepared(run, pattern, text).matcher(text).find(),
);
/** A wrong expression matches nothing, as in sprig. */
const regexMatch = fixed(['string', 'string'], (run, pattern, text) => {
  try {
    return prepared(run, pattern, text).matcher(text).find();
  } catch (error) {
    if (error instanceof ArgumentError) return false;
    throw error;
  }
});
const regexFind = fixed(['string', 'string'], (run, pattern, text) => {
  const [match] = matches(run, pattern, text, 1);
  return match?.groups[0] ?? '';
});
const regexFindAll = fixed(['string', 'string', 'int'], (run, pattern, text, limit) => {
  const found = matches(run, pattern, text, limit);
  if (found.length === 0) return nilList('[]string');
  return typed(
    found.map((match) => match.groups[0] ?? ''),
    '[]string',
  );
});
const regexReplaceAll = fixed(['string', 'string', 'string'], (run, pattern, text, replacement) => {
  const names = prepared(run, pattern, text).namedGroups();
  const expand = expansion(replacement, names);
  return replaceAll(run, pattern, text, expand);
});
const regexReplaceAllLiteral = fixed(['string', 'string', 'string'], (run, pattern, text, replacement) =>
  replaceAll(run, pattern, text, () => replacement),
);
const regexSplit = fixed(['string', 'string', 'int'], (run, pattern, text, limit) => split(run, pattern, text, limit));

/** Regular expressions of Go's syntax, in linear time (re2js). */
export const REGEX_FUNCTIONS: FunctionTable = {
  regexMatch,
  mustRegexMatch,
  regexFind,
  mustRegexFind: regexFind,
  regexFindAll,
  mustRegexFindAll: regexFindAll,
  regexReplaceAll,
  mustRegexReplaceAll: regexReplaceAll,
  regexReplaceAllLiteral,
  mustRegexReplaceAllLiteral: regexReplaceAllLiteral,
  regexSplit,
  mustRegexSplit: regexSplit,
  regexQuoteMeta: fixed(['string'], (_run, text) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
};

function prepared(run: Run, pattern: string, text: string): RE2JS {
  const compiled = compile(run, pattern);
  // Time grows with the size of the program times the length of the text.
  run.spend(1 + Math.ceil((text.length * compiled.programSize()) / 128));
  return compiled;
}

const paid = new WeakMap<Run, Set<string>>();

/** A rendering pays for each pattern once, compiled by it or long before: a replay has to come to the same count. */
function payOnce(run: Run, pattern: string, compiled: RE2JS): void {
  const patternsOfRun = paid.get(run) ?? new Set();
  if (patternsOfRun.has(pattern)) return;
  paid.set(run, patternsOfRun.add(pattern));
  run.spend(100 + pattern.length + compiled.programSize());
}

function compile(run: Run, pattern: string): RE2JS {
  const known = patterns.get(pattern);
  if (known !== undefined) {
    payOnce(run, pattern, known);
    return known;
  }
  if (pattern.length > MAX_PATTERN)
    throw new ArgumentError(`the regular expression has more than ${MAX_PATTERN} characters`);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    throw new ArgumentError(
      `"${pattern}" is no regular expression: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const size = compiled.programSize();
  payOnce(run, pattern, compiled);
  if (size > MAX_PROGRAM) throw new ArgumentError('the regular expression repeats too much');
  cachedInstructions += size;
  if (cachedInstructions > CACHED_INSTRUCTIONS) {
    patterns.clear();
    cachedInstructions = size;
  }
  patterns.set(pattern, compiled);
  return compiled;
}

/**
 * Whether a search may look far behind the end of what it finds: where a part that repeats may be left out. Such a
 * pattern takes quadratic time to find everything, in any engine.
 */
function looksFarAhead(pattern: string): boolean {
  return /\||\)[?*+{]/.test(pattern) && /[^)][*+]|\{\d+,\}/.test(pattern);
}

/** Go's rule: no match may be empty right behind the one before. */
function matches(run: Run, pattern: string, text: string, limit: number): readonly Match[] {
  const compiled = prepared(run, pattern, text);
  const matcher = compiled.matcher(text);
  const found: Match[] = [];
  const costAhead = looksFarAhead(pattern) ? compiled.programSize() : 0;
  let previousEnd = -1;
  let from = 0;
  const most = limit < 0 ? Number.POSITIVE_INFINITY : limit;
  for (; from <= text.length && found.length < most && matcher.find(from);) {
    run.spend(1 + (((text.length - from) * costAhead) >> 6));
    const start = matcher.start();
    const end = matcher.end();
    if (end > start || start !== previousEnd) {
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? undefined);
      found.push({ start, end, groups });
    }
    previousEnd = end;
    from = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
  }
  return found;
}

function replaceAll(run: Run, pattern: string, text: string, replacement: (match: Match) => string): string {
  let out = '';
  let at = 0;
  for (const match of matches(run, pattern, text, -1)) {
    out += text.slice(at, match.start) + replacement(match);
    if (out.length > run.maxTextBytes) run.tooLong();
    at = match.end;
  }
  return out + text.slice(at);
}

/** `$1`, `${1}`, `$name` and `${name}` stand for groups, `$$` for a dollar; unknown groups are empty. */
function expansion(template: string, names: Readonly<Record<string, number>>): (match: Match) => string {
  const parts: (string | number)[] = [];
  let at = 0;
  for (;;) {
    const dollar = template.indexOf('$', at);
    parts.push(template.slice(at, dollar === -1 ? undefined : dollar));
    if (dollar === -1) break;
    const [all, braced, plain] = /^\$(?:\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/u.exec(template.slice(dollar)) ?? [''];
    const name = braced ?? plain;
    if (template[dollar + 1] === '$') {
      parts.push('$');
      at = dollar + 2;
    } else if (name === undefined) {
      parts.push('$');
      at = dollar + 1;
    } else {
      parts.push(/^\d+$/.test(name) ? Number(name) : Object.hasOwn(names, name) ? names[name]! : '');
      at = dollar + all!.length;
    }
  }
  return ({ groups }) => parts.map((part) => (typeof part === 'string' ? part : (groups[part] ?? ''))).join('');
}

function split(run: Run, pattern: string, text: string, limit: number): Value {
  compile(run, pattern);
  if (limit === 0) return nilList('[]string');
  if (pattern !== '' && text === '') {
    return typed([''], '[]string');
  }
  const parts: string[] = [];
  let start = 0;
  let end = 0;
  for (const match of matches(run, pattern, text, limit)) {
    if (limit > 0 && parts.length === limit - 1) break;
    end = match.start;
    if (match.end !== 0) parts.push(text.slice(start, end));
    start = match.end;
  }
  if (end !== text.length) parts.push(text.slice(start));
  return typed(parts, '[]string');
}
