import type { Json } from '@compozy/core';
import { CommandExit, EXIT } from './exit-code.js';
import type { Source } from './read-source.js';

/** The JSON value in a text that an option gave; `hint` says what the option takes. */
export function parseJson({ text, file }: Source, option: string, hint: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const where = file === undefined ? option : `${option}: "${file}"`;
    throw new CommandExit(EXIT.usage, `${where} is not JSON: ${reason}\n${hint}`);
  }
}
