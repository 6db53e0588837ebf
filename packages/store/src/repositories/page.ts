import { CompozyError, type Page } from '@compozy/core';

/** Where a page ended: the time and the id of its last row. */
export interface Position {
  readonly at: number;
  readonly id: string;
}

/** Which list a cursor is for; one of another list is refused. */
export type ListName = 'executions' | 'tasks' | 'children' | 'events' | 'dead-letters';

const MAX_LIMIT = 500;

export function checkLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new CompozyError('Input.Invalid', `"limit" has to be a whole number from 1 to ${MAX_LIMIT}, not ${limit}`, {
    details: { field: 'limit' },
  });
}

/** @throws `Input.Invalid` for what no list of this name gave out */
export function readCursor(list: ListName, cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const [name, at, id] = parse(cursor);
  if (name === list && Number.isSafeInteger(at) && typeof id === 'string') return { at: at as number, id };
  throw new CompozyError('Input.Invalid', `"cursor" is not one that a list of ${list} gave out. Start without one.`, {
    details: { field: 'cursor' },
  });
}

function parse(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** `rows` were asked for with one more than `limit`, to know whether there is a next page. */
export function toPage<Row extends { readonly id: string }, T>(
  rows: readonly Row[],
  options: {
    readonly list: ListName;
    readonly limit: number;
    readonly timeOf: (row: Row) => number;
    readonly read: (row: Row) => T;
  },
): Page<T> {
  const shown = rows.slice(0, options.limit);
  const items = shown.map((row) => options.read(row));
  const last = shown.at(-1);
  if (last === undefined || rows.length <= options.limit) return { items };
  const cursor = JSON.stringify([options.list, options.timeOf(last), last.id]);
  return { items, nextCursor: Buffer.from(cursor).toString('base64url') };
}
