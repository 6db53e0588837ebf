import { randomUUID } from 'node:crypto';
import { Option, type Command } from 'commander';
import { isJsonObject, type Json, type JsonObject } from '@compozy/core';
import { colorsFor } from '../colors.js';
import { parseId } from '../parse-id.js';
import { readInput } from '../read-input.js';
import { deadLetterPath, eventPath } from '../server/api-paths.js';
import { readPages, tellNext } from '../server/read-pages.js';
import {
  openClient,
  withPageOptions,
  withServerOptions,
  type PageOptions,
  type ServerOptions,
} from '../server/server-options.js';
import { wrapText } from '../svg/measure-text.js';
import { formatFields, formatTable, seconds, type Column } from '../table.js';
import { writeJson } from '../write-json.js';

interface SendOptions extends ServerOptions {
  readonly payload?: string;
  readonly eventId?: string;
  readonly correlationId?: string;
  readonly workflow?: string;
}

interface DeadLettersOptions extends ServerOptions, PageOptions {
  readonly replayed?: 'true' | 'false';
}

interface Accepted extends JsonObject {
  readonly event_id: string;
}

interface EventBody {
  readonly event_id: string;
  readonly name: string;
  readonly correlation_id: string;
  readonly source: string;
  readonly status: string;
  readonly started: readonly { readonly workflow_id: string; readonly workflow_exec_id: string }[];
  readonly error: JsonObject | null;
  readonly accepted_at: string;
}

interface DeadLetterBody {
  readonly id: string;
  readonly event_id: string;
  readonly name: string;
  readonly workflow_id: string | null;
  readonly reason: JsonObject;
  readonly at: string;
  readonly replayed_at: string | null;
}

const REASON_CELLS = 60;

const DEAD_LETTER_COLUMNS: readonly Column<DeadLetterBody>[] = [
  { head: 'DEAD LETTER', cell: (letter) => letter.id },
  { head: 'EVENT', cell: (letter) => letter.name },
  { head: 'WORKFLOW', cell: (letter) => letter.workflow_id },
  { head: 'AT', cell: (letter) => seconds(letter.at) },
  { head: 'REPLAYED', cell: (letter) => seconds(letter.replayed_at) },
  { head: 'REASON', cell: (letter) => wrapText(describeReason(letter.reason), REASON_CELLS, 1)[0]! },
];

export function addEventsCommand(program: Command): void {
  const events = program
    .command('events')
    .description('the events of a running compozy-worker: send, status, dead-letters, replay');
  withServerOptions(
    events
      .command('send')
      .description('send an event to the workflows that listen for it, and print its id')
      .argument('<name>', 'of the event', parseId)
      .option('--payload <json>', 'JSON, @file, or - for standard input; {} by default')
      .option('--event-id <id>', 'the same id is acted on once; a new one by default')
      .option('--correlation-id <id>', 'goes with the event, and with what it starts')
      .option('-w, --workflow <id>', 'only this workflow may hear it'),
  ).action(sendEvent);
  withServerOptions(
    events
      .command('status')
      .description('what became of an event: what it started, or why it reached nobody')
      .argument('<event-id>', 'id of the event, which "send" prints', parseId),
  ).action(showEvent);
  withServerOptions(
    withPageOptions(
      events
        .command('dead-letters')
        .description('events that reached nobody, newest first')
        .addOption(
          new Option('--replayed <flag>', 'only those that were sent again, or were not').choices(['true', 'false']),
        ),
    ),
  ).action(listDeadLetters);
  withServerOptions(
    events
      .command('replay')
      .description('send the event of a dead letter again, and print its id')
      .argument('<dead-letter-id>', 'of the list of dead letters', parseId),
  ).action(async (id: string, options: ServerOptions) => {
    const path = `${deadLetterPath(id)}/replay`;
    // The id of the new event is made of that of the letter, so that a second one starts nothing.
    print((await openClient(options).send<Accepted>('POST', path, { isRepeatable: true })).body, options);
  });
}

async function sendEvent(name: string, options: SendOptions): Promise<void> {
  const { payload, correlationId, workflow } = options;
  const body = {
    name,
    // Made here, so that the same event sent again after a broken connection is not a second one.
    event_id: options.eventId ?? randomUUID(),
    ...(payload === undefined ? {} : { payload: await readInput(payload, '--payload') }),
    ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
    ...(workflow === undefined ? {} : { workflow_id: workflow }),
  };
  print((await openClient(options).send<Accepted>('POST', '/events', { body, isRepeatable: true })).body, options);
}

async function showEvent(eventId: string, options: ServerOptions): Promise<void> {
  const event = await openClient(options).get<EventBody>(eventPath(eventId));
  if (options.json === true) return writeJson(event);
  process.stdout.write(
    formatFields([
      ['id', event.event_id],
      ['name', event.name],
      ['status', event.status],
      ['source', event.source],
      ['correlation id', event.correlation_id],
      ['accepted', seconds(event.accepted_at)],
      ...event.started.map((run) => ['started', `${run.workflow_id} ${run.workflow_exec_id}`] as const),
      ...(event.error === null ? [] : [['error', describeReason(event.error)] as const]),
    ]),
  );
}

async function listDeadLetters(options: DeadLettersOptions): Promise<void> {
  const { replayed, limit, cursor, all } = options;
  const list = await readPages<DeadLetterBody>(openClient(options), '/dead-letters', {
    name: 'dead_letters',
    query: { replayed },
    ...(limit === undefined ? {} : { limit }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(all === undefined ? {} : { all }),
  });
  if (options.json === true) writeJson({ dead_letters: list.items, page: list.page });
  else {
    process.stdout.write(formatTable(DEAD_LETTER_COLUMNS, list.items, colorsFor(process.stdout)));
    tellNext(list);
  }
}

function print(accepted: Accepted, { json }: ServerOptions): void {
  if (json === true) writeJson(accepted);
  else process.stdout.write(`${accepted.event_id}\n`);
}

function describeReason(reason: Json): string {
  if (!isJsonObject(reason)) return JSON.stringify(reason);
  const { code, message } = reason;
  return typeof code === 'string' && typeof message === 'string' ? `${code} ${message}` : JSON.stringify(reason);
}
