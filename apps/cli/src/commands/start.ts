import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { JsonObject, RunView } from '@compozy/core';
import { CommandExit, EXIT } from '../exit-code.js';
import { printRun } from '../print-run.js';
import { readInput } from '../read-input.js';
import { workflowPath } from '../server/api-paths.js';
import { followToEnd } from '../server/follow-to-end.js';
import { NoAnswer } from '../server/no-answer.js';
import type { ServerAnswer, ServerClient, ServerRequest } from '../server/server-client.js';
import { openClient, withServerOptions, type ServerOptions } from '../server/server-options.js';
import { ServerProblem } from '../server/server-problem.js';
import { unknownName } from '../unknown-name.js';
import { writeJson } from '../write-json.js';

interface StartOptions extends ServerOptions {
  readonly input?: string;
  readonly task?: string;
  /** Seconds, or `true` for as many as the server waits by default. */
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
const MAX_WAIT_S = 300;

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
  const json = options.json === true;
  if (options.wait !== undefined) {
    printRun(await startAndWait(client, workflowId, body, options), json);
    return;
  }
  const started = await post<Started>(client, workflowId, { path: '/executions', body }, options);
  const { workflow_exec_id: execId } = started;
  if (options.follow === true) {
    process.stderr.write(`${workflowId}: started ${execId}\n`);
    printRun(await followToEnd(client, execId, json), json);
  } else if (json) writeJson(started);
  else process.stdout.write(`${execId}\n`);
}

/** The end of the run, or how far it is when the time is over; the rest is said on stderr. */
async function startAndWait(
  client: ServerClient,
  workflowId: string,
  body: JsonObject,
  options: StartOptions,
): Promise<RunView> {
  const timeout = typeof options.wait === 'number' ? options.wait : DEFAULT_WAIT_S;
  const request = { path: '/executions/sync', body: { ...body, timeout }, waitMs: timeout * 1000 };
  try {
    return (await post<{ readonly workflow: RunView }>(client, workflowId, request, options)).workflow;
  } catch (error) {
    if (!(error instanceof ServerProblem) || error.document.code !== 'Api.TimedOut') throw error;
    const { workflow, workflow_exec_id: execId } = error.document;
    if (options.json === true && workflow !== undefined) writeJson(workflow as JsonObject);
    const line = `No end within ${timeout} s; the execution goes on: compozy executions follow ${String(execId)}`;
    throw new CommandExit(EXIT.failure, line);
  }
}

interface Post {
  readonly path: string;
  readonly body: JsonObject;
  readonly waitMs?: number;
}

/** Starts once, however often the request has to be sent: with a key of its own where none was given. */
async function post<T>(client: ServerClient, workflowId: string, { path, ...rest }: Post, options: StartOptions) {
  const key = options.idempotencyKey ?? randomUUID();
  const send = (request: Omit<ServerRequest, 'body'>): Promise<ServerAnswer<T>> =>
    client.send<T>('POST', `${workflowPath(workflowId)}${path}`, { ...rest, ...request });
  try {
    const { body, headers } = await send({ isRepeatable: true, idempotencyKey: key });
    if (options.idempotencyKey !== undefined && headers.get('idempotent-replayed') === 'true') {
      process.stderr.write(`${workflowId}: this key started it before\n`);
    }
    return body;
  } catch (error) {
    if (error instanceof ServerProblem) {
      const { code } = error.document;
      if (code === 'Config.UnknownWorkflow') throw await unknownWorkflow(client, workflowId, error);
      // A server without a store keeps no keys, and this one was ours.
      if (code === 'Api.NotConfigured' && options.idempotencyKey === undefined) {
        return (await send({ isRepeatable: false })).body;
      }
    }
    if (error instanceof NoAnswer && error.reason !== 'refused') {
      const again = `It may have been started: with --idempotency-key ${key} the same command does not start another`;
      throw new CommandExit(error.code, `${error.message}\n${again}`);
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
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_WAIT_S) return seconds;
  throw new InvalidArgumentError(
    `It takes whole seconds from 1 to ${MAX_WAIT_S}; --follow waits without an end, and a workflow id is named before.`,
  );
}
