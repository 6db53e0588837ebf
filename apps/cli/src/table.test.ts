import { describe, expect, it } from 'vitest';
import { colorsFor } from './colors.js';
import { formatFields, formatTable, seconds } from './table.js';

const COLUMNS = [
  { head: 'NAME', cell: ([name]: readonly (string | null)[]) => name ?? null },
  { head: 'B', cell: ([, b]: readonly (string | null)[]) => b ?? null },
];

describe('formatTable', () => {
  it('puts columns under their heads, wide letters too, and ends no line with blanks', () => {
    const rows = [
      ['a', 'first'],
      ['名前', 'second'],
      ['', null],
      ['long-name', 'x'],
    ];
    expect(formatTable(COLUMNS, rows, colorsFor({}))).toBe(
      ['NAME       B', 'a          first', '名前       second', '-          -', 'long-name  x', ''].join('\n'),
    );
  });

  it('has a head when there is nothing', () => expect(formatTable(COLUMNS, [], colorsFor({}))).toBe('NAME  B\n'));

  it('keeps what others wrote on its line', () => {
    expect(formatTable(COLUMNS, [['a\nb\u001b[2J', '\u202Ec']], colorsFor({}))).toBe('NAME     B\na b [2J   c\n');
  });
});

describe('formatFields', () => {
  it('puts values under each other', () => {
    const fields = [
      ['id', 'e1'],
      ['correlation', 'a\nb'],
      ['none', null],
    ] as const;
    expect(formatFields(fields)).toBe('id           e1\ncorrelation  a b\nnone         -\n');
  });
});

describe('seconds', () => {
  it.each([
    ['2026-01-31T12:00:00.123Z', '2026-01-31T12:00:00Z'],
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00Z'],
    [null, null],
    [undefined, null],
  ])('of %s is %s', (time, expected) => expect(seconds(time)).toBe(expected));
});
