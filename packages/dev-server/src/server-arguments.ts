import { SEARCH_ATTRIBUTES, type Json } from '@compozy/core';
import type { DevServerOptions } from './dev-server-options.js';

/**
 * As shipped, the dev server hands out work in slots of 50 ms on its single shard: a step costs 100 ms. With these values
 * it is 10 to 20 ms.
 */
const TUNING: Readonly<Record<string, Json>> = {
  'history.transferProcessorMaxPollRPS': 2_000,
  'history.timerProcessorMaxPollRPS': 2_000,
  'history.visibilityProcessorMaxPollRPS': 2_000,
  'system.enableActivityEagerExecution': true,
  // With priorities, events do not wait behind the backlog of the runs that they start.
  'matching.useNewMatcher': true,
};

export interface ServerPorts {
  readonly port: number;
  readonly uiPort: number | undefined;
}

/** The command line of `temporal` for a tuned server on the loopback interface. */
export function serverArguments(options: DevServerOptions, { port, uiPort }: ServerPorts): string[] {
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'warn'];
  args.push('--namespace', options.namespace ?? 'default');
  args.push(...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]));
  for (const [key, value] of Object.entries({ ...TUNING, ...options.dynamicConfig })) {
    args.push('--dynamic-config-value', `${key}=${JSON.stringify(value)}`);
  }
  // A server that does not know one of the engine's own refuses every run.
  const own = Object.fromEntries(Object.values(SEARCH_ATTRIBUTES).map((name) => [name, 'Keyword']));
  for (const [name, type] of Object.entries({ ...options.searchAttributes, ...own })) {
    args.push('--search-attribute', `${name}=${type}`);
  }
  if (options.dbFilename !== undefined) {
    args.push('--db-filename', options.dbFilename);
    if (!options.durable) args.push('--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=off');
  }
  return args;
}
