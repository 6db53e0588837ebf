import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createEventSender, STATUS_QUERY, type DispatcherStatus } from '@compozy/dispatcher';
import { startWorkerProcess } from './worker-process.js';

const PROJECT = 'crash';
const EVENTS = 300;

let dir: string;
let server: DevServer;
let connection: Connection;
let client: Client;
const workers: ChildProcess[] = [];

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-crash-'));
  await writeFile(path.join(dir, 'compozy.yaml'), `name: ${PROJECT}\nworkflows: [{ source: ./note.yaml }]\n`);
  await writeFile(
    path.join(dir, 'note.yaml'),
    `id: note
triggers: [{ type: signal, name: noted }]
tasks: [{ id: one, type: aggregate, outputs: { n: 1 } }]
`,
  );
  server = await startDevServer();
  connection = await Connection.connect({ address: server.address });
  client = new Client({ connection });
});

afterAll(async () => {
  for (const worker of workers) if (worker.exitCode === null) worker.kill('SIGKILL');
  await connection?.close();
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function startWorker(): Promise<ChildProcess> {
  const worker = await startWorkerProcess(dir, server.address);
  workers.push(worker);
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

async function startedRuns(): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: 'WorkflowType = "note"' })) ids.push(workflowId);
  return ids;
}

const handledOf = async (id: string) =>
  (await client.workflow.getHandle(id).query<DispatcherStatus>(STATUS_QUERY)).handled;

describe('events of a worker that is killed', () => {
  it('are started by the next worker when it dies between acceptance and start', async () => {
    const sender = createEventSender({ client, project: PROJECT, instance: 'first' });
    const worker = await startWorker();
    await sender.open();
    await expect.poll(() => handledOf(sender.dispatcherId)).toBe(0);
    worker.kill('SIGSTOP');
    await sender.send(Array.from({ length: EVENTS }, (_, index) => ({ name: 'noted', eventId: `accepted-${index}` })));
    await kill(worker);
    expect(await startedRuns()).toEqual([]);

    await startWorker();
    await expect.poll(() => handledOf(sender.dispatcherId), { interval: 500 }).toBe(EVENTS);
    await expect.poll(async () => (await startedRuns()).length).toBe(EVENTS);
    expect(new Set(await startedRuns()).size).toBe(EVENTS);
  });

  it('start once when it dies between the starts and their acknowledgement', async () => {
    const sender = createEventSender({ client, project: PROJECT, instance: 'second' });
    await sender.send(Array.from({ length: EVENTS }, (_, index) => ({ name: 'noted', eventId: `started-${index}` })));
    // The survivors of the first test start the batch; all of them die in the middle of it.
    await expect.poll(async () => (await startedRuns()).length, { interval: 5 }).toBeGreaterThan(EVENTS);
    for (const worker of workers) if (worker.exitCode === null && worker.signalCode === null) await kill(worker);
    const startedBefore = (await startedRuns()).length - EVENTS;

    await startWorker();
    await expect.poll(() => handledOf(sender.dispatcherId), { interval: 500 }).toBe(EVENTS);
    await expect.poll(async () => (await startedRuns()).length).toBe(2 * EVENTS);
    console.log(`${startedBefore} of ${EVENTS} runs were started when the worker died; ${2 * EVENTS} runs in the end`);
  });
});
