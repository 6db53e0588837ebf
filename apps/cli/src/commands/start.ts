import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { directRunId, isTerminal, parseDirectRunId, type JsonObject } from '@compozy/core';
import { CommandExit, EXIT } from '../exit-code.js';
import { printRun } from '../print-run.js';
import { readInput } from '../read-input.js';
import { taskPath, workflowPath } from '../server/api-paths.js';
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
      .description(
        'start a workflow, or one task alone, on a running compozy-worker, and print the id of the execution',
      )
      .argument('[workflow-id]', 'one of the workflows of the server, or task:<id> for a task in a file of its own')
      .option(
        '-i, --input <json>',
        'input of the workflow, or values for the task: JSON, @file, or - for standard input',
      )
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
  const taskId = parseDirectRunId(workflowId)?.id;
  if (taskId !== undefined && options.task !== undefined) {
    throw new CommandExit(EXIT.usage, `--task names the task of a workflow to start at, and "${workflowId}" is a task`);
  }
  const body = {
    [taskId === undefined ? 'input' : 'with']: await readInput(options.input),
    ...(options.task === undefined ? {} : { task_id: options.task }),
    ...(options.correlationId === undefined ? {} : { correlation_id: options.correlationId }),
  };
  const started = await start(client, workflowId, body, options);
  const { workflow_exec_id: execId } = started;
  const json = options.json === true;
  const follow = (wait?: number) =>
    followToEnd(client, execId, { json, ...(wait === undefined ? {} : { wait }) }).catch((error: unknown) => {
      if (!(error instanceof CommandExit)) throw error;
      throw new CommandExit(error.code, `${error.message}\nThe execution was started, and goes on: ${execId}`);
    });
  if (options.follow === true) {
    process.stderr.write(`${workflowId}: started ${execId}\n`);
    printRun(await follow(), json);
  } else if (options.wait !== undefined) {
    // Not by the route that waits: of a server that is killed meanwhile, its key would stay taken for that long.
    const wait = options.wait === true ? DEFAULT_WAIT_S : options.wait;
    const view = await follow(wait);
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
  const taskId = parseDirectRunId(workflowId)?.id;
  const path = taskId === undefined ? workflowPath(workflowId) : taskPath(taskId);
  const send = (request: Omit<ServerRequest, 'body'>) =>
    client.send<Started>('POST', `${path}/executions`, { body, ...request });
  try {
    const answer = await send({ isRepeatable: true, idempotencyKey: key });
    if (idempotencyKey !== undefined && answer.headers.get('idempotent-replayed') === 'true') {
      process.stderr.write(`${workflowId}: this key started it before\n`);
    }
    return answer.body;
  } catch (error) {
    const code = error instanceof ServerProblem ? error.document.code : undefined;
    if (code === 'Config.UnknownWorkflow' || (code === 'Api.NotFound' && taskId !== undefined))
      throw await unknownWorkflow(client, workflowId, error as ServerProblem);
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
  const known = await listStartable(client);
  const list = known.map((id) => `"${id}"`).join(', ') || 'none';
  const line = `Name the workflow to start; the server at ${client.url} has ${list}`;
  const hint = '"compozy start" starts a workflow on a server; the server itself, for a project, is "compozy-worker"';
  return new CommandExit(EXIT.usage, `${line}\n${hint}`);
}

async function unknownWorkflow(client: ServerClient, given: string, problem: ServerProblem): Promise<CommandExit> {
  // A key that may start workflows may not be one that may read.
  const known = await listStartable(client).catch(() => undefined);
  return known === undefined
    ? problem
    : unknownName(`${problem.document.code}: The server at ${client.url} has no workflow`, given, known);
}

async function listStartable(client: ServerClient): Promise<readonly string[]> {
  const [{ workflows }, { tasks }] = await Promise.all([
    client.get<{ readonly workflows: readonly { readonly workflow_id: string }[] }>('/workflows'),
    client.get<{ readonly tasks: readonly { readonly task_id: string }[] }>('/tasks'),
  ]);
  return [...workflows.map(({ workflow_id: id }) => id), ...tasks.map(({ task_id: id }) => directRunId('task', id))];
}

function parseWait(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds > 0 && seconds <= MAX_WAIT_S) return seconds;
  throw new InvalidArgumentError(`It takes seconds, at most ${MAX_WAIT_S}; the id of the workflow stands before it.`);
}
