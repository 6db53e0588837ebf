import type { Run } from '../run.js';
import { Boxed, formatFloat, memberOf, sortedKeys, isPlainInt, type Value, type ValueMap } from '../value.js';

/** Text that grows under the run's limit. */
export class LimitedText {
  readonly run: Run;
  text = '';

  constructor(run: Run) {
    this.run = run;
  }

  add(part: string): void {
    this.text += part;
    if (this.text.length > this.run.maxTextBytes) this.run.tooLong();
  }
}

/** What an action shows. */
export function shownText(run: Run, value: Value): string {
  if (typeof value === 'number') return numberText(value);
  return value === null ? '<no value>' : toText(run, value);
}

/** `%v` of a value. */
export function toText(run: Run, value: Value): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return numberText(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default: {
      if (value === null) return '<nil>';
      if (value instanceof Boxed) return value.toText();
      const out = new LimitedText(run);
      addText(run, out, value, 0);
      return out.text;
    }
  }
}

function numberText(value: number): string {
  // The most common by far.
  if ((value | 0) === value) return `${value}`;
  if (!Number.isInteger(value) || !isPlainInt(value)) return formatFloat(value);
  return Number.isSafeInteger(value) ? `${value + 0}` : String(BigInt(value));
}

function addText(run: Run, out: LimitedText, value: Value, depth: number): void {
  run.spend(1);
  if (typeof value !== 'object' || value === null || value instanceof Boxed) return out.add(toText(run, value));
  run.enter(depth);
  if (Array.isArray(value)) {
    out.add('[');
    for (let i = 0; i < value.length; i += 1) {
      if (i > 0) out.add(' ');
      addText(run, out, (value[i] ?? null) as Value, depth + 1);
    }
    return out.add(']');
  }
  const map = value as ValueMap;
  out.add('map[');
  let separator = '';
  for (const key of sortedKeys(map)) {
    out.add(`${separator}${key}:`);
    separator = ' ';
    addText(run, out, memberOf(map, key) ?? null, depth + 1);
  }
  out.add(']');
}

/** `print`: blanks between arguments of which neither is a text. */
export function printed(run: Run, values: readonly Value[]): string {
  if (values.length === 1) return toText(run, values[0]!);
  const out = new LimitedText(run);
  for (const [index, value] of values.entries()) {
    if (index > 0 && typeof value !== 'string' && typeof values[index - 1] !== 'string') out.add(' ');
    out.add(toText(run, value));
  }
  return out.text;
}
