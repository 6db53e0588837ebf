import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '@compozy/core';
import { createMemoryBlobStore } from '@compozy/core/blobs';
import { eventExecId } from '@compozy/core/schema';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import {
  createDispatcherWatch,
  createEventSender,
  EVENT_SIGNAL,
  replayDeadLetter,
  RETIRE_SIGNAL,
  STATUS_QUERY,
  type DispatcherStatus,
} from '@compozy/dispatcher';
import { createMemoryDispatcherStore } from '@compozy/dispatcher/testing';
import { createWorker, type CompozyWorker } from '@compozy/worker';

const PROJECT = 'events';
const FILES = {
  'compozy.yaml': `name: ${PROJECT}
workflows: [{ source: ./welcome.yaml }, { source: ./count.yaml }, { source: ./strict.yaml }]
`,
  'welcome.yaml': `id: welcome
triggers: [{ type: signal, name: user.joined, schema: { type: object, required: [name] } }]
tasks: [{ id: greet, type: aggregate, outputs: { text: "Hello {{ .workflow.input.name }}" } }]
outputs: { text: "{{ .tasks.greet.output.text }}", event: "{{ .trigger.event_id }}" }
`,
  'count.yaml': `id: count
triggers: [{ type: signal, name: user.joined }, { type: signal, name: tick }]
tasks: [{ id: one, type: aggregate, outputs: { n: 1 } }]
outputs: { correlation: "{{ .trigger.correlation_id }}", from: "{{ .trigger.source }}" }
`,
  'strict.yaml': `id: strict
config: { input: { type: object, required: [amount], properties: { amount: { type: integer } } } }
triggers: [{ type: signal, name: paid }]
tasks: [{ id: one, type: aggregate, outputs: { n: 1 } }]
outputs: { size: "{{ len .workflow.input.note }}" }
`,
};

const store = createMemoryDispatcherStore();
const blobs = createMemoryBlobStore();
let dir: string;
let server: DevServer;
let worker: CompozyWorker;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-events-'));
  await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(path.join(dir, name), text)));
  server = await startDevServer();
  worker = await newWorker('main');
  await worker.setup();
});

