import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretMask } from '@compozy/activities';
import { CompozyError, type Store } from '@compozy/core';
import { createMemoryBlobStore } from '@compozy/core/blobs';
import { loadProject } from '@compozy/core/loader';
import { eventExecId } from '@compozy/core/schema';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { STATUS_QUERY, type DispatcherStatus } from '@compozy/dispatcher';
import { createSqliteStore } from '@compozy/store';
import { createRunReconciler, createWorker, type CompozyWorker } from '@compozy/worker';
import { withoutPasses } from './without-passes.js';

const PROJECT = 'gap';
const FILES = {
  'compozy.yaml': `name: ${PROJECT}\nworkflows: [{ source: ./quick.yaml }, { source: ./ask.yaml }]\n`,
  'quick.yaml': `id: quick
triggers: [{ type: signal, name: noted }]
tasks: [{ id: one, type: aggregate, outputs: { n: 1 } }]
`,
  'ask.yaml': `id: ask
triggers: [{ type: signal, name: noted }]
tasks: [{ id: gate, type: wait, wait_for: answer }]
`,
};
const INTERVAL_MS = 200;

let dir: string;
let temporal: DevServer;
const kept = createSqliteStore({ path: ':memory:' });
const blobs = createMemoryBlobStore();
let isDown = false;

/** The store as one that a worker has while it is down. */
const shaky = Object.fromEntries(
  Object.entries(kept).map(([name, part]) => [
    name,
    typeof part !== 'object'
      ? part
      : Object.fromEntries(
          Object.entries(part as object).map(([method, work]) => [
            method,
            typeof work !== 'function'
              ? work
              : async (...args: unknown[]) => {
                  if (isDown) throw new CompozyError('Store.Unavailable', 'The store is down');
                  return (await (work as (...given: unknown[]) => unknown)(...args)) as unknown;
                },
          ]),
        ),
  ]),
) as unknown as Store;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-gap-'));
  await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(path.join(dir, name), text)));
  temporal = await startDevServer();
});

afterAll(async () => {
  await temporal?.stop();
  await kept.close();
  await rm(dir, { recursive: true, force: true });
});

async function startWorker(): Promise<CompozyWorker> {
  const project = await loadProject(dir);
  const store = withoutPasses(shaky);
  const worker = await createWorker({ project, temporal: { hostPort: temporal.address }, store, blobs });
  await worker.setup();
  return worker;
}

const reconcilerOf = (
  { client, taskQueue }: Pick<CompozyWorker, 'client' | 'taskQueue'>,
  instance: string,
  intervalMs = INTERVAL_MS,
) =>
  createRunReconciler({
    client,
    taskQueue,
    instance,
    project: PROJECT,
    store: kept,
    mask: () => createSecretMask({}),
    intervalMs,
    settleMs: 0,
  });

/** Until the lists of Temporal, which lag behind, show so many. */
async function untilListed({ client }: CompozyWorker, query: string, count: number): Promise<void> {
  await expect.poll(async () => (await client.workflow.count(query)).count).toBe(count);
}

const execOf = (workflowId: string, eventId: string) =>
  eventExecId({ project: PROJECT, workflowId, event: 'noted', eventId });

describe('a worker that ends while the store is down', () => {
  it('leaves nothing that is not shown when both are back: neither runs, nor events, nor dead letters', async () => {
    const first = await startWorker();
    const before = reconcilerOf(first, 'before');
    expect(await before.reconcile()).toEqual([]);
    await before.stop();

    // Its run goes on over the gap, and writes its row by itself afterwards.
    await first.sendEvent({ name: 'noted', eventId: 'known', workflowId: 'ask' });
    const knownStatus = async () => (await kept.workflows.get(execOf('ask', 'known')))?.status;
    await expect.poll(knownStatus).toBe('WAITING');
    await expect.poll(async () => (await kept.events.get(PROJECT, 'known'))?.status).toBe('processed');

    isDown = true;
    const { dispatcherId } = first;
    for (const eventId of ['heard-1', 'heard-2']) await first.sendEvent({ name: 'noted', eventId });
    await first.sendEvent({ name: 'nobody.listens', eventId: 'unheard', payload: { n: 1 } });
    const status = () => first.client.workflow.getHandle(dispatcherId).query<DispatcherStatus>(STATUS_QUERY);
    await expect.poll(async () => (await status()).handled).toBe(3);
    for (const eventId of ['heard-1', 'heard-2']) await first.run('quick', execOf('quick', eventId)).result();
    await first.stop();
    isDown = false;
    expect(await kept.events.get(PROJECT, 'heard-1')).toBeUndefined();

    const second = await startWorker();
    await untilListed(second, 'WorkflowType = "quick" AND ExecutionStatus = "Completed"', 2);
    await untilListed(second, 'WorkflowType = "ask" AND ExecutionStatus = "Running"', 3);
    const after = reconcilerOf(second, 'after');
    const made = await after.reconcile();
    expect(made.toSorted()).toEqual(
      ['heard-1', 'heard-2'].flatMap((id) => [execOf('quick', id), execOf('ask', id)]).toSorted(),
    );
    for (const eventId of ['heard-1', 'heard-2']) {
      expect((await kept.workflows.get(execOf('quick', eventId)))?.status).toBe('SUCCESS');
      expect((await kept.workflows.get(execOf('ask', eventId)))?.status).toBe('WAITING');
      const event = await kept.events.get(PROJECT, eventId);
      expect(event).toMatchObject({ name: 'noted', status: 'processed', correlationId: eventId, source: 'api' });
      expect(event!.started.map(({ workflowId }) => workflowId).toSorted()).toEqual(['ask', 'quick']);
    }
    const unheard = async () => (await kept.events.get(PROJECT, 'unheard'))?.status;
    await expect.poll(unheard, { interval: 500 }).toBe('dead');
    expect(await kept.deadLetters.get(PROJECT, 'unheard')).toMatchObject({ event: { payload: { n: 1 } } });
    // What is right already is left alone.
    expect(await after.reconcile()).toEqual([]);
    await after.stop();
    await second.stop();
  });
});

describe('a worker that ends while it cannot reach the store, beside another one that makes the passes', () => {
  it('leaves no run that is not shown, however soon the store is back', async () => {
    const dying = await startWorker();
    const { taskQueue, dispatcherId } = dying;
    const connection = await Connection.connect({ address: temporal.address });
    // A pass every hour: to the one that makes them, nothing was ever missed.
    const holder = reconcilerOf({ client: new Client({ connection }), taskQueue }, 'holder', 3_600_000);
    await holder.reconcile();
    expect(await holder.reconcile()).toEqual([]);

    isDown = true;
    const run = await dying.triggerWorkflow('quick');
    await run.result();
    await untilListed(dying, `WorkflowId = "${run.temporalWorkflowId}" AND ExecutionStatus = "Completed"`, 1);
    await dying.stop();
    isDown = false;
    // As it runs out by itself.
    await kept.heartbeats.remove(dispatcherId);
    expect(await kept.workflows.get(run.workflowExecId)).toBeUndefined();

    expect(await holder.reconcile()).toEqual([run.workflowExecId]);
    expect(await kept.workflows.get(run.workflowExecId)).toMatchObject({ status: 'SUCCESS' });
    expect(await holder.reconcile()).toEqual([]);
    await holder.stop();
    await connection.close();
  });
});
