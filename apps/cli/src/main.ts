import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { CompozyError } from '@compozy/core';
import { addApiKeysCommand } from './commands/api-keys.js';
import { addConfigCommand } from './commands/config.js';
import { addDevCommand } from './commands/dev.js';
import { addEventsCommand } from './commands/events.js';
import { addExecutionsCommand } from './commands/executions.js';
import { addGraphCommand } from './commands/graph.js';
import { addInitCommand } from './commands/init.js';
import { addMigrateCommand } from './commands/migrate.js';
import { addRenderCommand } from './commands/render.js';
import { addRunCommand } from './commands/run.js';
import { addSchedulesCommand } from './commands/schedules.js';
import { addSchemaCommand } from './commands/schema.js';
import { addStartCommand } from './commands/start.js';
import { addValidateCommand } from './commands/validate.js';
import { CommandExit, EXIT } from './exit-code.js';

const EXIT_GRACE_MS = 1_000;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('compozy')
  .description('Durable AI workflows in YAML, on Temporal')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(run with --help for the options)');
addInitCommand(program);
addRunCommand(program);
addDevCommand(program);
addValidateCommand(program);
addStartCommand(program);
addExecutionsCommand(program);
addEventsCommand(program);
addConfigCommand(program);
addSchedulesCommand(program);
addMigrateCommand(program);
addApiKeysCommand(program);
addGraphCommand(program);
addRenderCommand(program);
addSchemaCommand(program);

// Who reads may have enough, as `head` has: that is no mistake that has a stack.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.failure);
});

const code = await main(process.argv);
process.exitCode = code;
// What is still open now is the SDK's: it has nothing left to do, and nobody waits for it.
setTimeout(() => process.exit(code), EXIT_GRACE_MS).unref();

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
