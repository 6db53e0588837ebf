import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretMask } from '@compozy/activities';
import { isBlobRef, type BlobRef, type Json, type Store } from '@compozy/core';
import { storeJson } from '@compozy/core/blobs';
import { loadProject } from '@compozy/core/loader';
import { eventExecId } from '@compozy/core/schema';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { EVENT_SIGNAL } from '@compozy/dispatcher';
import { createSqliteStore } from '@compozy/store';
import { createBlobSweep, createRunReconciler, createWorker, type CompozyWorker } from '@compozy/worker';
import { withoutPasses } from './without-passes.js';

const PROJECT = 'blobs';
const FILES = {
  'compozy.yaml': `name: ${PROJECT}
workflows: [{ source: ./quick.yaml }, { source: ./ask.yaml }, { source: ./many.yaml }]
`,
  'quick.yaml': `id: quick
tasks: [{ id: copy, type: aggregate, outputs: { text: "{{ .workflow.input.text }}" } }]
`,
  'ask.yaml': `id: ask
config:
  input:
    type: object
    properties: { more: { type: string, default: given } }
triggers: [{ type: signal, name: noted }]
tasks:
  - { id: before, type: aggregate, outputs: { text: "{{ .workflow.input.text }}" }, on_success: { next: gate } }
  - { id: gate, type: wait, wait_for: answer, on_success: { next: after } }
  - id: after
    type: aggregate
    outputs:
      input: "{{ .workflow.input.text | len }}"
      before: "{{ .tasks.before.output.text | len }}"
      event: "{{ (.trigger.payload.text | default \\"\\") | len }}"
`,
  'many.yaml': `id: many
tasks:
  - id: each
    type: collection
    items: "{{ .workflow.input.list }}"
    task: { id: one, type: aggregate, outputs: { item: "{{ .item }}" } }
    on_success: { next: gate }
  - { id: gate, type: wait, wait_for: answer, on_success: { next: after } }
  - { id: after, type: aggregate, outputs: { last: "{{ .tasks.each.output | toJson | len }}" } }
`,
};
const KEEP_MS = 800;
const MARGIN_MS = 700;
const SIZE = 100_000;

let dir: string;
let temporal: DevServer;
let worker: CompozyWorker;
const store = createSqliteStore({ path: ':memory:' });

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-blobs-'));
  await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(path.join(dir, name), text)));
  temporal = await startDevServer();
  worker = await openWorker();
  await worker.setup();
});

