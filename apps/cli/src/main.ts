import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { CompozyError } from '@compozy/core';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { addDevCommand } from './commands/dev.js';
import { addRunCommand } from './commands/run.js';
import { addValidateCommand } from './commands/validate.js';
import { CommandExit, EXIT } from './exit-code.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('compozy')
  .description('Durable AI workflows in YAML, on Temporal')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(run with --help for the options)');
addRunCommand(program);
addDevCommand(program);
addValidateCommand(program);

// The command ends the worker itself, in order; the SDK's own handlers would do it before.
Runtime.install({
  shutdownSignals: [],
  logger: new DefaultLogger('ERROR', ({ message }) => void process.stderr.write(`temporal: ${message}\n`)),
  telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
});

process.exitCode = await main(process.argv);

async function main(argv: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(argv);
    return EXIT.success;
  } catch (error) {
    if (error instanceof CommandExit) {
      if (error.message !== '') process.stderr.write(`${error.message}\n`);
      return error.code;
    }
    // Commander has printed what was wrong, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
    if (CompozyError.isInstance(error)) {
      process.stderr.write(`${error.code}: ${error.message}\n`);
      return error.code.startsWith('Config.') || error.code === 'Input.Invalid' ? EXIT.usage : EXIT.failure;
    }
    process.stderr.write(`unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT.failure;
  }
}
