/**
 * Widths are counted in cells of a fixed-width font. A letter takes one. What such fonts lack comes from another font
 * and may be twice as wide; so may anything outside of Latin, Greek and Cyrillic.
 */
const NARROW = /^[\u0020-\u052F\u1E00-\u206F\u20A0-\u20BF\u2190-\u21FF\u2200-\u22FF\u2500-\u259F]/u;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

export function cellsOf(text: string): number {
  let cells = 0;
  for (const { segment } of graphemes.segment(text)) cells += cellsOfGrapheme(segment);
  return cells;
}

/**
 * The text in lines of at most `maxCells`: broken at blanks, else after a mark, else anywhere. What does not fit into
 * `maxLines` ends with an ellipsis.
 */
export function wrapText(text: string, maxCells: number, maxLines = Number.POSITIVE_INFINITY): readonly string[] {
  const lines = shown(text)
    .split('\n')
    .flatMap((line) => wrapLine(line.trim(), maxCells));
  if (lines.length <= maxLines) return lines;
  const last = lines[maxLines - 1]!;
  return [...lines.slice(0, maxLines - 1), `${clip(last, maxCells - 1)}…`];
}

/** What cannot be drawn, or would turn the text round, is replaced. */
function shown(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll('\t', ' ')
    .replaceAll(/[^\P{Cc}\n]|[\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]/gu, '\uFFFD');
}

function wrapLine(line: string, maxCells: number): readonly string[] {
  const lines: string[] = [];
  let rest = line;
  while (cellsOf(rest) > maxCells) {
    const head = clip(rest, maxCells);
    // A cut that leaves less than half a line is no gain.
    const blank = rest.charAt(head.length) === ' ' ? head.length : head.lastIndexOf(' ');
    const mark = Math.max(...['-', '_', '.', '/', ':', ','].map((sign) => head.lastIndexOf(sign))) + 1;
    const cut = [blank, mark].find((at) => at > head.length / 2) ?? head.length;
    lines.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return [...lines, rest];
}

function clip(text: string, maxCells: number): string {
  let cells = 0;
  let result = '';
  for (const { segment } of graphemes.segment(text)) {
    cells += cellsOfGrapheme(segment);
    // One character at least, so that there is an end.
    if (cells > maxCells && result !== '') break;
    result += segment;
  }
  return result;
}

function cellsOfGrapheme(grapheme: string): number {
  if (NARROW.test(grapheme)) return 1;
  // A sequence that no font knows is drawn as its parts.
  return 2 * Math.max(1, [...grapheme].filter((character) => !/\p{M}|\u200D/u.test(character)).length);
}