afterAll(async () => {
  await worker?.stop();
  await temporal?.stop();
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

const openWorker = async () =>
  await createWorker({
    project: await loadProject(dir),
    temporal: { hostPort: temporal.address },
    store: withoutPasses(store),
    workflowsPath: fileURLToPath(new URL('./__fixtures__/own-workflows.mjs', import.meta.url)),
  });

/** One host's retention, a step at a time: what is over goes, then what nothing refers to. */
function retentionOf(kept: Store) {
  const { client, taskQueue, blobs } = worker;
  const of = { client, taskQueue, project: PROJECT, store: kept };
  const reconciler = createRunReconciler({
    ...of,
    instance: 'retention',
    mask: () => createSecretMask({}),
    settleMs: 0,
    keepMs: KEEP_MS,
  });
  const sweep = createBlobSweep({ ...of, blobs, keepMs: KEEP_MS, marginMs: MARGIN_MS, clocksApartMs: 0 });
  /** What is needed between a look at Temporal and the sweep by it. */
  const reconcileAndSweep = async () => {
    await sleep(2);
    await reconciler.reconcile();
    const before = new Date(Date.now() - KEEP_MS).toISOString();
    await kept.prune({ project: PROJECT, before, limit: 500 });
    await sweep();
    for (const ref of await refsOfRows(kept)) expect((await blobs.get(ref.$blob)).length).toBe(ref.bytes);
  };
  const turn = async () => {
    await sweep();
    await reconcileAndSweep();
  };
  return { sweep, reconcileAndSweep, turn };
}

/** Everything that lists and the API can show. */
async function refsOfRows(kept: Store): Promise<readonly BlobRef[]> {
  const page = { project: PROJECT, limit: 500 };
  const runs = (await kept.workflows.list(page)).items;
  const tasks = await Promise.all(runs.map((run) => kept.tasks.list(run.workflowExecId, { limit: 500 })));
  const [events, letters] = [await kept.events.list(page), await kept.deadLetters.list(page)];
  return refsIn([runs, tasks, events.items, letters.items] as unknown as Json);
}

function refsIn(value: Json): BlobRef[] {
  if (value === null || typeof value !== 'object') return [];
  return isBlobRef(value) ? [value] : Object.values(value).flatMap((part: Json) => refsIn(part));
}

async function refsOf(execId: string): Promise<readonly BlobRef[]> {
  const run = (await store.workflows.get(execId))!;
  const tasks = (await store.tasks.list(execId, { limit: 500 })).items;
  return refsIn([run, tasks] as unknown as Json);
}

const isThere = async ({ $blob }: BlobRef) =>
  await worker.blobs.get($blob).then(
    () => true,
    () => false,
  );
const areThere = async (refs: readonly BlobRef[]) => await Promise.all(refs.map(isThere));

async function untilStatus(execId: string, status: string): Promise<void> {
  while ((await store.workflows.get(execId))?.status !== status) await sleep(20);
}

/** Until a list of Temporal, which lags behind, shows so many open runs and dispatchers. */
async function untilListed(count: number): Promise<void> {
  const { client, taskQueue } = worker;
  const query = `TaskQueue = "${taskQueue}" AND ExecutionStatus = "Running"`;
  while ((await client.workflow.count(query)).count !== count) await sleep(20);
}

const outputOf = (more: { readonly event: string }) => ({
  after: { output: { input: `${SIZE}`, before: `${SIZE}`, ...more } },
});

const old = () => sleep(KEEP_MS + MARGIN_MS + 200);

describe('large values', () => {
  it('go with the rows that refer to them, and stay as long as somebody may read them', async () => {
    const { turn } = retentionOf(store);
    const over = await worker.triggerWorkflow('quick', { text: 'o'.repeat(SIZE) });
    await over.result();
    const ofOver = await refsOf(over.workflowExecId);
    expect(ofOver.length).toBeGreaterThanOrEqual(2);
    // Stored by a sender; the dispatcher has had it for long when it is handled.
    const payload = await storeJson(worker.blobs, { text: 'e'.repeat(SIZE) });
    // Taken from an old run, and handed to a new one by a stranger.
    const handed = await storeJson(worker.blobs, 'h'.repeat(SIZE));
    const forgotten = await storeJson(worker.blobs, { text: 'f'.repeat(SIZE) });
    await old();

    const open = await worker.triggerWorkflow('ask', { text: 'i'.repeat(SIZE) });
    const many = await worker.triggerWorkflow('many', { list: Array.from({ length: 1_100 }, (_, n) => n) });
    const { client, taskQueue } = worker;
    await client.workflow.start('CompozyWorkflow', {
      workflowId: 'ask-strange',
      taskQueue,
      args: [{ workflow_id: 'ask', workflow_exec_id: 'strange', input: { text: handed } }],
    });
    const event = { name: 'noted', event_id: 'held', payload };
    await client.workflow.getHandle(worker.dispatcherId).signal(EVENT_SIGNAL, event);
    const ofEvent = eventExecId({ project: PROJECT, workflowId: 'ask', event: 'noted', eventId: 'held' });
    for (const id of [open.workflowExecId, many.workflowExecId, ofEvent, 'strange']) await untilStatus(id, 'WAITING');
    const kept = await worker.triggerWorkflow('quick', { text: 'k'.repeat(SIZE) });
    await kept.result();
    const ofKept = await refsOf(kept.workflowExecId);
    const ofOpen = [...(await refsOf(open.workflowExecId)), ...(await refsOf(ofEvent)), payload, handed];
    await untilListed(5);

    await turn();
    expect(await store.workflows.get(over.workflowExecId)).toBe(undefined);
    // A dispatcher that does not answer at once puts it off.
    while ((await areThere([...ofOver, forgotten])).includes(true)) await turn();
    // Temporal still has the run, without its large values.
    await expect(over.result()).rejects.toMatchObject({ code: 'Blob.NotFound' });
    expect(await areThere([...ofKept, ...ofOpen])).not.toContain(false);

    // Older than what is kept, and still open: what it reads is there, sweep after sweep.
    await old();
    for (let times = 0; times < 3; times += 1) await turn();
    expect(await store.workflows.get(kept.workflowExecId)).toBe(undefined);
    expect(await areThere(ofOpen)).not.toContain(false);
    for (const workflowExecId of [open.workflowExecId, many.workflowExecId, ofEvent, 'strange'])
      await worker.sendSignal({ workflowExecId, eventType: 'answer', data: {} });
    const ofStrange = client.workflow.getHandle('ask-strange').result();
    expect(await ofStrange).toMatchObject({ output: outputOf({ event: '0' }) });
    expect((await open.result()).output).toMatchObject(outputOf({ event: '0' }));
    expect((await worker.run('ask', ofEvent).result()).output).toMatchObject(outputOf({ event: `${SIZE}` }));
    expect((await many.result()).status).toBe('SUCCESS');
    const ofMany = await refsOf(many.workflowExecId);
    expect(ofMany.length).toBeGreaterThan(0);

    // Nothing is open any more: with the last rows, everything goes.
    await old();
    await untilListed(1);
    while ((await areThere([...ofKept, ...ofOpen, ...ofMany])).includes(true)) await turn();
  });

  it('of open runs stay while the store, which is new, knows nothing of them', async () => {
    const unused = await storeJson(worker.blobs, 'u'.repeat(SIZE));
    await old();
    // Of a workflow of the user, whose latest run is younger than what it holds.
    const held = await storeJson(worker.blobs, 'c'.repeat(SIZE));
    const { client, taskQueue } = worker;
    const carried = await client.workflow.start('carry', { taskQueue, workflowId: 'carried', args: [held] });
    await old();
    const open = await worker.triggerWorkflow('ask', { text: 'n'.repeat(SIZE) });
    await carried.signal('next');
    while ((await client.workflow.getHandle('carried').describe()).runId === carried.firstExecutionRunId)
      await sleep(20);
    await untilStatus(open.workflowExecId, 'WAITING');
    const ofOpen = await refsOf(open.workflowExecId);
    await old();
    await untilListed(3);
    await using empty = createSqliteStore({ path: ':memory:' });
    const { turn } = retentionOf(empty);
    await turn();
    expect((await empty.workflows.list({ project: PROJECT, limit: 10 })).items).toEqual([]);
    while (await isThere(unused)) await turn();
    expect(await areThere([...ofOpen, held])).not.toContain(false);
    await client.workflow.getHandle('carried').signal('next');
    expect(await client.workflow.getHandle('carried').result()).toBe(SIZE);
    await worker.sendSignal({ workflowExecId: open.workflowExecId, eventType: 'answer', data: {} });
    expect((await open.result()).output).toMatchObject(outputOf({ event: '0' }));
  });

  it('are not swept before the reconciler has passed, nor before the dispatchers have answered', async () => {
    const unused = await storeJson(worker.blobs, 'v'.repeat(SIZE));
    await old();
    const { sweep } = retentionOf(store);
    for (let times = 0; times < 3; times += 1) expect(await sweep()).toBe(undefined);
    expect(await isThere(unused)).toBe(true);

    // Nobody polls: what a dispatcher holds cannot be asked, and a look at it says nothing of the time before.
    await worker.stop();
    worker = await openWorker();
    await worker.client.workflow.signalWithStart('DispatcherWorkflow', {
      workflowId: `dispatcher-${PROJECT}-ingress-0`,
      taskQueue: worker.taskQueue,
      args: [{ project: PROJECT, instance: 'ingress-0' }],
      signal: EVENT_SIGNAL,
      signalArgs: [{ name: 'noted', event_id: 'waits', payload: { text: '' } }],
    });
    const unanswered = retentionOf(store);
    await unanswered.turn();
    expect(await isThere(unused)).toBe(true);
    await worker.setup();
    // The look before this one had no answer.
    await unanswered.reconcileAndSweep();
    expect(await isThere(unused)).toBe(true);
    while (await isThere(unused)) await unanswered.reconcileAndSweep();
  });
});
