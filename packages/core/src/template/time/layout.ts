/** A piece of a layout: text, or an element of a time. */
export interface LayoutPart {
  /** Empty for text. */
  readonly element: string;
  readonly text: string;
}

const ELEMENTS = new RegExp(
  [
    'January',
    'Jan(?![a-z])',
    'Monday',
    'Mon(?![a-z])',
    'MST',
    '002',
    '0[1-6]',
    '15',
    '2006',
    '_2006',
    '__2',
    '_2',
    '[12345]',
    'PM',
    'pm',
    '-070000',
    '-07:00:00',
    '-0700',
    '-07:00',
    '-07',
    'Z070000',
    'Z07:00:00',
    'Z0700',
    'Z07:00',
    'Z07',
    '[.,]0+(?![0-9])',
    '[.,]9+(?![0-9])',
  ].join('|'),
  'g',
);

const layouts = new Map<string, readonly LayoutPart[]>();

/** The parts of a Go layout, which shows how the second of January 2006 would look. */
export function layoutParts(layout: string): readonly LayoutPart[] {
  const known = layouts.get(layout);
  if (known !== undefined) return known;
  const parts: LayoutPart[] = [];
  let at = 0;
  for (const { 0: found, index } of layout.matchAll(ELEMENTS)) {
    if (index > at) parts.push({ element: '', text: layout.slice(at, index) });
    at = index + found.length;
    // An underscore before a year is a plain one.
    if (found === '_2006') parts.push({ element: '', text: '_' }, { element: '2006', text: '2006' });
    else parts.push({ element: found, text: found });
  }
  if (at < layout.length) parts.push({ element: '', text: layout.slice(at) });
  if (layout.length < 200 && layouts.size < 500) layouts.set(layout, parts);
  return parts;
}
