import { Command, CommanderError } from 'commander';
import { CommandExit } from '../src/exit-code.js';
import type { CliResult } from './cli-session.js';

/** Runs one command inside of the test. What `main` makes of its end stays outside. */
export async function runCommand(add: (program: Command) => void, args: readonly string[]): Promise<CliResult> {
  const written = { stdout: '', stderr: '' };
  const restore = (['stdout', 'stderr'] as const).map((name) => {
    const { write } = process[name];
    process[name].write = (chunk: string | Uint8Array) => {
      written[name] += String(chunk);
      return true;
    };
    return () => (process[name].write = write);
  });
  try {
    const program = new Command('compozy').exitOverride();
    add(program);
    await program.parseAsync(args, { from: 'user' });
    return { code: 0, ...written };
  } catch (error) {
    if (error instanceof CommanderError) return { code: 2, ...written };
    if (!(error instanceof CommandExit)) throw error;
    return { code: error.code, stdout: written.stdout, stderr: `${written.stderr}${error.message}` };
  } finally {
    for (const undo of restore) undo();
  }
}
