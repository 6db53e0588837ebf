import { InvalidArgumentError, type Command } from 'commander';
import type { ApiKeyRecord, ApiKeyRepository } from '@compozy/core';
import { suggest } from '@compozy/core/schema';
import type { ApiScope } from '@compozy/worker';
import { colorsFor } from '../colors.js';
import { CommandExit, EXIT } from '../exit-code.js';
import { locateStore, withStoreOptions, type StoreOptions } from '../open-store.js';
import { formatTable, seconds, type Column } from '../table.js';
import { writeJson } from '../write-json.js';

interface CreateOptions extends StoreOptions {
  readonly scopes: readonly ApiScope[];
}

const SCOPES: readonly ApiScope[] = ['read', 'run', 'admin'];
const DEFAULT_SCOPES: readonly ApiScope[] = ['read', 'run'];

const COLUMNS: readonly Column<ApiKeyRecord>[] = [
  { head: 'ID', cell: (key) => key.id },
  { head: 'NAME', cell: (key) => key.name },
  { head: 'SCOPES', cell: (key) => key.scopes.join(',') },
  { head: 'CREATED', cell: (key) => seconds(key.createdAt) },
  { head: 'LAST USED', cell: (key) => seconds(key.lastUsedAt) },
  { head: 'REVOKED', cell: (key) => seconds(key.revokedAt) },
];

export function addApiKeysCommand(program: Command): void {
  const keys = program
    .command('api-keys')
    .description(
      'the API keys in the store of a project: create, list, revoke; SERVER_AUTH_ENABLED=true asks for them',
    );
  withStoreOptions(
    keys
      .command('create')
      .description('make a key and print it, once: the store has only its hash')
      .argument('<name>', 'what the key is for')
      .option(
        '--scopes <scopes>',
        'commas between: read looks, run starts and steers, admin does all',
        parseScopes,
        DEFAULT_SCOPES,
      ),
  ).action(createKey);
  withStoreOptions(keys.command('list').description('all keys, those that were revoked too')).action(
    async (options: StoreOptions) => {
      const list = await withKeys(options, (repository) => repository.list());
      if (options.json === true) writeJson({ api_keys: list.map((key) => toRow(key)) });
      else process.stdout.write(formatTable(COLUMNS, list, colorsFor(process.stdout)));
    },
  );
  withStoreOptions(
    keys.command('revoke').description('let nobody in with this key any more').argument('<id>', 'of the list'),
  ).action(revokeKey);
}

async function createKey(name: string, options: CreateOptions): Promise<void> {
  if (name.trim() === '') throw new CommandExit(EXIT.usage, 'The key needs a name that says what it is for');
  const { createApiKey } = await import('@compozy/worker');
  const { key, record } = createApiKey(name, options.scopes);
  await withKeys(options, (repository) => repository.add(record));
  if (options.json === true) writeJson({ ...toRow(record), key });
  else {
    process.stdout.write(`${key}\n`);
    process.stderr.write(`${record.id}: may ${record.scopes.join(', ')}. The key is shown only now; keep it safe\n`);
  }
}

async function revokeKey(id: string, options: StoreOptions): Promise<void> {
  const at = new Date().toISOString();
  const [revoked, list] = await withKeys(options, async (repository) => [
    await repository.revoke(id, at),
    await repository.list(),
  ]);
  const record = list.find((key) => key.id === id);
  if (record === undefined) {
    throw new CommandExit(EXIT.failure, `The store has no API key "${id}"; "compozy api-keys list" shows the ids`);
  }
  if (options.json === true) writeJson(toRow(record));
  else process.stderr.write(`${id}: ${revoked ? 'revoked' : `was revoked ${seconds(record.revokedAt)}`}\n`);
}

async function withKeys<T>(options: StoreOptions, action: (keys: ApiKeyRepository) => Promise<T>): Promise<T> {
  const { location } = await locateStore(options);
  const { createPostgresStore, createSqliteStore } = await import('@compozy/store');
  await using store = 'path' in location ? createSqliteStore(location) : createPostgresStore(location);
  return await action(store.apiKeys);
}

/** Without the hash: nobody needs it, and nobody can be let in by mistake with what is not shown. */
function toRow({ id, name, scopes, createdAt, lastUsedAt, revokedAt }: ApiKeyRecord) {
  return { id, name, scopes, created_at: createdAt, last_used_at: lastUsedAt, revoked_at: revokedAt };
}

function parseScopes(text: string): readonly ApiScope[] {
  const given = text.split(',').map((scope) => scope.trim());
  return given.map((scope) => {
    const known = SCOPES.find((name) => name === scope);
    if (known !== undefined) return known;
    const meant = suggest(scope, SCOPES);
    throw new InvalidArgumentError(
      meant === undefined ? `The scopes are ${SCOPES.join(', ')}.` : `Did you mean "${meant}"?`,
    );
  });
}
