import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { isTerminal, type JsonObject } from '@compozy/core';
import { CommandExit, EXIT } from '../exit-code.js';
import { printRun } from '../print-run.js';
import { readInput } from '../read-input.js';
import { workflowPath } from '../server/api-paths.js';
import { followToEnd } from '../server/follow-to-end.js';
import { NoAnswer } from '../server/no-answer.js';
import type { ServerClient, ServerRequest } from '../server/server-client.js';
import { openClient, withServerOptions, type ServerOptions } from '../server/server-options.js';
import { ServerProblem } from '../server/server-problem.js';
import { unknownName } from '../unknown-name.js';
import { writeJson } from '../write-json.js';

interface StartOptions extends ServerOptions {
  readonly input?: string;
  readonly task?: string;
  /** Seconds, or `true` for the usual ones. */
  readonly wait?: number | true;
  readonly follow?: boolean;
  readonly idempotencyKey?: string;
  readonly correlationId?: string;
}

interface Started {
  readonly workflow_id: string;
  readonly workflow_exec_id: string;
}

const DEFAULT_WAIT_S = 60;
const MAX_WAIT_S = 86_400;

export function addStartCommand(program: Command): void {
  withServerOptions(
    program
      .command('start')
      .description('start a workflow on a running compozy-worker, and print the id of the execution')
      .argument('[workflow-id]', 'one of the workflows of the server')
      .option('-i, --input <json>', 'input of the workflow: JSON, @file, or - for standard input')
      .option('-t, --task <id>', 'start at this task')
      .option('--wait [seconds]', `wait for the end and print the output; ${DEFAULT_WAIT_S} s by default`, parseWait)
      .addOption(new Option('--follow', 'show the execution until it ends, and print the output').conflicts('wait'))
      .option('--idempotency-key <key>', 'the same key and input start one execution only, for a day')
      .option('--correlation-id <id>', 'goes with the execution, and into what it starts'),
  ).action(startWorkflow);
}

async function startWorkflow(workflowId: string | undefined, options: StartOptions): Promise<void> {
  const client = openClient(options);
  if (workflowId === undefined) throw await noWorkflow(client);
  const body = {
    input: await readInput(options.input),
    ...(options.task === undefined ? {} : { task_id: options.task }),
    ...(options.correlationId === undefined ? {} : { correlation_id: options.correlationId }),
  };
  const started = await start(client, workflowId, body, options);
  const { workflow_exec_id: execId } = started;
  const json = options.json === true;
  if (options.follow === true) {
    process.stderr.write(`${workflowId}: started ${execId}\n`);
    printRun(await followToEnd(client, execId, { json }), json);
  } else if (options.wait !== undefined) {
    const wait = options.wait === true ? DEFAULT_WAIT_S : options.wait;
    const view = await followToEnd(client, execId, { json, wait });
    if (isTerminal(view.status)) return printRun(view, json);
    if (json) writeJson(view);
    throw new CommandExit(
      EXIT.failure,
      `No end within ${wait} s; the execution goes on: compozy executions follow ${execId}`,
    );
  } else if (json) writeJson(started);
  else process.stdout.write(`${execId}\n`);
}

/** Starts once, however often the request has to be sent: with a key of its own where none was given. */
async function start(
  client: ServerClient,
  workflowId: string,
  body: JsonObject,
  { idempotencyKey }: StartOptions,
): Promise<Started> {
  const key = idempotencyKey ?? randomUUID();
  const send = (request: Omit<ServerRequest, 'body'>) =>
    client.send<Started>('POST', `${workflowPath(workflowId)}/executions`, { body, ...request });
  try {
    const answer = await send({ isRepeatable: true, idempotencyKey: key });
    if (idempotencyKey !== undefined && answer.headers.get('idempotent-replayed') === 'true') {
      process.stderr.write(`${workflowId}: this key started it before\n`);
    }
    return answer.body;
  } catch (error) {
    const code = error instanceof ServerProblem ? error.document.code : undefined;
    if (code === 'Config.UnknownWorkflow') throw await unknownWorkflow(client, workflowId, error as ServerProblem);
    // A server without a store keeps no keys, and this one was ours.
    if (code === 'Api.NotConfigured' && idempotencyKey === undefined) return (await send({ isRepeatable: false })).body;
    if (code === 'Api.Conflict' || (error instanceof NoAnswer && error.reason !== 'refused')) {
      const again = `It may have been started: with --idempotency-key ${key} the same command starts no second one`;
      throw new CommandExit(EXIT.failure, `${(error as Error).message}\n${again}`);
    }
    throw error;
  }
}

async function noWorkflow(client: ServerClient): Promise<CommandExit> {
  const known = await listWorkflows(client);
  const list = known.map((id) => `"${id}"`).join(', ') || 'none';
  const line = `Name the workflow to start; the server at ${client.url} has ${list}`;
  const hint = '"compozy start" starts a workflow on a server; the server itself, for a project, is "compozy-worker"';
  return new CommandExit(EXIT.usage, `${line}\n${hint}`);
}

async function unknownWorkflow(client: ServerClient, given: string, problem: ServerProblem): Promise<CommandExit> {
  // A key that may start workflows may not be one that may read.
  const known = await listWorkflows(client).catch(() => undefined);
  return known === undefined ? problem : unknownName(`The server at ${client.url} has no workflow`, given, known);
}

async function listWorkflows(client: ServerClient): Promise<readonly string[]> {
  const { workflows } = await client.get<{ readonly workflows: readonly Started[] }>('/workflows');
  return workflows.map(({ workflow_id: id }) => id);
}

function parseWait(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds > 0 && seconds <= MAX_WAIT_S) return seconds;
  throw new InvalidArgumentError(`It takes seconds, at most ${MAX_WAIT_S}; the id of the workflow stands before it.`);
}
