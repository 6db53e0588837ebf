import { Argument, type Command } from 'commander';
import type { Migration, SchemaState } from '@compozy/store';
import { CommandExit, EXIT } from '../exit-code.js';
import { locateStore, withStoreOptions, type StoreOptions } from '../open-store.js';
import { writeJson } from '../write-json.js';

export function addMigrateCommand(program: Command): void {
  withStoreOptions(
    program
      .command('migrate')
      .description(
        'bring the store of a project, and its memories in PostgreSQL, to the newest schema; a compozy-worker does so too when it starts, and of several at once one does the work',
      )
      .addArgument(
        new Argument('[action]', '"status" changes nothing, and exits with 1 unless the schema is the newest')
          .choices(['up', 'status'])
          .default('up'),
      ),
  ).action((action: 'up' | 'status', options: StoreOptions) =>
    action === 'up' ? migrateUp(options) : showStatus(options),
  );
}

async function migrateUp(options: StoreOptions): Promise<void> {
  const { location, name } = await locateStore(options);
  const { migrateStore } = await import('@compozy/store');
  const done = await migrateStore(location);
  // Beside a file, memories are in a file of their own, which is made when it is needed.
  const memory = 'url' in location ? await (await import('@compozy/memory')).migrateMemory(location) : undefined;
  if (options.json === true) writeJson({ store: name, ...done, ...(memory === undefined ? {} : { memory }) });
  else {
    process.stdout.write(`${name}: ${describeMigration(done)}\n`);
    if (memory !== undefined) process.stdout.write(`${name}, memories: ${describeMigration(memory)}\n`);
  }
}

async function showStatus(options: StoreOptions): Promise<void> {
  const { location, name } = await locateStore(options);
  const { readSchema } = await import('@compozy/store');
  const state = await readSchema(location);
  const memory = 'url' in location ? await (await import('@compozy/memory')).readMemorySchema(location) : undefined;
  if (options.json === true) {
    const shown = memory === undefined ? {} : { memory: { ...memory, current: isCurrent(memory) } };
    writeJson({ store: name, ...state, current: isCurrent(state), ...shown });
  } else {
    process.stdout.write(`${name}: ${describeState(state)}\n`);
    if (memory !== undefined) process.stdout.write(`${name}, memories: ${describeState(memory)}\n`);
  }
  if (!isCurrent(state) || (memory !== undefined && !isCurrent(memory))) throw new CommandExit(EXIT.failure);
}

const isCurrent = ({ version, newest }: SchemaState): boolean => version === newest;

function describeMigration({ from, to }: Migration): string {
  return from === to ? `version ${to} is the newest` : `version ${from} to ${to}`;
}

function describeState({ version, newest }: SchemaState): string {
  if (version === newest) return `version ${version} is the newest`;
  if (version > newest) return `version ${version}, of a newer release; this one knows up to ${newest}`;
  return version === 0 ? `no schema yet; the newest is ${newest}` : `version ${version}; the newest is ${newest}`;
}
