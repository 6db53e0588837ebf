import type { RunView } from '@compozy/core';
import { followExecution } from './follow-execution.js';
import type { ServerClient } from './server-client.js';

/** What a shell expects of a command that was interrupted. */
const INTERRUPTED = 130;

/** Follows an execution on stderr. To interrupt it ends the command, and never the execution. */
export async function followToEnd(client: ServerClient, execId: string, json: boolean): Promise<RunView> {
  const leave = () => {
    process.stderr.write(`\nThe execution goes on: compozy executions follow ${execId}\n`);
    process.exit(INTERRUPTED);
  };
  process.once('SIGINT', leave);
  try {
    return await followExecution(client, execId, { live: process.stderr.isTTY && !json, stream: process.stderr });
  } finally {
    process.off('SIGINT', leave);
  }
}
