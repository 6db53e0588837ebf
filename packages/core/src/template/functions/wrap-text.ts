import type { Run } from '../run.js';
import { ArgumentError } from '../template-error.js';
import { bytesOf, isAscii, sliceBytes, textOf } from '../bytes.js';

/** A text of at most `width` bytes that starts at `offset`, with dots where something was left out. */
export function abbreviated(text: string, offset: number, width: number): string {
  const length = bytesOf(text).length;
  if (length <= width) return text;
  let start = Math.min(offset, length);
  if (length - start < width - 3) start = length - (width - 3);
  if (start <= 4) return `${sliceBytes(text, 0, width - 3)}...`;
  if (width < 7) throw new ArgumentError('the width has to be 7 or more');
  if (start + width - 3 < length) return `...${abbreviated(sliceBytes(text, start), 0, width - 3)}`;
  return `...${sliceBytes(text, length - (width - 3))}`;
}

/** Lines of at most `width` bytes, broken at blanks; longer words are cut only with `cutsWords`. */
export function wrapped(run: Run, text: string, width: number, separator: string, cutsWords: boolean): string {
  const limit = Math.max(1, width);
  const ascii = isAscii(text);
  const bytes = bytesOf(text);
  const length = bytes.length;
  // Offsets are in bytes.
  const cut = (start: number, end?: number): string =>
    ascii ? text.slice(start, end) : textOf(bytes.subarray(start, end));
  run.spend(length >> 2);
  const lines: string[] = [];
  let size = length;
  const push = (line: string): void => {
    size += separator.length;
    if (size > run.maxTextBytes) run.tooLong();
    lines.push(line);
  };
  let at = 0;
  while (length - at > limit) {
    if (bytes[at] === 0x20) {
      at += 1;
      continue;
    }
    let space = limit + at;
    while (space >= at && bytes[space] !== 0x20) space -= 1;
    if (space >= at) {
      push(cut(at, space));
      at = space + 1;
    } else if (cutsWords) {
      push(cut(at, at + limit));
      at += limit;
    } else {
      space = bytes.indexOf(0x20, limit + at);
      if (space < 0) break;
      push(cut(at, space));
      at = space + 1;
    }
  }
  lines.push(cut(at));
  return lines.join(separator);
}
