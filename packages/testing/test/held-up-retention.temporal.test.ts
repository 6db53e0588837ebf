import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretMask } from '@compozy/activities';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { EVENT_SIGNAL } from '@compozy/dispatcher';
import { createSqliteStore } from '@compozy/store';
import {
  createBlobSweep,
  createRunReconciler,
  createWorker,
  startWorkerServer,
  type SweepHolder,
  type WorkerNotice,
  type WorkerOptions,
} from '@compozy/worker';

const PROJECT = 'held';
const FILES = {
  'compozy.yaml': `name: ${PROJECT}\nworkflows: [{ source: ./note.yaml }]\n`,
  'note.yaml':
    'id: note\ntriggers: [{ type: signal, name: noted }]\ntasks: [{ id: a, type: aggregate, outputs: { x: 1 } }]\n',
};
/** The least that the retention of a worker waits for before it looks is a second. */
const KEEP_MS = 1_000;

let dir: string;
let temporal: DevServer;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-held-up-'));
  await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(path.join(dir, name), text)));
  temporal = await startDevServer();
});

afterAll(async () => {
  await temporal?.stop();
  await rm(dir, { recursive: true, force: true });
});

const openWorker = async (options: Partial<WorkerOptions>) =>
  await createWorker({
    project: await loadProject(dir),
    temporal: { hostPort: temporal.address },
    workflowsPath: fileURLToPath(new URL('./__fixtures__/own-workflows.mjs', import.meta.url)),
    ...options,
  });
type Worker = Awaited<ReturnType<typeof openWorker>>;

/** Looks and sweeps of a host of its own, a step at a time. */
function sweepOf({ client, taskQueue, blobs }: Worker, store: ReturnType<typeof createSqliteStore>) {
  const of = { client, taskQueue, project: PROJECT, store };
  const told: (readonly SweepHolder[])[] = [];
  const onHeldUp = (holders: readonly SweepHolder[]) => void told.push(holders);
  const sweep = createBlobSweep({ ...of, blobs, keepMs: KEEP_MS, marginMs: 0, clocksApartMs: 0, onHeldUp });
  const reconciler = createRunReconciler({
    ...of,
    instance: 'held-up',
    mask: () => createSecretMask({}),
    settleMs: 0,
  });
  return {
    told,
    async look() {
      await sleep(2);
      await reconciler.reconcile();
      await sweep();
    },
  };
}

/** The answer of the API, and what the worker has to say. */
async function healthOf(worker: Worker) {
  const server = await startWorkerServer({ worker, host: '127.0.0.1', port: 0, healthPort: 0, drainDelayMs: 0 });
  try {
    const answer = await fetch(`http://127.0.0.1:${server.port}/api/v0/health`);
    const { warnings } = (await answer.json()) as { readonly warnings?: unknown };
    return { status: answer.status, warnings, told: await worker.healthWarnings() };
  } finally {
    await server.close();
  }
}

describe('a sweep of large values that is held up', () => {
  it('by a run without a row whose first run Temporal has forgotten is told of, until the run has ended', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    const first = await openWorker({ store });
    await first.setup();
    const { client, taskQueue } = first;
    const held = { $blob: 'a'.repeat(64), bytes: 1, type: 'json' };
    const carried = await client.workflow.start('carry', { taskQueue, workflowId: 'carried', args: [held] });
    await carried.signal('next');
    const latest = () => client.workflow.getHandle('carried').describe();
    await expect.poll(async () => (await latest()).runId).not.toBe(carried.firstExecutionRunId);
    await client.workflowService.deleteWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution: { workflowId: 'carried', runId: carried.firstExecutionRunId },
    });
    const forgotten = () => client.workflow.getHandle('carried', carried.firstExecutionRunId).describe();
    // The server takes half a minute for it.
    const isForgotten = () =>
      forgotten().then(
        () => false,
        () => true,
      );
    await expect.poll(isForgotten, { interval: 500 }).toBe(true);
    const { told, look } = sweepOf(first, store);
    await look();
    expect(told).toEqual([]);
    expect(await healthOf(first)).toEqual({ status: 200, warnings: undefined, told: [] });
    await first.stop();

    // Another host goes on with it.
    const second: WorkerNotice[] = [];
    const worker = await openWorker({
      store,
      config: { retentionMs: KEEP_MS },
      onNotice: (notice) => second.push(notice),
    });
    await worker.setup();
    await expect
      .poll(() => second)
      .toMatchObject([
        {
          component: 'retention',
          level: 'warn',
          message: expect.stringContaining('run "carried"') as string,
          details: { heldUpBy: [{ kind: 'run', workflowId: 'carried', since: expect.any(String) as string }] },
        },
      ]);
    const { since } = (second[0]!.details['heldUpBy'] as unknown as readonly SweepHolder[])[0]!;
    const health = await healthOf(worker);
    expect(health).toMatchObject({ status: 200, warnings: [{ name: 'retention', since }] });
    expect(health.told).toEqual([{ name: 'retention', since, message: second[0]!.message }]);
    await worker.client.workflow.getHandle('carried').terminate();
    await worker.stop();

    const third: WorkerNotice[] = [];
    const last = await openWorker({
      store,
      config: { retentionMs: KEEP_MS },
      onNotice: (notice) => third.push(notice),
    });
    await last.setup();
    await expect.poll(() => third).toMatchObject([{ component: 'retention', level: 'info' }]);
    expect(await healthOf(last)).toMatchObject({ warnings: undefined, told: [] });
    await last.stop();
  });

  it('by a dispatcher that does not answer is told of once, and when it answers', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    const worker = await openWorker({ store });
    const workflowId = `dispatcher-${PROJECT}-ingress-0`;
    // Nobody polls.
    await worker.client.workflow.signalWithStart('DispatcherWorkflow', {
      workflowId,
      taskQueue: worker.taskQueue,
      args: [{ project: PROJECT, instance: 'ingress-0' }],
      signal: EVENT_SIGNAL,
      signalArgs: [{ name: 'noted', event_id: 'waits', payload: {} }],
    });
    const { told, look } = sweepOf(worker, store);
    for (let looks = 0; looks < 4 && told.length === 0; looks += 1) await look();
    await look();
    expect(told).toEqual([[{ kind: 'dispatcher', workflowId, since: expect.any(String) as string }]]);
    await worker.setup();
    while (told.length < 2) await look();
    expect(told[1]).toEqual([]);
    await worker.stop();
  });
});
