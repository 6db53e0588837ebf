import { tests } from '@bufbuild/cel-spec/testdata/conformance.js';
import type { Json, JsonObject } from '../../model/json.js';
import { evaluateExpression } from '../evaluate-expression.js';
import { Evaluation } from '../evaluation.js';
import { parseExpression } from '../parse-expression.js';
import { Problem } from '../problem.js';
import { toJson } from '../to-json.js';
import { Duration, isListValue, isMapValue, Timestamp, typeOf, Uint, type CelValue } from '../value.js';
import { CompozyError } from '../../errors/compozy-error.js';
import { memberOfMap } from '../equality.js';
import { durationText, timestampText } from '../functions/time-text.js';

/** A test of the CEL specification, as `@bufbuild/cel-spec` ships it: protobuf written as JSON. */
export interface ConformanceCase {
  /** `section/group/name`. */
  readonly id: string;
  readonly expr: string;
  readonly bindings: Readonly<Record<string, ProtoValue>>;
  /** Missing when an error is expected. */
  readonly value: ProtoValue | undefined;
  readonly checkOnly: boolean;
}

interface ProtoValue {
  readonly nullValue?: null;
  readonly boolValue?: boolean;
  readonly int64Value?: string;
  readonly uint64Value?: string;
  readonly doubleValue?: number | string;
  readonly stringValue?: string;
  readonly bytesValue?: string;
  readonly typeValue?: string;
  readonly listValue?: { readonly values?: readonly ProtoValue[] };
  readonly mapValue?: { readonly entries?: readonly { readonly key: ProtoValue; readonly value: ProtoValue }[] };
  readonly objectValue?: { readonly '@type': string; readonly value?: string };
}

interface Suite {
  readonly name: string;
  readonly suites?: readonly Suite[];
  readonly tests?: readonly { readonly original: Original }[];
}

interface Original {
  readonly name: string;
  readonly expr: string;
  readonly bindings?: Readonly<Record<string, { readonly value: ProtoValue }>>;
  readonly value?: ProtoValue;
  readonly typedResult?: { readonly result?: ProtoValue };
  readonly evalError?: unknown;
  readonly checkOnly?: boolean;
}

export const CONFORMANCE_CASES: readonly ConformanceCase[] = casesOf(tests as unknown as Suite, '');

function casesOf(suite: Suite, path: string): readonly ConformanceCase[] {
  const inner = (suite.suites ?? []).flatMap((child) => casesOf(child, `${path}${child.name}/`));
  const own = (suite.tests ?? []).map(({ original }) => ({
    id: `${path}${original.name}`,
    expr: original.expr,
    bindings: Object.fromEntries(Object.entries(original.bindings ?? {}).map(([name, { value }]) => [name, value])),
    // A test without any result expects true.
    value:
      original.evalError === undefined
        ? (original.value ?? original.typedResult?.result ?? { boolValue: true })
        : undefined,
    checkOnly: original.checkOnly === true,
  }));
  return [...inner, ...own];
}

/** What went wrong; undefined when the case passes. */
export function failureOf({ expr, bindings, value }: ConformanceCase): string | undefined {
  const data: JsonObject = Object.fromEntries(
    Object.entries(bindings).map(([name, bound]) => [name, toJsonValue(bound)]),
  );
  let shown: string;
  try {
    shown = show(evaluateExpression(new Evaluation(expr, data, {}), parseExpression(expr)));
  } catch (error) {
    if (!(error instanceof Problem) && !CompozyError.isInstance(error)) throw error;
    if (value === undefined) return undefined;
    return `error: ${error instanceof Problem ? error.describe().message : error.message}`;
  }
  if (value === undefined) return `expected an error, got ${shown}`;
  const expected = showProto(value);
  return shown === expected ? undefined : `expected ${expected}, got ${shown}`;
}

/** The binding as a context would have it. */
function toJsonValue(value: ProtoValue): Json {
  if (value.int64Value !== undefined) return Number(value.int64Value);
  if (value.uint64Value !== undefined) return Number(value.uint64Value);
  if (value.doubleValue !== undefined) return Number(value.doubleValue);
  if (value.listValue !== undefined) return (value.listValue.values ?? []).map(toJsonValue);
  if (value.mapValue !== undefined) {
    return Object.fromEntries(
      (value.mapValue.entries ?? []).map((entry) => [String(toJsonValue(entry.key)), toJsonValue(entry.value)]),
    );
  }
  if (value.bytesValue !== undefined || value.objectValue !== undefined) return { '@': JSON.stringify(value) };
  return value.boolValue ?? value.stringValue ?? null;
}

/** A text that is the same for values of the same type and content. */
function show(value: CelValue): string {
  if (isListValue(value)) {
    const run = new Evaluation('', {}, {});
    return `[${Array.from({ length: run.lengthOf(value) }, (_, i) => show(run.itemOf(value, i))).join(', ')}]`;
  }
  if (isMapValue(value)) {
    const run = new Evaluation('', {}, {});
    return `{${run
      .keysOf(value)
      .map((key) => `${show(key)}: ${show(memberOfMap(run, value, key)!)}`)
      .toSorted()
      .join(', ')}}`;
  }
  if (value instanceof Uint) return `uint ${value.value}`;
  if (value instanceof Timestamp) return `timestamp ${timestampText(value.nanos)}`;
  if (value instanceof Duration) return `duration ${durationText(value.nanos)}`;
  if (value instanceof Uint8Array) return `bytes ${String(toJson(new Evaluation('', {}, {}), value))}`;
  if (typeof value === 'object' && value !== null && 'name' in value) return `type ${String(value.name)}`;
  if (typeof value === 'number') return `double ${Object.is(value, -0) ? '-0' : String(value)}`;
  return `${typeOf(value)} ${String(value)}`;
}

function showProto(value: ProtoValue): string {
  if (value.int64Value !== undefined) return `int ${value.int64Value}`;
  if (value.uint64Value !== undefined) return `uint ${value.uint64Value}`;
  if (value.doubleValue !== undefined) return show(Number(value.doubleValue));
  if (value.stringValue !== undefined) return show(value.stringValue);
  if (value.boolValue !== undefined) return show(value.boolValue);
  if (value.bytesValue !== undefined) return `bytes ${value.bytesValue}`;
  if (value.typeValue !== undefined) return `type ${value.typeValue}`;
  if (value.listValue !== undefined) return `[${(value.listValue.values ?? []).map(showProto).join(', ')}]`;
  if (value.mapValue !== undefined) {
    return `{${(value.mapValue.entries ?? [])
      .map((entry) => `${showProto(entry.key)}: ${showProto(entry.value)}`)
      .toSorted()
      .join(', ')}}`;
  }
  if (value.objectValue !== undefined) {
    const type = /google\.protobuf\.(Timestamp|Duration)$/.exec(value.objectValue['@type'])?.[1];
    return type === undefined ? JSON.stringify(value) : `${type.toLowerCase()} ${value.objectValue.value ?? ''}`;
  }
  return show(null);
}
