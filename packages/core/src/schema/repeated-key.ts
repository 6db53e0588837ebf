import { appendPointer } from '../model/json-pointer.js';

export interface RepeatedKey {
  readonly key: string;
  /** RFC 6901: where the value of the second one stands. */
  readonly pointer: string;
}

/** An object or a list that is open. */
interface Level {
  /** The keys that an object has so far. */
  readonly keys?: Set<string>;
  /** Of the value that is read: its key, or its index in a list. */
  at: string | number;
  isKeyNext: boolean;
}

/**
 * The first key that stands twice in one object of a JSON text, of which `JSON.parse` takes the last one without a word.
 * The text has to be JSON.
 */
export function findRepeatedKey(text: string): RepeatedKey | undefined {
  const levels: Level[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const level = levels.at(-1);
    const character = text[at]!;
    if (character === '"') {
      const end = endOfString(text, at);
      if (level?.keys !== undefined && level.isKeyNext) {
        level.at = JSON.parse(text.slice(at, end + 1)) as string;
        level.isKeyNext = false;
        if (level.keys.has(level.at)) return { key: level.at, pointer: pointerTo(levels) };
        level.keys.add(level.at);
      }
      at = end;
    } else if (character === '{') levels.push({ keys: new Set(), at: '', isKeyNext: true });
    else if (character === '[') levels.push({ at: 0, isKeyNext: false });
    else if (character === '}' || character === ']') levels.pop();
    else if (character === ',' && level !== undefined) {
      if (typeof level.at === 'number') level.at += 1;
      else level.isKeyNext = true;
    }
  }
  return undefined;
}

function pointerTo(levels: readonly Level[]): string {
  let pointer = '';
  for (const { at } of levels) pointer = appendPointer(pointer, at);
  return pointer;
}

function endOfString(text: string, begin: number): number {
  for (let end = text.indexOf('"', begin + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
}
