import type { Json } from '@compozy/core';
import { parseJson } from './parse-json.js';
import { readSource } from './read-source.js';

/** The value of an option: JSON text, `@file`, or `-` for standard input. `{}` when it was not given. */
export async function readInput(given: string | undefined, option = '--input'): Promise<Json> {
  if (given === undefined) return {};
  return parseJson(
    await readSource(given === '-' ? '@-' : given, option),
    option,
    'Give JSON text, @file or - for standard input',
  );
}
