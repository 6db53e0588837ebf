import type { Json } from '@compozy/core';
import { findRepeatedKey } from '@compozy/core/schema';
import { CommandExit, EXIT } from './exit-code.js';
import type { Source } from './read-source.js';

/** The JSON value in a text that an option gave; `hint` says what the option takes. */
export function parseJson({ text, file }: Source, option: string, hint: string): Json {
  const where = file === undefined ? option : `${option}: "${file}"`;
  const value = parse(text, where, hint);
  const repeated = findRepeatedKey(text);
  if (repeated === undefined) return value;
  throw new CommandExit(
    EXIT.usage,
    `${where} has the key "${repeated.key}" twice in one object, at ${repeated.pointer}; leave one of them out`,
  );
}

function parse(text: string, where: string, hint: string): Json {
  try {
    // As the files of a project may, what another program wrote may begin with the mark of its encoding.
    return JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandExit(EXIT.usage, `${where} is not JSON: ${reason}\n${hint}`);
  }
}
