import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CommandExit, EXIT } from './exit-code.js';

/** A text that came from the command line, from a file or from standard input. */
export interface Source {
  readonly text: string;
  /** The file, as it was named; `<stdin>` for standard input. */
  readonly file?: string;
}

/** What an option means by its value: `@file`, `@-` for standard input, or else the text itself. */
export async function readSource(given: string, option: string): Promise<Source> {
  if (!given.startsWith('@')) return { text: given };
  if (given === '@-') return decode(await buffer(process.stdin), '<stdin>', option);
  const file = given.slice(1);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new CommandExit(EXIT.usage, `${option}: cannot read "${file}" (${code})`);
  }
  return decode(bytes, file, option);
}

/** Other encodings are refused: their letters would be lost without a word. */
function decode(bytes: Uint8Array, file: string, option: string): Source {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), file };
  } catch {
    throw new CommandExit(EXIT.usage, `${option}: "${file}" is not text in UTF-8; save it in this encoding`);
  }
}
