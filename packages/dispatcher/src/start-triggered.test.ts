import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CompozyError, type RunStart } from '@compozy/core';
import { createMemoryBlobStore, storeJson } from '@compozy/core/blobs';
import { loadProject } from '@compozy/core/loader';
import type { AcceptedEvent } from './common/protocol.js';
import { createEventRecorder } from './event-recorder.js';
import { buildSignalRoutingMap } from './routing-map.js';
import { startTriggered } from './start-triggered.js';
import { createMemoryDispatcherStore } from './testing/create-memory-dispatcher-store.js';

const dir = path.join(path.dirname(fileURLToPath(import.meta.url)), '__fixtures__');
const map = buildSignalRoutingMap(await loadProject(dir));

function unlessDown<A, R>(isDown: () => boolean, write: (argument: A) => Promise<R>): typeof write {
  return (argument) =>
    isDown() ? Promise.reject(new CompozyError('Store.Unavailable', 'The disk is full')) : write(argument);
}

function setUp({ refuse }: { refuse?: (run: RunStart) => Error | undefined } = {}) {
  const runs: RunStart[] = [];
  const startRun = async (run: RunStart) => {
    const error = refuse?.(run);
    if (error !== undefined) throw error;
    runs.push(run);
    return { temporalWorkflowId: `${run.workflowId}-${run.workflowExecId}`, runId: 'first' };
  };
  const store = createMemoryDispatcherStore();
  return {
    runs,
    store,
    options: {
      projectName: 'routed',
      map,
      runs: { startRun },
      blobs: createMemoryBlobStore(),
      recorder: createEventRecorder({ store }),
    },
  };
}

function entry(event: Partial<AcceptedEvent> & { name: string }, attempts = 0) {
  const { event_id = 'e1', payload = {} } = event;
  const whole = { correlation_id: 'c', source: 'api', accepted_at: 0, ...event, event_id, payload };
  return { event: whole, attempts, due_at: 0 };
}

const input = (...events: ReturnType<typeof entry>[]) => ({ project: 'routed', dispatcher_id: 'd', events });

