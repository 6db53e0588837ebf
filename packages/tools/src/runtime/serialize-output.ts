import { types } from 'node:util';

/** Why a tool's return value is not an output. */
export interface OutputFailure {
  readonly code: 'Tool.OutputNotJson' | 'Tool.OutputTooLarge';
  readonly message: string;
}

export type SerializedOutput =
  | { readonly ok: true; readonly json: string }
  | { readonly ok: false; readonly failure: OutputFailure };

// Taken before any tool is loaded, because a tool may replace members of `JSON`.
const { parse, stringify } = JSON;

/**
 * The JSON text of what a tool returned. `undefined` and `null` become `{}`, anything that is not a plain JSON object
 * becomes `{"value": …}`. Inside, `toJSON` is honoured and undefined properties are left out, as in `JSON.stringify`;
 * what `JSON.stringify` would lose or change silently (functions, NaN, Map, Error …) is an error that names its place.
 */
export function serializeOutput(value: unknown, limitBytes: number): SerializedOutput {
  let json: string | undefined;
  try {
    json = stringify(value ?? {}, checkMember);
  } catch (error) {
    return notJson(error instanceof NotJson ? describePlace(value, error) : messageOf(error));
  }
  if (json === undefined) return notJson(describe(value) ?? 'undefined');
  if (!json.startsWith('{')) json = json === 'null' ? '{}' : `{"value":${json}}`;
  const size = Buffer.byteLength(json);
  if (size <= limitBytes) return { ok: true, json };
  const message = `The output has ${size} bytes; the limit is ${limitBytes}`;
  return { ok: false, failure: { code: 'Tool.OutputTooLarge', message } };
}

/** {@link serializeOutput}, parsed again: a copy that shares nothing with the tool. */
export function toOutput(
  value: unknown,
  limitBytes: number,
): { ok: true; output: unknown } | { ok: false; failure: OutputFailure } {
  const serialized = serializeOutput(value, limitBytes);
  return serialized.ok ? { ok: true, output: parse(serialized.json) } : serialized;
}

class NotJson extends Error {
  readonly culprit: unknown;
  readonly holder: unknown;
  readonly key: string;

  constructor(holder: unknown, key: string, culprit: unknown) {
    super('not JSON');
    this.holder = holder;
    this.key = key;
    this.culprit = culprit;
  }
}

function checkMember(this: unknown, key: string, value: unknown): unknown {
  if (describe(value) !== undefined) throw new NotJson(this, key, value);
  return value;
}

/** What is wrong with one value, whatever it holds; `undefined` if nothing is. */
function describe(value: unknown): string | undefined {
  switch (typeof value) {
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'bigint':
      return 'a BigInt; return a number or a string';
    case 'number':
      return Number.isFinite(value) ? undefined : `${value}, which JSON cannot hold`;
    case 'object':
      return value === null || Array.isArray(value) ? undefined : describeObject(value);
    default:
      return undefined;
  }
}

function describeObject(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return undefined;
  if (types.isMap(value)) return 'a Map; return Object.fromEntries(map)';
  if (types.isSet(value)) return 'a Set; return an array';
  if (types.isPromise(value)) return 'a Promise that nobody awaited';
  if (types.isNativeError(value)) return 'an Error; throw it, or return its message';
  if (types.isRegExp(value)) return 'a RegExp';
  if (types.isWeakMap(value) || types.isWeakSet(value)) return 'a weak collection';
  if (types.isAnyArrayBuffer(value) || ArrayBuffer.isView(value)) return 'binary data; return base64 text or an array';
  return undefined;
}

function notJson(what: string): SerializedOutput {
  return { ok: false, failure: { code: 'Tool.OutputNotJson', message: `The output is not JSON: ${what}` } };
}

function describePlace(root: unknown, error: NotJson): string {
  const what = describe(error.culprit) ?? 'a value';
  const path = error.holder === root ? `/${error.key}` : findPath(root, error.holder, error.key);
  return error.key === '' ? `it is ${what}` : `${path} is ${what}`;
}

/** A second, slower walk, only taken for the message. A holder made by `toJSON` is not found: then its key has to do. */
function findPath(root: unknown, holder: unknown, key: string): string {
  const seen = new Set<unknown>();
  const queue: { value: unknown; path: string }[] = [{ value: root, path: '' }];
  for (const { value, path } of queue) {
    if (value === holder) return `${path}/${key}`;
    if (typeof value !== 'object' || value === null || seen.has(value) || seen.size > 100_000) continue;
    seen.add(value);
    for (const [name, member] of Object.entries(value)) queue.push({ value: member, path: `${path}/${name}` });
  }
  return `"${key}"`;
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : 'it cannot be turned into JSON';
  if (/circular/i.test(text)) return 'it refers to itself (a cycle)';
  if (error instanceof RangeError) return `it is nested too deeply or too long (${text})`;
  return text.slice(0, 500);
}
