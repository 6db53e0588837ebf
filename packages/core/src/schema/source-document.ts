/** Keys and indexes from the root of a document. */
export type Path = readonly (string | number)[];

/** Line and column count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export const START: Place = { line: 1, column: 1 };

/** A file of the user as plain data that knows where its parts stand. Where a path ends early, the nearest part counts. */
export interface SourceDocument {
  /** Relative to the project, with forward slashes. */
  readonly file: string;
  /** JSON: maps, lists, strings, finite numbers, booleans, null. */
  readonly value: unknown;
  /** The number or boolean at `path` as it is written: `1.10` is not `1.1` where a text is meant. */
  written(path: Path): string | undefined;
  keyPlace(path: Path): Place;
  valuePlace(path: Path): Place;
  /** Where a line and column of the string at `path` stand in the file. */
  textPlace(path: Path, inText: Place): Place;
}

/** The part of `value` at `path`, or `undefined`. */
export function valueAt(value: unknown, path: Path): unknown {
  let part = value;
  for (const segment of path) {
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, segment)) return undefined;
    part = (part as Record<string | number, unknown>)[segment];
  }
  return part;
}

/** The text that a scalar stands for, where YAML may have read a number or a boolean. */
export function textAt(document: SourceDocument, path: Path): string | undefined {
  const value = valueAt(document.value, path);
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  return document.written(path) ?? String(value);
}

/** A mapping of names to such texts. */
export function textsAt(document: SourceDocument, path: Path): Record<string, string> {
  const values = valueAt(document.value, path);
  const names = isRecord(values) ? Object.keys(values) : [];
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = textAt(document, [...path, name]);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
