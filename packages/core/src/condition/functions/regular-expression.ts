import { RE2JS } from 're2js';
import type { Evaluation } from '../evaluation.js';

const MAX_PATTERN = 4_000;
const CACHED_PATTERNS = 200;
const patterns = new Map<string, RE2JS>();

/** Whether `pattern` (RE2) is found in `text`, in time linear in the text. */
export function matches(run: Evaluation, text: string, pattern: string): boolean {
  const compiled = compile(run, pattern);
  // Time grows with the size of the program times the length of the text.
  run.spend(1 + Math.ceil((text.length * compiled.programSize()) / 256));
  return compiled.matcher(text).find();
}

function compile(run: Evaluation, pattern: string): RE2JS {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  if (pattern.length > MAX_PATTERN)
    return run.problem(`The regular expression has more than ${MAX_PATTERN} characters`);
  run.spend(100 + 20 * pattern.length);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    return run.problem(
      `${JSON.stringify(pattern)} is no regular expression: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  run.spend(compiled.programSize());
  if (patterns.size >= CACHED_PATTERNS) patterns.delete(patterns.keys().next().value!);
  patterns.set(pattern, compiled);
  return compiled;
}
