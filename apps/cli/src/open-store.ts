import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { StoreLocation } from '@compozy/store';
import { readEnvironment } from './env.js';
import { CommandExit, EXIT } from './exit-code.js';

export interface StoreOptions {
  readonly project: string;
  readonly databaseUrl?: string;
  readonly json?: boolean;
}

/** What every command has that works on the store itself. */
export function withStoreOptions(command: Command): Command {
  return command
    .option('-p, --project <dir>', 'folder of compozy.yaml, for the SQLite file in it', '.')
    .option('--database-url <url>', 'PostgreSQL instead; by default that of DATABASE_URL')
    .option('--json', 'print exactly one JSON object on stdout, everything else on stderr');
}

export interface NamedStore {
  readonly location: StoreLocation;
  /** As it may be shown: without the password. */
  readonly name: string;
}

/** Where the compozy-worker of this project and environment keeps its store. */
export function locateStore({ project, databaseUrl }: StoreOptions): NamedStore {
  const given = databaseUrl ?? readEnvironment().databaseUrl;
  if (given !== undefined) return { location: { url: given }, name: nameDatabase(given) };
  const dir = path.resolve(project);
  // A store of its own would be made in whatever folder this is.
  if (!existsSync(path.join(dir, 'compozy.yaml'))) {
    throw new CommandExit(
      EXIT.usage,
      `There is no compozy.yaml in ${dir}; name the project with --project, or PostgreSQL with --database-url`,
    );
  }
  const file = path.join(dir, '.compozy', 'state.db');
  return { location: { path: file }, name: file };
}

function nameDatabase(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new CommandExit(
      EXIT.usage,
      '--database-url, or DATABASE_URL, must be postgres://user:password@host:port/database',
    );
  }
  return `postgres://${url.host}${url.pathname}`;
}
