import { InvalidArgumentError, type Command } from 'commander';
import type { JsonObject, RunView, Status } from '@compozy/core';
import { suggest } from '@compozy/core/schema';
import { colorsFor } from '../colors.js';
import { parseId } from '../parse-id.js';
import { describeEnd, printRun } from '../print-run.js';
import { readInput } from '../read-input.js';
import { executionPath } from '../server/api-paths.js';
import { followToEnd } from '../server/follow-to-end.js';
import { readPages, tellNext } from '../server/read-pages.js';
import {
  openClient,
  withPageOptions,
  withServerOptions,
  type PageOptions,
  type ServerOptions,
} from '../server/server-options.js';
import { wrapText } from '../svg/measure-text.js';
import { formatTable, seconds, type Column } from '../table.js';
import { renderTaskTree } from '../task-tree.js';
import { writeJson } from '../write-json.js';

type Execution = Omit<RunView, 'tasks'>;

interface ListOptions extends ServerOptions, PageOptions {
  readonly workflow?: string;
  readonly status?: string;
}

interface SignalOptions extends ServerOptions {
  readonly payload?: string;
}

const STEERING = {
  cancel: 'end an execution; what runs of it is told to stop',
  pause: 'let what runs go on, and begin nothing new',
  resume: 'go on after a pause',
} as const;

const STATUSES = Object.keys({
  PENDING: 0,
  RUNNING: 0,
  WAITING: 0,
  PAUSED: 0,
  SUCCESS: 0,
  FAILED: 0,
  CANCELED: 0,
  TIMED_OUT: 0,
} satisfies Record<Status, 0>);

const EXEC_ID = ['<exec-id>', 'id of the execution, which "start" prints and "list" shows', parseId] as const;

const ERROR_CELLS = 60;

const COLUMNS: readonly Column<Execution>[] = [
  { head: 'EXECUTION', cell: (run) => run.workflow_exec_id },
  { head: 'WORKFLOW', cell: (run) => run.workflow_id },
  { head: 'STATUS', cell: (run) => run.status },
  { head: 'STARTED', cell: (run) => seconds(run.started_at) },
  { head: 'ENDED', cell: (run) => seconds(run.ended_at) },
  {
    head: 'ERROR',
    cell: ({ error }) =>
      error === null ? null : wrapText(`${String(error['code'])} ${String(error['message'])}`, ERROR_CELLS, 1)[0]!,
  },
];

export function addExecutionsCommand(program: Command): void {
  const executions = program
    .command('executions')
    .description('the executions of a running compozy-worker: list, get, follow, cancel, pause, resume, signal');
  const list = executions
    .command('list')
    .description('those of all workflows, newest first')
    .option('-w, --workflow <id>', 'of this workflow only')
    .option('-s, --status <statuses>', `with one of these, commas between: ${STATUSES.join(', ')}`, parseStatuses);
  withServerOptions(withPageOptions(list)).action(listExecutions);
  withServerOptions(
    executions
      .command('get')
      .description('an execution with its tasks, as it is now')
      .argument(...EXEC_ID),
  ).action(getExecution);
  withServerOptions(
    executions
      .command('follow')
      .description('show an execution until it ends, and print its output; interrupting it ends the command only')
      .argument(...EXEC_ID),
  ).action(async (execId: string, options: ServerOptions) => {
    const json = options.json === true;
    printRun(await followToEnd(openClient(options), execId, { json }), json);
  });
  for (const [action, description] of Object.entries(STEERING)) {
    withServerOptions(
      executions
        .command(action)
        .description(description)
        .argument(...EXEC_ID),
    ).action(async (execId: string, options: ServerOptions) => {
      // Not sent again: once it was heard, a second one is told that the execution has ended.
      const path = `${executionPath(execId)}/${action}`;
      const { body } = await openClient(options).send<JsonObject>('POST', path, { isRepeatable: false });
      answer(body, `${execId}: ${action} is asked for`, options);
    });
  }
  withServerOptions(
    executions
      .command('signal')
      .description('send a signal to an execution, which a "wait" task of it may wait for')
      .argument(...EXEC_ID)
      .argument('<name>', 'of the signal', parseId)
      .option('--payload <json>', 'JSON, @file, or - for standard input; {} by default'),
  ).action(sendSignal);
}

async function listExecutions(options: ListOptions): Promise<void> {
  const { workflow, status, limit, cursor, all } = options;
  const list = await readPages<Execution>(openClient(options), '/executions/workflows', {
    name: 'executions',
    query: { workflow_id: workflow, status },
    ...(limit === undefined ? {} : { limit }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(all === undefined ? {} : { all }),
  });
  if (options.json === true) writeJson({ executions: list.items, page: list.page });
  else {
    process.stdout.write(formatTable(COLUMNS, list.items, colorsFor(process.stdout)));
    tellNext(list);
  }
}

async function getExecution(execId: string, options: ServerOptions): Promise<void> {
  const view = await openClient(options).get<RunView>(executionPath(execId));
  if (options.json === true) return writeJson(view);
  const colors = colorsFor(process.stdout);
  const end = view.status === 'SUCCESS' ? JSON.stringify(view.output, null, 2) : describeEnd(view);
  process.stdout.write(`${renderTaskTree(view, colors)}\n${end}\n`);
}

async function sendSignal(execId: string, name: string, options: SignalOptions): Promise<void> {
  const { payload } = options;
  const body = {
    signal_name: name,
    ...(payload === undefined ? {} : { payload: await readInput(payload, '--payload') }),
  };
  const path = `${executionPath(execId)}/signals`;
  const sent = await openClient(options).send<JsonObject>('POST', path, { body, isRepeatable: false });
  answer(sent.body, `${execId}: signal ${name} is handed over`, options);
}

function answer(body: JsonObject, line: string, { json }: ServerOptions): void {
  if (json === true) writeJson(body);
  else process.stderr.write(`${line}\n`);
}

function parseStatuses(text: string): string {
  const given = text.split(',').map((status) => status.trim().toUpperCase());
  const unknown = given.find((status) => !STATUSES.includes(status));
  if (unknown === undefined) return given.join(',');
  const meant = suggest(unknown, STATUSES);
  const known = STATUSES.map((status) => status.toLowerCase()).join(', ');
  throw new InvalidArgumentError(meant === undefined ? `There are ${known}.` : `Did you mean "${meant}"?`);
}
