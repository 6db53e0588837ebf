import { fixed, type FunctionSpec, type FunctionTable } from '../function-spec.js';
import type { Run } from '../run.js';
import { ArgumentError } from '../template-error.js';

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

/** Randomness of the run, so that a replay gives the same (D-11). Not for secrets. */
export const RANDOM_FUNCTIONS: FunctionTable = {
  randAlpha: characters(LETTERS),
  randAlphaNum: characters(LETTERS + DIGITS),
  randNumeric: characters(DIGITS),
  randAscii: characters(ASCII),
  randInt: fixed(['int', 'int'], (run, from, to) => {
    if (to <= from) throw new ArgumentError('the upper limit has to be above the lower one');
    return from + below(run, to - from);
  }),
  shuffle: fixed(['string'], (run, text) => {
    const chars = [...text];
    run.spend(chars.length);
    for (let last = chars.length - 1; last > 0; last -= 1) {
      const other = below(run, last + 1);
      [chars[last], chars[other]] = [chars[other]!, chars[last]!];
    }
    return chars.join('');
  }),
  uuidv4: fixed([], (run) => {
    const digits = Array.from({ length: 32 }, () => below(run, 16));
    digits[12] = 4;
    digits[16] = 8 + (digits[16]! % 4);
    const hex = digits.map((digit) => digit.toString(16)).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }),
};

function characters(alphabet: string): FunctionSpec {
  return fixed(['int'], (run, count) => {
    if (count < 0) throw new ArgumentError('the count is negative');
    run.reserve(count);
    run.spend(count);
    let text = '';
    for (let i = 0; i < count; i += 1) text += alphabet[below(run, alphabet.length)]!;
    return text;
  });
}

function below(run: Run, limit: number): number {
  return Math.min(limit - 1, Math.floor(run.host.random() * limit));
}