describe('startTriggered', () => {
  it('tells of each event in order, and goes on past those that fail', async () => {
    const { options, runs } = setUp({
      refuse: ({ trigger }) => (trigger.event_id === 'down' ? new Error('connection refused') : undefined),
    });
    const outcomes = await startTriggered(
      input(
        entry({ name: 'nobody', event_id: 'unknown' }),
        entry({ name: 'left', event_id: 'down' }),
        entry({ name: 'joined', event_id: 'half' }),
        entry({ name: 'left', event_id: 'fine' }),
      ),
      options,
    );
    expect(outcomes).toMatchObject([
      { kind: 'dead', code: 'Event.Unknown' },
      { kind: 'retry', message: 'connection refused' },
      { kind: 'started', runs: 1, rejected: 1 },
      { kind: 'started', runs: 1, rejected: 0 },
    ]);
    expect(runs.map(({ trigger }) => trigger.event_id)).toEqual(['half', 'fine']);
  });

  it('lets an event go that will never start', async () => {
    const { options } = setUp({ refuse: () => new CompozyError('Config.UnknownWorkflow', 'gone') });
    expect(await startTriggered(input(entry({ name: 'left' })), options)).toMatchObject([
      { kind: 'dead', code: 'Config.UnknownWorkflow' },
    ]);
  });

  it('checks a payload in the blob store, and hands on where it is', async () => {
    const { options, runs } = setUp();
    const payload = await storeJson(options.blobs, { name: 'Ann' });
    await startTriggered(input(entry({ name: 'joined', payload })), options);
    expect(runs).toMatchObject([
      { workflowId: 'greet', input: payload, trigger: { payload } },
      { workflowId: 'count', input: payload },
    ]);
  });

  it('starts runs while the store is down, and holds back only what would be lost without it', async () => {
    const { options, runs, store } = setUp();
    let isDown = true;
    const shaky = {
      events: { ...store.events, upsertAll: unlessDown(() => isDown, store.events.upsertAll) },
      deadLetters: { ...store.deadLetters, addAll: unlessDown(() => isDown, store.deadLetters.addAll) },
    };
    const recorder = createEventRecorder({ store: shaky, retryMs: 5 });
    const left = entry({ name: 'left', event_id: 'left' });
    const call = (attempts: number) =>
      startTriggered(input(left, entry({ name: 'nobody' }, attempts)), { ...options, recorder });
    expect(await call(0)).toMatchObject([{ kind: 'started' }, { kind: 'retry', code: 'Store.Unavailable' }]);
    expect(runs).toHaveLength(1);
    isDown = false;
    await expect.poll(() => store.events.get('routed', 'left')).toMatchObject({ status: 'processed' });
    // What is held back is not decided: it may find its workflow with the next attempt.
    expect(await store.events.get('routed', 'e1')).toBeUndefined();
    isDown = true;
    // For ever beside few others, because a dispatcher outlives this process.
    const calm = { ...input(entry({ name: 'nobody' }, 20)), pending: 3 };
    expect(await startTriggered(calm, { ...options, recorder })).toMatchObject([{ kind: 'retry' }]);
    // Not for ever beside many; from then on it is this process that has it.
    expect(await call(20)).toMatchObject([{ kind: 'started' }, { kind: 'dead', code: 'Event.Unknown' }]);
    isDown = false;
    await expect.poll(() => store.events.get('routed', 'e1')).toMatchObject({ status: 'dead' });
    expect(await store.deadLetters.get('routed', 'e1')).toMatchObject({ reason: { code: 'Event.Unknown' } });
  });

  it('shows an event whose id no index takes under a shorter one', async () => {
    const { options, store } = setUp();
    const recorder = createEventRecorder({ store });
    const id = 'ü'.repeat(3_000);
    await startTriggered(input(entry({ name: 'left', event_id: id }), entry({ name: 'nobody', event_id: id })), {
      ...options,
      recorder,
    });
    const all = { project: 'routed', limit: 10 };
    const shown = [...(await store.events.list(all)).items, ...(await store.deadLetters.list(all)).items];
    const ids = shown.map((each) => ('eventId' in each ? each.eventId : each.id));
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.every((each) => /^sha256:[0-9a-f]{64}$/.test(each))).toBe(true);
  });

  it('keeps two events of one id and different names apart, in their rows and as dead letters', async () => {
    const { options, store } = setUp();
    const first = entry({ name: 'nobody', payload: { n: 1 } });
    const second = entry({ name: 'no-one', payload: { n: 2 } });
    await startTriggered(input(first, second), options);
    // Temporal may hand the same batch out twice.
    await startTriggered(input(second, first), options);
    const all = { project: 'routed', limit: 10 };
    const letters = (await store.deadLetters.list(all)).items.map(({ id, event }) => [id, event.name, event.payload]);
    expect(letters.toSorted()).toEqual([
      ['e1', 'nobody', { n: 1 }],
      ['e1:no-one', 'no-one', { n: 2 }],
    ]);
    expect((await store.events.list(all)).items.map(({ name }) => name).toSorted()).toEqual(['no-one', 'nobody']);
    expect(await store.events.get('routed', 'e1', 'nobody')).toMatchObject({ payload: { n: 1 } });
    expect(await store.events.get('routed', 'e1', 'no-one')).toMatchObject({ payload: { n: 2 } });
  });

  it('loses no dead letter to another event whose id looks like its own', async () => {
    const { options, store } = setUp();
    const taken = [entry({ name: 'a' }), entry({ name: 'c', event_id: 'e1:b' })];
    await startTriggered(input(...taken, entry({ name: 'b' })), options);
    const { items } = await store.deadLetters.list({ project: 'routed', limit: 10 });
    expect(items.map(({ event }) => event.name).toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('refuses the events of another project', async () => {
    const { options } = setUp();
    const call = startTriggered({ ...input(entry({ name: 'left' })), project: 'other' }, options);
    await expect(call).rejects.toMatchObject({ code: 'Config.WrongProject' });
  });
});
