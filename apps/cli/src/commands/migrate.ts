import { Argument, type Command } from 'commander';
import type { SchemaState } from '@compozy/store';
import { CommandExit, EXIT } from '../exit-code.js';
import { locateStore, withStoreOptions, type StoreOptions } from '../open-store.js';
import { writeJson } from '../write-json.js';

export function addMigrateCommand(program: Command): void {
  withStoreOptions(
    program
      .command('migrate')
      .description(
        'bring the store of a project to the newest schema; a compozy-worker does so too when it starts, and of several at once one does the work',
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
  const { from, to } = await migrateStore(location);
  if (options.json === true) writeJson({ store: name, from, to });
  else {
    const done = from === to ? `version ${to} is the newest` : `version ${from} to ${to}`;
    process.stdout.write(`${name}: ${done}\n`);
  }
}

async function showStatus(options: StoreOptions): Promise<void> {
  const { location, name } = await locateStore(options);
  const { readSchema } = await import('@compozy/store');
  const state = await readSchema(location);
  if (options.json === true) writeJson({ store: name, ...state, current: state.version === state.newest });
  else process.stdout.write(`${name}: ${describeState(state)}\n`);
  if (state.version !== state.newest) throw new CommandExit(EXIT.failure);
}

function describeState({ version, newest }: SchemaState): string {
  if (version === newest) return `version ${version} is the newest`;
  if (version > newest) return `version ${version}, of a newer release; this one knows up to ${newest}`;
  return version === 0 ? `no schema yet; the newest is ${newest}` : `version ${version}; the newest is ${newest}`;
}
