import type { RunView } from '@compozy/core';
import { createRunDisplay, type RunDisplay } from '../run-display.js';
import { followExecution } from './follow-execution.js';
import type { ServerClient } from './server-client.js';

/** What a shell expects of a command that was interrupted. */
const INTERRUPTED = 130;

export interface FollowToEndOptions {
  readonly json: boolean;
  /** Seconds to wait without showing anything; without it, the tasks are shown for as long as it takes. */
  readonly wait?: number;
}

/** Follows an execution on stderr. To interrupt it ends the command, and never the execution. */
export async function followToEnd(
  client: ServerClient,
  execId: string,
  { json, wait }: FollowToEndOptions,
): Promise<RunView> {
  const leave = () => {
    process.stderr.write(`\nThe execution goes on: compozy executions follow ${execId}\n`);
    process.exit(INTERRUPTED);
  };
  process.once('SIGINT', leave);
  try {
    return await followExecution(
      client,
      execId,
      wait === undefined
        ? { show: createRunDisplay({ live: process.stderr.isTTY && !json, stream: process.stderr }) }
        : { show: SILENT, signal: AbortSignal.timeout(wait * 1000) },
    );
  } finally {
    process.off('SIGINT', leave);
  }
}

const SILENT: RunDisplay = { update() {}, note() {}, done() {} };
