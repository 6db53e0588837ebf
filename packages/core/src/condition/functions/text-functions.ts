import type { Evaluation } from '../evaluation.js';
import { CelList, isListValue, nameOfType, type CelValue } from '../value.js';
import type { CelFunctions } from './cel-function.js';
import { matches } from './regular-expression.js';

const WHITE = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const SURROGATE = /[\ud800-\udfff]/;

/** Member functions of texts; positions count characters, not UTF-16 units. */
export const TEXT_FUNCTIONS: CelFunctions = {
  startsWith: {
    usage: 'text.startsWith(prefix)',
    arity: [1, 1],
    call: (run, text, prefix) => textOf(run, text, 'startsWith').startsWith(textOf(run, prefix, 'startsWith')),
  },
  endsWith: {
    usage: 'text.endsWith(suffix)',
    arity: [1, 1],
    call: (run, text, suffix) => textOf(run, text, 'endsWith').endsWith(textOf(run, suffix, 'endsWith')),
  },
  contains: {
    usage: 'text.contains(part)',
    arity: [1, 1],
    call(run, text, part) {
      const whole = textOf(run, text, 'contains');
      const wanted = textOf(run, part, 'contains');
      paySearch(run, whole, wanted);
      return whole.includes(wanted);
    },
  },
  matches: {
    usage: 'text.matches(pattern)',
    arity: [1, 1],
    call: (run, text, pattern) => matches(run, textOf(run, text, 'matches'), textOf(run, pattern, 'matches')),
  },
  lowerAscii: {
    usage: 'text.lowerAscii()',
    arity: [0, 0],
    call: (run, text) => textOf(run, text, 'lowerAscii').replaceAll(/[A-Z]+/g, (part) => part.toLowerCase()),
  },
  upperAscii: {
    usage: 'text.upperAscii()',
    arity: [0, 0],
    call: (run, text) => textOf(run, text, 'upperAscii').replaceAll(/[a-z]+/g, (part) => part.toUpperCase()),
  },
  trim: { usage: 'text.trim()', arity: [0, 0], call: (run, text) => trimmed(textOf(run, text, 'trim')) },
  reverse: {
    usage: 'text.reverse()',
    arity: [0, 0],
    call: (run, text) =>
      Array.from(textOf(run, text, 'reverse'))
        .toReversed()
        .join(''),
  },
  charAt: {
    usage: 'text.charAt(index)',
    arity: [1, 1],
    call(run, text, index) {
      const characters = charactersOf(textOf(run, text, 'charAt'));
      const at = positionOf(run, index, characters.length, 'charAt');
      return characters[at] ?? '';
    },
  },
  indexOf: {
    usage: 'text.indexOf(part, from?)',
    arity: [1, 2],
    call(run, text, part, from) {
      const [inside, wanted] = searched(run, text, part, 'indexOf');
      const start = from === undefined ? 0 : positionOf(run, from, inside.length, 'indexOf');
      return BigInt(firstIndex(run, inside, wanted, start));
    },
  },
  lastIndexOf: {
    usage: 'text.lastIndexOf(part, from?)',
    arity: [1, 2],
    call(run, text, part, from) {
      const [inside, wanted] = searched(run, text, part, 'lastIndexOf');
      const start = from === undefined ? inside.length : positionOf(run, from, inside.length, 'lastIndexOf');
      return BigInt(lastIndex(run, inside, wanted, start));
    },
  },
  substring: {
    usage: 'text.substring(start, end?)',
    arity: [1, 2],
    call(run, text, start, end) {
      const characters = charactersOf(textOf(run, text, 'substring'));
      const from = positionOf(run, start, characters.length, 'substring');
      const to = end === undefined ? characters.length : positionOf(run, end, characters.length, 'substring');
      if (from > to) run.problem(`substring: the end ${to} is before the start ${from}`);
      const part = characters.slice(from, to);
      return typeof part === 'string' ? part : part.join('');
    },
  },
  replace: {
    usage: 'text.replace(old, new, limit?)',
    arity: [2, 3],
    call(run, text, old, replacement, limit) {
      const whole = textOf(run, text, 'replace');
      const wanted = textOf(run, old, 'replace');
      const inserted = textOf(run, replacement, 'replace');
      const most = limit === undefined ? -1 : intOf(run, limit, 'replace');
      return replaced(run, whole, wanted, inserted, most);
    },
  },
  split: {
    usage: 'text.split(separator, limit?)',
    arity: [1, 2],
    call(run, text, separator, limit) {
      const whole = textOf(run, text, 'split');
      const between = textOf(run, separator, 'split');
      const most = limit === undefined ? -1 : intOf(run, limit, 'split');
      if (most === 0) return new CelList([]);
      paySearch(run, whole, between);
      const parts = between === '' ? Array.from(whole) : whole.split(between);
      run.spend(parts.length);
      if (most < 0 || parts.length <= most) return new CelList(parts);
      return new CelList([...parts.slice(0, most - 1), parts.slice(most - 1).join(between)]);
    },
  },
  join: {
    usage: 'list.join(separator?)',
    arity: [0, 1],
    call(run, list, separator) {
      if (!isListValue(list)) return run.problem(`join is a function of lists, not of ${nameOfType(list)}`);
      const between = separator === undefined ? '' : textOf(run, separator, 'join');
      const parts: string[] = [];
      let length = 0;
      for (let i = 0; i < run.lengthOf(list); i += 1) {
        const part = run.itemOf(list, i);
        if (typeof part !== 'string') return run.problem(`join takes texts, and element ${i} is ${nameOfType(part)}`);
        length += part.length + between.length;
        run.spend(1);
        run.fits(length);
        parts.push(part);
      }
      run.reserve(length);
      return parts.join(between);
    },
  },
};

