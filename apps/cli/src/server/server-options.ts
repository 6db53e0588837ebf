import { InvalidArgumentError, type Command } from 'commander';
import { readEnvironment } from '../env.js';
import { createServerClient, type ServerClient } from './server-client.js';

/** Where a compozy-worker is that nobody has named. */
export const DEFAULT_SERVER = 'http://127.0.0.1:5001';
const DEFAULT_TIMEOUT_S = 30;

export interface ServerOptions {
  readonly server?: string;
  readonly apiKey?: string;
  /** Seconds. */
  readonly timeout?: number;
  readonly json?: boolean;
}

/** What every command has that talks to a compozy-worker. */
export function withServerOptions(command: Command): Command {
  return command
    .option('--server <url>', `the compozy-worker; by default COMPOZY_BASE_URL, else ${DEFAULT_SERVER}`)
    .option('--api-key <key>', 'API key for it; better in COMPOZY_API_KEY, where no list of processes shows it')
    .option('--timeout <seconds>', `how long an answer may take; ${DEFAULT_TIMEOUT_S} by default`, parseSeconds)
    .option('--json', 'print exactly one JSON object on stdout, everything else on stderr');
}

export interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
  readonly all?: boolean;
}

/** What every command has that lists page by page. */
export function withPageOptions(command: Command): Command {
  return command
    .option('--limit <number>', 'how many on a page, 1 to 500; 50 by default', parseCount)
    .option('--cursor <cursor>', 'the page after the one that named this cursor')
    .option('--all', 'every page, one after the other');
}

export function openClient({ server, apiKey, timeout = DEFAULT_TIMEOUT_S }: ServerOptions): ServerClient {
  const env = readEnvironment();
  const key = apiKey ?? env.serverKey;
  return createServerClient({
    url: server ?? env.serverUrl ?? DEFAULT_SERVER,
    timeoutMs: timeout * 1000,
    ...(key === undefined ? {} : { apiKey: key }),
  });
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  // The longest time that a timer can have is 24 days.
  if (text.trim() !== '' && seconds > 0 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('It takes seconds, more than 0 and at most 86400.');
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 500) return count;
  throw new InvalidArgumentError('It takes a number from 1 to 500.');
}
