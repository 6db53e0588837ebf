import type { CompozyError } from '../errors/compozy-error.js';
import type { Json } from '../model/json.js';
import { closestName } from './closest-name.js';
import { TemplateLateError } from './late-error.js';
import type { Run } from './run.js';
import { templateError } from './template-error.js';
import { Boxed, memberOf, typeOf, type Value, type ValueMap } from './value.js';

const SHOWN_KEYS = 20;

/** The value at `path` under `base`; a missing key is an error (D-13), or nil where one is allowed, or what the host says. */
export function readPath(
  run: Run,
  base: Value,
  path: readonly string[],
  at: number,
  root: string,
  allowsMissing: boolean,
): Value {
  let value = base;
  for (let i = 0; i < path.length; i += 1) {
    const next = memberOfAny(run, value, path[i]!);
    if (next === undefined) {
      if (allowsMissing) return null;
      if (run.host.missing === 'empty') return '';
      throw missingPath(run, value, path, i, at, root);
    }
    value = next;
  }
  return value;
}

/** The member of whatever value; undefined when it has none of that name. */
export function memberOfAny(run: Run, value: Value, key: string): Value | undefined {
  if (value === run.plainMap) return memberOf(value as ValueMap, key);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (value instanceof Boxed) return value.member(key);
  if (run.isOpaque?.(value) === true) return opaqueMember(run, value, key);
  if (!run.mutates) run.plainMap = value;
  return memberOf(value as ValueMap, key);
}

function opaqueMember(run: Run, value: object, key: string): Value {
  const resolved = run.host.resolveOpaque?.(value, key);
  if (resolved === undefined) throw new TemplateLateError(value);
  return resolved as Value;
}

function missingPath(
  run: Run,
  container: Value,
  path: readonly string[],
  index: number,
  at: number,
  root: string,
): CompozyError {
  const key = path[index]!;
  const before = `${root}${path
    .slice(0, index)
    .map((part) => `.${part}`)
    .join('')}`;
  const whole = `${root}${path.map((part) => `.${part}`).join('')}`;
  const details: Record<string, Json> = { path: whole, key };
  let reason: string;
  if (container === null) reason = `"${before || '.'}" is null`;
  else if (typeof container === 'object' && !Array.isArray(container) && !(container instanceof Boxed)) {
    const keys = Object.keys(container);
    const available = keys.slice(0, SHOWN_KEYS);
    const close = closestName(key, keys);
    details['available'] = available;
    if (close !== undefined) details['suggestion'] = close;
    const more = keys.length > available.length ? ` and ${keys.length - available.length} more` : '';
    const names = available.map((name) => `"${name}"`).join(', ');
    reason = `${before === '' ? 'the context' : `"${before}"`} has ${available.length === 0 ? 'no keys' : `the keys ${names}${more}`}`;
    if (close !== undefined) reason += `; did you mean "${close}"?`;
  } else {
    details['available'] = [];
    const what = Array.isArray(container) ? 'a list' : `a ${typeOf(container)}`;
    const hint = Array.isArray(container) && /^\d+$/.test(key) ? `: write (index ${before} ${key})` : '';
    reason = `"${before || '.'}" is ${what}, which has no fields${hint}`;
  }
  return templateError('Template.UnknownPath', `No value at "${whole}": ${reason}`, run.source, at, details);
}
