import { runesOf } from '../bytes.js';
import { isSpace, lowerChar, upperChar } from './letter-case.js';

type Kind = 'upper' | 'lower' | 'digit' | 'connector' | 'punctuation' | 'symbol';

function kindOf(char: string | undefined): Kind {
  if (char === undefined) return 'punctuation';
  if (char === '_' || char === '-' || isSpace(char)) return 'connector';
  if (/\p{Lu}/u.test(char)) return 'upper';
  // Ideographs stand for themselves; all other letters without case are taken for lower ones.
  if (/\p{L}/u.test(char)) return /\p{Lo}/u.test(char) && /\p{Script=Han}/u.test(char) ? 'symbol' : 'lower';
  if (/\p{N}/u.test(char)) return 'digit';
  return /\p{P}/u.test(char) ? 'punctuation' : 'symbol';
}

/** Words without what connected them, each with a capital: `some_words` is `SomeWords`. */
export function camelCase(text: string): string {
  const chars = runesOf(text);
  let out = '';
  let at = 0;
  while (at < chars.length && kindOf(chars[at]) === 'connector') out += chars[at++]!;
  // A text of connectors only gets one more, as in sprig.
  if (at === chars.length) return out + (chars.at(-1) ?? '');
  while (at < chars.length) {
    const first = chars[at]!;
    out += upperChar(first);
    at += 1;
    // Of a word in capitals, one stays.
    if (kindOf(first) === 'upper') while (kindOf(chars[at]) === 'upper') out += lowerChar(chars[at++]!);
    while (at < chars.length && kindOf(chars[at]) !== 'connector') out += chars[at++]!;
    let end = at;
    while (end < chars.length && kindOf(chars[end]) === 'connector') end += 1;
    // Of the connectors between two words, the last one goes.
    out += chars.slice(at, end < chars.length ? end - 1 : end).join('');
    at = end;
  }
  return out;
}

/** Words in lower case with a separator between: `someHTMLWords2go` is `some_html_words_2go`. */
export function separatedCase(text: string, separator: string): string {
  const { chars, leading, trailing } = withoutRaw(text);
  let out = '';
  let afterWord = false;
  let afterSymbol = false;
  let at = 0;
  // Words in which something changes are written by character, and what is none becomes one.
  let byCharacter = false;
  const written = (raw: string): string => (byCharacter ? '\ufffd'.repeat(raw.length) : raw);
  const put = (char: string): void => {
    out += written(leading[at]!) + char;
    at += 1;
  };
  const take = (...kinds: readonly Kind[]): void => {
    while (at < chars.length && kinds.includes(kindOf(chars[at]))) {
      const char = chars[at]!;
      put(kindOf(char) === 'upper' ? lowerChar(char) : char);
    }
  };
  while (at < chars.length) {
    const kind = kindOf(chars[at]);
    byCharacter = kind === 'connector' || kind === 'upper';
    if (kind === 'connector') {
      put(separator);
      afterWord = false;
      continue;
    }
    if (kind === 'punctuation') {
      // A hyphen or underscore behind another mark is one itself.
      do put(chars[at]!);
      while (at < chars.length && (kindOf(chars[at]) === 'punctuation' || /[-_]/.test(chars[at]!)));
      afterWord = false;
      continue;
    }
    let end = at;
    while (kindOf(chars[end]) === kind) end += 1;
    const beforeLower = kindOf(chars[end]) === 'lower';
    if (kind === 'digit') {
      // Digits belong to the letters behind them, else to those before.
      if (beforeLower && afterWord) out += separator;
      take('digit');
      if (beforeLower) take('lower', 'digit');
    } else if (kind === 'upper') {
      if (afterWord) out += separator;
      // The last capital begins the next word: HTTPServer.
      if (beforeLower && end - at > 1) {
        // oxlint-disable-next-line no-unmodified-loop-condition -- put() moves on
        for (let left = end - at - 1; left > 0; left -= 1) put(lowerChar(chars[at]!));
        out += separator;
      }
      take('upper');
      take('lower');
    } else {
      if (afterWord && (kind === 'symbol' || afterSymbol)) out += separator;
      take(kind);
    }
    afterWord = true;
    afterSymbol = kind === 'symbol';
  }
  return out + written(trailing);
}

/** Characters, each with the bytes before it that are none: these are of the kind of what they stand before. */
function withoutRaw(text: string): { chars: string[]; leading: string[]; trailing: string } {
  const chars: string[] = [];
  const leading: string[] = [];
  let raw = '';
  for (const char of text) {
    if (/[\p{Cs}\ufffd]/u.test(char)) raw += char;
    else {
      chars.push(char);
      leading.push(raw);
      raw = '';
    }
  }
  return { chars, leading, trailing: raw };
}
