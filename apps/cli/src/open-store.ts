import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { StoreLocation } from '@compozy/store';
import { checkSettings, formatSettingProblems, storeLocation } from '@compozy/worker/settings';
import { readSettingsEnvironment } from './env.js';
import { CommandExit, EXIT } from './exit-code.js';

export interface StoreOptions {
  readonly project: string;
  readonly databaseUrl?: string;
  readonly json?: boolean;
}

/** What every command has that works on the store itself. */
export function withStoreOptions(command: Command): Command {
  return command
    .option('-p, --project <dir>', 'folder of compozy.yaml, whose settings say where the store is', '.')
    .option('--database-url <url>', 'this PostgreSQL, whatever the settings say')
    .option('--json', 'print exactly one JSON object on stdout, everything else on stderr');
}

export interface NamedStore {
  readonly location: StoreLocation;
  /** As it may be shown: without the password. */
  readonly name: string;
}

/** Where the compozy-worker of this project, with this environment, keeps its store. */
export async function locateStore({ project, databaseUrl }: StoreOptions): Promise<NamedStore> {
  if (databaseUrl !== undefined) return { location: { url: databaseUrl }, name: nameDatabase(databaseUrl) };
  const dir = path.resolve(project);
  // A store of its own would be made in whatever folder this is.
  if (!existsSync(path.join(dir, 'compozy.yaml'))) {
    throw new CommandExit(
      EXIT.usage,
      `There is no compozy.yaml in ${dir}; name the project with --project, or PostgreSQL with --database-url`,
    );
  }
  const { settings, problems } = await checkSettings({ dir, environment: readSettingsEnvironment() });
  if (settings === undefined) throw new CommandExit(EXIT.usage, formatSettingProblems(problems));
  const location = storeLocation(settings, dir);
  return { location, name: 'url' in location ? nameDatabase(location.url) : location.path };
}

function nameDatabase(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new CommandExit(EXIT.usage, 'The address of PostgreSQL must be postgres://user:password@host:port/database');
  }
  return `postgres://${url.host}${url.pathname}`;
}