afterAll(async () => {
  await worker?.stop();
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function newWorker(instanceId: string): Promise<CompozyWorker> {
  const project = await loadProject(dir);
  return await createWorker({
    project,
    temporal: { hostPort: server.address },
    store,
    blobs,
    instanceId,
    // The tests open dispatchers of instances that never live; who judges them is a matter of one test.
    config: { heartbeatTtlMs: 3_600_000 },
  });
}

function runOf(workflowId: string, event: string, eventId: string) {
  return worker.run(workflowId, eventExecId({ project: PROJECT, workflowId, event, eventId }));
}

async function statusOf(id: string): Promise<DispatcherStatus> {
  return await worker.client.workflow.getHandle(id).query<DispatcherStatus>(STATUS_QUERY);
}

/** Waits until nothing is pending. */
async function idle(id: string): Promise<DispatcherStatus> {
  await expect.poll(async () => (await statusOf(id)).pending, { interval: 100 }).toBe(0);
  return await statusOf(id);
}

async function exists(temporalId: string): Promise<boolean> {
  return await worker.client.workflow
    .getHandle(temporalId)
    .describe()
    .then(
      () => true,
      () => false,
    );
}

describe('a worker', () => {
  it('has its own dispatcher, which runs when the worker is set up', async () => {
    expect(worker.dispatcherId).toBe('dispatcher-events-main');
    expect(await statusOf(worker.dispatcherId)).toMatchObject({ project: PROJECT, instance: 'main', epoch: 0 });
  });

  it('starts every workflow that listens, with the payload as input and the event as trigger', async () => {
    const sent = await worker.sendEvent({
      name: 'user.joined',
      payload: { name: 'Ann' },
      eventId: 'fan-out',
      correlationId: 'order-7',
    });
    expect(sent).toEqual({ eventId: 'fan-out', accepted: true });
    await idle(worker.dispatcherId);
    expect(await runOf('welcome', 'user.joined', 'fan-out').result()).toMatchObject({
      status: 'SUCCESS',
      output: { text: 'Hello Ann', event: 'fan-out' },
    });
    expect(await runOf('count', 'user.joined', 'fan-out').result()).toMatchObject({
      output: { correlation: 'order-7', from: 'api' },
    });
    expect(await store.events.get(PROJECT, 'fan-out')).toMatchObject({
      status: 'processed',
      correlationId: 'order-7',
      started: [{ workflowId: 'welcome' }, { workflowId: 'count' }],
    });
  });

  it('starts the runs of an event once, however often it is sent', async () => {
    const send = () => worker.sendEvent({ name: 'tick', eventId: 'again' });
    await Promise.all([send(), send(), send()]);
    await idle(worker.dispatcherId);
    await send();
    await idle(worker.dispatcherId);
    const run = runOf('count', 'tick', 'again');
    const query = `WorkflowId = "${run.temporalWorkflowId}"`;
    await expect.poll(async () => (await worker.client.workflow.count(query)).count).toBe(1);
  });

  it('hears the original shape of an event from any Temporal client, and several in one signal', async () => {
    const handle = worker.client.workflow.getHandle(worker.dispatcherId);
    const before = await idle(worker.dispatcherId);
    await handle.signal(EVENT_SIGNAL, { name: 'tick', payload: { n: 1 }, correlation_id: 'c-1' });
    await handle.signal(EVENT_SIGNAL, [{ name: 'tick' }, { name: 'tick' }]);
    await handle.signal(EVENT_SIGNAL, null);
    await expect.poll(async () => (await statusOf(worker.dispatcherId)).handled).toBe(before.handled + 3);
  });

  it('considers one workflow only when the event says so', async () => {
    const eventId = 'only-count';
    await worker.sendEvent({ name: 'user.joined', payload: { name: 'Bo' }, eventId, workflowId: 'count' });
    await idle(worker.dispatcherId);
    expect(await exists(runOf('count', 'user.joined', eventId).temporalWorkflowId)).toBe(true);
    expect(await exists(runOf('welcome', 'user.joined', eventId).temporalWorkflowId)).toBe(false);
  });

  it('puts a large payload into the blob store, out of every history', async () => {
    const payload: Json = { amount: 1, note: 'x'.repeat(300_000) };
    await worker.sendEvent({ name: 'paid', payload, eventId: 'large' });
    await idle(worker.dispatcherId);
    const run = runOf('strict', 'paid', 'large');
    expect(await run.result()).toMatchObject({ status: 'SUCCESS', output: { size: '300000' } });
    for (const id of [run.temporalWorkflowId, worker.dispatcherId]) {
      const history = await worker.client.workflow.getHandle(id).fetchHistory();
      expect(JSON.stringify(history).length).toBeLessThan(200_000);
    }
  });
});

describe('a dead letter', () => {
  it('keeps an event that nobody listens to, and the next events go on', async () => {
    const before = await idle(worker.dispatcherId);
    await worker.sendEvent({ name: 'nobody.listens', payload: { a: 1 }, eventId: 'lost' });
    await worker.sendEvent({ name: 'tick', eventId: 'behind-lost' });
    const after = await idle(worker.dispatcherId);
    expect(after).toMatchObject({ dead: before.dead + 1, handled: before.handled + 1 });
    expect(after.recent_dead.at(-1)).toMatchObject({ event_id: 'lost', code: 'Event.Unknown' });
    expect(await store.deadLetters.get(PROJECT, 'lost')).toMatchObject({
      event: { name: 'nobody.listens', payload: { a: 1 } },
      workflowId: null,
      reason: { code: 'Event.Unknown' },
    });
    expect(await store.events.get(PROJECT, 'lost')).toMatchObject({ status: 'dead' });
  });

  it('tells which workflow refuses the payload, while the others start', async () => {
    await worker.sendEvent({ name: 'user.joined', payload: { nick: 'x' }, eventId: 'half' });
    await idle(worker.dispatcherId);
    expect(await exists(runOf('count', 'user.joined', 'half').temporalWorkflowId)).toBe(true);
    expect(await store.deadLetters.get(PROJECT, 'half/welcome')).toMatchObject({
      workflowId: 'welcome',
      reason: { code: 'Input.Invalid' },
    });
    expect(await store.events.get(PROJECT, 'half')).toMatchObject({ status: 'processed' });
  });

  it('is kept when the input of the workflow does not fit', async () => {
    await worker.sendEvent({ name: 'paid', payload: { amount: 'much' }, eventId: 'bad-input' });
    await idle(worker.dispatcherId);
    expect(await store.deadLetters.get(PROJECT, 'bad-input/strict')).toMatchObject({
      reason: { code: 'Input.Invalid' },
    });
  });

  it('is sent again to the workflow that refused it, under another event id, once', async () => {
    const sender = createEventSender({ client: worker.client, project: PROJECT, instance: 'main', blobs });
    const replay = () => replayDeadLetter('half/welcome', { project: PROJECT, deadLetters: store.deadLetters, sender });
    expect(await replay()).toEqual({ eventId: 'half@welcome~1' });
    expect(await replay()).toEqual({ eventId: 'half@welcome~1' });
    await idle(worker.dispatcherId);
    expect(await exists(runOf('count', 'user.joined', 'half@welcome~1').temporalWorkflowId)).toBe(false);
    expect(await store.deadLetters.get(PROJECT, 'half@welcome~1/welcome')).toBeDefined();
    expect((await store.deadLetters.get(PROJECT, 'half/welcome'))!.replayedAt).not.toBeNull();
  });
});

describe('a dispatcher', () => {
  it('comes before the runs that wait for a worker', async () => {
    // A queue of its own, so that nobody polls while the runs pile up.
    const project = await loadProject(dir);
    const temporal = { hostPort: server.address, taskQueue: 'behind' };
    const late = await createWorker({ project, temporal, blobs, instanceId: 'late' });
    const backlog = 300;
    await Promise.all(Array.from({ length: backlog }, () => late.triggerWorkflow('count')));
    const sender = createEventSender({ client: late.client, project: PROJECT, instance: 'first', taskQueue: 'behind' });
    await sender.send([{ name: 'tick', eventId: 'before-them' }]);
    await late.setup();
    const dispatcher = late.client.workflow.getHandle(sender.dispatcherId);
    await expect.poll(async () => (await statusOf(sender.dispatcherId)).handled).toBe(1);
    const { events } = await dispatcher.fetchHistory();
    // By the clock of the server: how soon it is seen here says nothing.
    const { seconds, nanos } = events!.find((event) => event.activityTaskCompletedEventAttributes != null)!.eventTime!;
    const handledAt = Number(seconds) * 1_000 + Number(nanos) / 1_000_000;
    const ended: number[] = [];
    const query = 'TaskQueue = "behind" AND WorkflowType = "count" AND ExecutionStatus = "Completed"';
    await expect.poll(async () => (await late.client.workflow.count(query)).count).toBeGreaterThanOrEqual(backlog);
    for await (const { closeTime } of late.client.workflow.list({ query })) ended.push(closeTime!.getTime());
    expect(ended.filter((at) => at < handledAt).length).toBeLessThan(backlog / 2);
    await sender.retire();
    await late.stop();
  });

  it('crosses continue-as-new under load with everything that is pending', async () => {
    const sender = createEventSender({ client: worker.client, project: PROJECT, instance: 'load' });
    const id = sender.dispatcherId;
    await sender.open();
    const handle = worker.client.workflow.getHandle(id);
    const first = (await handle.describe()).runId;
    const EVENTS = 2_300;
    // One event for each signal, so that the run comes to its limit of signals.
    for (let next = 0; next < EVENTS; next += 50) {
      await Promise.all(
        Array.from({ length: Math.min(50, EVENTS - next) }, (_, index) =>
          handle.signal(EVENT_SIGNAL, { name: 'tick', event_id: `load-${next + index}`, payload: 'x'.repeat(500) }),
        ),
      );
    }
    await expect.poll(async () => (await statusOf(id)).handled, { interval: 500 }).toBe(EVENTS);
    const after = await handle.describe();
    expect(after.runId).not.toBe(first);
    expect(await statusOf(id)).toMatchObject({ accepted: EVENTS, pending: 0, oldest_pending_at: null, dead: 0 });
    console.log(`${EVENTS} signals; the last run of the dispatcher has ${after.historyLength} events`);
    await sender.retire();
    expect(await handle.result()).toMatchObject({ handled: EVENTS, retiring: true });
  });

  it('that retires handles what still reaches it, completes, and its sender has gone on to the next epoch', async () => {
    const sender = createEventSender({
      client: worker.client,
      project: PROJECT,
      instance: 'old',
      maxSignalsPerEpoch: 2,
    });
    const handle = worker.client.workflow.getHandle(sender.dispatcherId);
    for (let n = 0; n < 5; n += 1) await sender.send([{ name: 'tick', eventId: `old-${n}` }]);
    expect(sender.dispatcherId).toBe('dispatcher-events-old-2');
    expect(await handle.result()).toMatchObject({ epoch: 0, handled: 2, pending: 0, retiring: true });
    expect((await idle(sender.dispatcherId)).handled).toBe(1);
    for (let n = 0; n < 5; n += 1) {
      // The dispatcher in the middle may still be at work.
      const status = async () => (await runOf('count', 'tick', `old-${n}`).result()).status;
      await expect.poll(() => status().catch(() => 'not started')).toBe('SUCCESS');
    }
    await sender.retire();
  });

  it('that retires with events that it cannot finish says so, and a new sender goes past it', async () => {
    // The workers of the queue serve another project, so this one's events wait.
    const project = 'elsewhere';
    const newSender = () =>
      createEventSender({ client: worker.client, project, instance: 'held', taskQueue: worker.taskQueue });
    const first = newSender();
    const before = Date.now();
    await first.send([{ name: 'tick', eventId: 'held' }]);
    const handle = worker.client.workflow.getHandle(first.dispatcherId);
    await first.retire();
    await expect.poll(async () => (await statusOf('dispatcher-elsewhere-held')).retiring).toBe(true);
    const second = newSender();
    await second.open();
    expect(second.dispatcherId).toBe('dispatcher-elsewhere-held-1');
    const held = await statusOf('dispatcher-elsewhere-held');
    expect(held).toMatchObject({ pending: 1, handled: 0 });
    // One clock for both: server and test are on one host.
    expect(held.oldest_pending_at).toBeGreaterThanOrEqual(before);
    expect(held.oldest_pending_at).toBeLessThanOrEqual(Date.now());
    await handle.terminate();
    await second.retire();
  });

  it('of an instance without a sign of life is retired by a survivor, those of the living and of ingress are not', async () => {
    const senders = ['dead', 'alive', 'ingress-3'].map((instance) =>
      createEventSender({ client: worker.client, project: PROJECT, instance }),
    );
    for (const sender of senders) await sender.open();
    const watchOf = (instance: string, ttlMs: number) =>
      createDispatcherWatch({ client: worker.client, project: PROJECT, instance, store, intervalMs: 200, ttlMs });
    // Its beats outlive any pause of this machine.
    const alive = watchOf('alive', 3_600_000);
    const survivor = watchOf('main', 2_000);
    await alive.start();
    await survivor.start();
    await senders[0]!.send([{ name: 'tick', eventId: 'of-the-dead' }]);
    const dead = worker.client.workflow.getHandle('dispatcher-events-dead');
    expect(await dead.result()).toMatchObject({ handled: 1, retiring: true });
    for (const sender of senders.slice(1)) expect((await statusOf(sender.dispatcherId)).retiring).toBe(false);
    await Promise.all([alive.stop(), survivor.stop()]);
    for (const sender of senders.slice(1)) await sender.retire();
  });
});

describe('stop', () => {
  it('retires the dispatcher of the worker after its last events, and takes the sign of life back', async () => {
    const second = await newWorker('second');
    await second.setup();
    const beats = () => store.heartbeats.listAlive('dispatcher-events-second');
    expect(await beats()).toHaveLength(1);
    await second.sendEvent({ name: 'tick', eventId: 'last' });
    const { dispatcherId } = second;
    await second.stop();
    expect(await beats()).toEqual([]);
    expect(await worker.client.workflow.getHandle(dispatcherId).result()).toMatchObject({ handled: 1, pending: 0 });
    expect(await runOf('count', 'tick', 'last').result()).toMatchObject({ status: 'SUCCESS' });
  });

  it('is not needed: a dispatcher that was told to retire by a signal and one that was cancelled complete alike', async () => {
    for (const [instance, tell] of [
      ['told', RETIRE_SIGNAL],
      ['cancelled', undefined],
    ] as const) {
      const sender = createEventSender({ client: worker.client, project: PROJECT, instance });
      await sender.send([{ name: 'tick', eventId: instance }]);
      const handle = worker.client.workflow.getHandle(sender.dispatcherId);
      if (tell === undefined) await handle.cancel();
      else await handle.signal(tell);
      expect(await handle.result()).toMatchObject({ handled: 1, pending: 0, retiring: true });
    }
  });
});
