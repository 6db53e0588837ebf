import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Json } from '@compozy/core';
import { CommandExit, EXIT } from './exit-code.js';

/** The value of `--input`: JSON text, `@file`, or `-` for standard input. */
export async function readInput(given: string | undefined): Promise<Json> {
  if (given === undefined) return {};
  const source = await readSource(given);
  try {
    return JSON.parse(source) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandExit(EXIT.usage, `--input is not JSON: ${reason}\nGive JSON text, @file or - for standard input`);
  }
}

async function readSource(given: string): Promise<string> {
  if (given === '-') return await text(process.stdin);
  if (!given.startsWith('@')) return given;
  const file = given.slice(1);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new CommandExit(EXIT.usage, `--input: cannot read "${file}" (${code})`);
  }
}