function textOf(run: Evaluation, value: CelValue, name: string): string {
  if (typeof value !== 'string') return run.problem(`${name} takes a string, not ${nameOfType(value)}`);
  return run.text(value);
}

/** JavaScript's own search takes the product of both lengths at worst. */
function paySearch(run: Evaluation, inside: string, wanted: string): void {
  run.spend(Math.ceil((Math.max(0, inside.length - wanted.length) * wanted.length) / 512));
}

function intOf(run: Evaluation, value: CelValue, name: string): number {
  return typeof value === 'bigint' ? Number(value) : run.problem(`${name} takes an int here, not ${nameOfType(value)}`);
}

function positionOf(run: Evaluation, value: CelValue, length: number, name: string): number {
  const position = intOf(run, value, name);
  return position >= 0 && position <= length
    ? position
    : run.problem(`${name}: position ${position} is outside the text, which has ${length} characters`);
}

/** The text itself where a character is one unit. */
function charactersOf(text: string): string | readonly string[] {
  return SURROGATE.test(text) ? Array.from(text) : text;
}

function searched(
  run: Evaluation,
  text: CelValue,
  part: CelValue,
  name: string,
): [string | readonly string[], string | readonly string[]] {
  const whole = textOf(run, text, name);
  const wanted = textOf(run, part, name);
  paySearch(run, whole, wanted);
  // Both as units or both as characters.
  if (SURROGATE.test(whole) || SURROGATE.test(wanted)) return [Array.from(whole), Array.from(wanted)];
  return [whole, wanted];
}

function firstIndex(
  run: Evaluation,
  inside: string | readonly string[],
  wanted: string | readonly string[],
  from: number,
): number {
  if (typeof inside === 'string' && typeof wanted === 'string') return inside.indexOf(wanted, from);
  for (let at = from; at + wanted.length <= inside.length; at += 1) if (standsAt(run, inside, wanted, at)) return at;
  return -1;
}

function lastIndex(
  run: Evaluation,
  inside: string | readonly string[],
  wanted: string | readonly string[],
  from: number,
): number {
  if (typeof inside === 'string' && typeof wanted === 'string') return inside.lastIndexOf(wanted, from);
  for (let at = Math.min(from, inside.length - wanted.length); at >= 0; at -= 1)
    if (standsAt(run, inside, wanted, at)) return at;
  return -1;
}

function standsAt(
  run: Evaluation,
  inside: string | readonly string[],
  wanted: string | readonly string[],
  at: number,
): boolean {
  for (let i = 0; i < wanted.length; i += 1) {
    run.spend(1);
    if (inside[at + i] !== wanted[i]) return false;
  }
  return true;
}

function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && WHITE.test(text[start]!)) start += 1;
  while (end > start && WHITE.test(text[end - 1]!)) end -= 1;
  return text.slice(start, end);
}

function replaced(run: Evaluation, text: string, old: string, replacement: string, limit: number): string {
  paySearch(run, text, old);
  let made = '';
  let at = 0;
  let left = limit < 0 ? Infinity : limit;
  while (left > 0) {
    const found = old === '' ? at : text.indexOf(old, at);
    if (found === -1 || found > text.length) break;
    run.spend(1);
    const next = old === '' ? found + String.fromCodePoint(text.codePointAt(found) ?? 0).length : found + old.length;
    made += text.slice(at, found) + replacement + (old === '' ? text.slice(found, next) : '');
    run.fits(made.length);
    at = next;
    left -= 1;
  }
  made += text.slice(at);
  run.reserve(made.length);
  return made;
}
