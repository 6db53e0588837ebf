import type { Json, JsonObject } from '../model/json.js';

/**
 * A value while a condition runs. What comes from the context stays JSON and is looked into only where the expression
 * does: its lists and maps are plain ones, and every member goes through {@link toCelValue}. What the expression makes
 * itself is a {@link CelList} or {@link CelMap}, whose members are values already: a number there is a double.
 */
export type CelValue =
  | null
  | boolean
  | string
  | bigint
  | number
  | Uint
  | Uint8Array
  | Timestamp
  | Duration
  | CelType
  | CelList
  | CelMap
  | readonly Json[]
  | JsonObject;

/** An unsigned integer: only what `1u` and `uint()` give. */
export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

export class Timestamp {
  /** Since 1970-01-01 UTC. */
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class CelType {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export class CelList {
  readonly items: readonly CelValue[];
  constructor(items: readonly CelValue[]) {
    this.items = items;
  }
}

/** Keys are strings, integers or booleans; 1, 1u and 1.0 are the same key. */
export class CelMap {
  readonly entries = new Map<string, readonly [key: CelValue, value: CelValue]>();
}

export type CelListLike = CelList | readonly Json[];
export type CelMapLike = CelMap | JsonObject;

const INT_LIMIT = 2 ** 63;

/** A whole number of JSON is an integer, any other a double (D-17). */
export function toCelValue(value: Json): CelValue {
  if (typeof value !== 'number' || !Number.isInteger(value)) return value;
  return value >= -INT_LIMIT && value < INT_LIMIT ? BigInt(value) : value;
}

export function isListValue(value: CelValue): value is CelListLike {
  return value instanceof CelList || Array.isArray(value);
}

export function isMapValue(value: CelValue): value is CelMapLike {
  return value instanceof CelMap || typeOf(value) === 'map';
}

/** The name of the CEL type. */
export function typeOf(value: CelValue): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    default:
      if (value === null) return 'null_type';
      if (Array.isArray(value) || value instanceof CelList) return 'list';
      if (value instanceof Uint) return 'uint';
      if (value instanceof Uint8Array) return 'bytes';
      if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
      if (value instanceof Duration) return 'google.protobuf.Duration';
      if (value instanceof CelType) return 'type';
      return 'map';
  }
}

const SHOWN: Readonly<Record<string, string>> = {
  int: 'an int',
  null_type: 'null',
  bytes: 'bytes',
  'google.protobuf.Timestamp': 'a timestamp',
  'google.protobuf.Duration': 'a duration',
};

/** The type for a message: `an int`, `a string`. */
export function nameOfType(value: CelValue): string {
  const type = typeOf(value);
  return SHOWN[type] ?? `a ${type}`;
}

const TYPE_NAMES = [
  'bool',
  'bytes',
  'double',
  'int',
  'list',
  'map',
  'null_type',
  'string',
  'type',
  'uint',
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
];
/** Types by the name that an expression has for them. */
export const TYPES: ReadonlyMap<string, CelType> = new Map(TYPE_NAMES.map((name) => [name, new CelType(name)]));

/** What a key of a map is stored under; undefined for a value that cannot be one. */
export function mapKey(key: CelValue): string | undefined {
  switch (typeof key) {
    case 'string':
      return `s${key}`;
    case 'boolean':
      return `b${key}`;
    case 'bigint':
      return `n${key}`;
    case 'number':
      return Number.isInteger(key) ? `n${BigInt(key)}` : undefined;
    default:
      return key instanceof Uint ? `n${key.value}` : undefined;
  }
}
