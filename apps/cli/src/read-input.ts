import type { Json } from '@compozy/core';
import { parseJson } from './parse-json.js';
import { readSource } from './read-source.js';

/** The value of `--input`: JSON text, `@file`, or `-` for standard input. */
export async function readInput(given: string | undefined): Promise<Json> {
  if (given === undefined) return {};
  return parseJson(
    await readSource(given === '-' ? '@-' : given, '--input'),
    '--input',
    'Give JSON text, @file or - for standard input',
  );
}
