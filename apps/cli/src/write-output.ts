import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CommandExit, EXIT } from './exit-code.js';

/** Writes a file that `--output` asked for, with the folders to it, and says so on stderr. */
export async function writeOutput(file: string, text: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unwritable';
    throw new CommandExit(EXIT.usage, `--output: cannot write "${file}" (${code})`);
  }
  process.stderr.write(`wrote ${file}\n`);
}
