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

/** What is paid depends on this evaluation alone, not on what others compiled before: a replay has to pay the same. */
function compile(run: Evaluation, pattern: string): RE2JS {
  const paid = run.patterns.get(pattern);
  if (paid !== undefined) return paid;
  if (pattern.length > MAX_PATTERN)
    return run.problem(`The regular expression has more than ${MAX_PATTERN} characters`);
  run.spend(100 + 40 * pattern.length);
  const compiled = patterns.get(pattern) ?? parsePattern(run, pattern);
  run.spend(4 * compiled.programSize());
  run.patterns.set(pattern, compiled);
  return compiled;
}

function parsePattern(run: Evaluation, pattern: string): RE2JS {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return run.problem(`${JSON.stringify(pattern)} is no regular expression: ${reason}`);
  }
  if (patterns.size >= CACHED_PATTERNS) patterns.delete(patterns.keys().next().value!);
  patterns.set(pattern, compiled);
  return compiled;
}
