import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CommandExit, EXIT } from './exit-code.js';

/** A text that came from the command line, from a file or from standard input. */
export interface Source {
  readonly text: string;
  /** The file, as it was named; `<stdin>` for standard input. */
  readonly file?: string;
}

/** What an option means by its value: `@file`, `@-` for standard input, or else the text itself. */
export async function readSource(given: string, option: string): Promise<Source> {
  if (given === '@-') return { text: await text(process.stdin), file: '<stdin>' };
  if (!given.startsWith('@')) return { text: given };
  const file = given.slice(1);
  try {
    return { text: await readFile(file, 'utf8'), file };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new CommandExit(EXIT.usage, `${option}: cannot read "${file}" (${code})`);
  }
}
