import type { Colors } from './colors.js';
import { oneLine } from './one-line.js';
import { cellsOf } from './svg/measure-text.js';

export interface Column<T> {
  readonly head: string;
  /** `null` and an empty text are shown as `-`. */
  readonly cell: (row: T) => string | null;
}

/** One line for each row, under a head. */
export function formatTable<T>(columns: readonly Column<T>[], rows: readonly T[], { dim }: Colors): string {
  const head = columns.map((column) => column.head);
  const lines = rows.map((row) => columns.map(({ cell }) => oneLine(cell(row) ?? '') || '-'));
  const widths = head.map((name, index) => Math.max(name.length, ...lines.map((line) => cellsOf(line[index]!))));
  const join = (cells: readonly string[]) =>
    cells
      .map((cell, index) => cell + ' '.repeat(widths[index]! - cellsOf(cell)))
      .join('  ')
      .trimEnd();
  return `${[dim(join(head)), ...lines.map((line) => join(line))].join('\n')}\n`;
}

/** Names and values, one line each. */
export function formatFields(fields: readonly (readonly [name: string, value: string | null])[]): string {
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => `${name.padEnd(width)}  ${oneLine(value ?? '') || '-'}\n`).join('');
}

/** A time without its milliseconds. */
export function seconds(time: string | null | undefined): string | null {
  return time?.replace(/\.\d+Z$/, 'Z') ?? null;
}
