import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretMask } from '@compozy/activities';
import { stableId } from '@compozy/core/interpreter';
import { createMemoryBlobStore } from '@compozy/core/blobs';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createSqliteStore } from '@compozy/store';
import {
  createProjectHost,
  createRunReconciler,
  createWorker,
  createWorkerRuns,
  startServer,
  type CompozyWorker,
  type RunReconciler,
  type Server,
} from '@compozy/worker';
import { withoutPasses } from './without-passes.js';

const PROJECT = 'elsewhere';
const FILES = {
  'compozy.yaml': `name: ${PROJECT}\nworkflows: [{ source: ./hold.yaml }, { source: ./naps.yaml }]\n`,
  'hold.yaml': `id: hold
tasks:
  - { id: before, type: aggregate, outputs: { x: 1 } }
  - { id: gate, type: wait, wait_for: approval }
`,
  'naps.yaml': `id: naps
tasks:
  - { id: first, type: wait, duration: 1s }
  - { id: second, type: wait, duration: 1s }
`,
};

interface Execution {
  readonly workflow_exec_id: string;
  readonly status: string;
  readonly error: { readonly code: string } | null;
  readonly input: unknown;
  readonly trigger: unknown;
  readonly started_at: string;
  readonly ended_at: string | null;
}

const store = createSqliteStore({ path: ':memory:' });
let dir: string;
let temporal: DevServer;
let worker: CompozyWorker;
let server: Server;
let reconciler: RunReconciler;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-elsewhere-'));
  await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(path.join(dir, name), text)));
  temporal = await startDevServer();
  const project = await loadProject(dir);
  const host = createProjectHost(project);
  const blobs = createMemoryBlobStore();
  const kept = withoutPasses(store);
  worker = await createWorker({ project, store: kept, blobs, temporal: { hostPort: temporal.address } });
  server = await startServer({
    api: { project: host, store, runs: createWorkerRuns({ worker, project: host, blobs, store }) },
    checks: [],
    host: '127.0.0.1',
    port: 0,
    healthPort: 0,
    drainDelayMs: 0,
  });
  reconciler = createRunReconciler({
    client: worker.client,
    project: PROJECT,
    taskQueue: worker.taskQueue,
    instance: 'test',
    store,
    mask: () => createSecretMask({}),
    settleMs: 0,
  });
});

afterAll(async () => {
  await reconciler?.stop();
  await server?.drain(1_000);
  await worker?.stop();
  await server?.close();
  await temporal?.stop();
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

async function listed(status: string): Promise<readonly Execution[]> {
  const response = await fetch(`http://127.0.0.1:${server.port}/api/v0/executions/workflows?status=${status}`);
  const body = (await response.json()) as { executions: readonly Execution[] };
  expect(response.status, JSON.stringify(body)).toBe(200);
  return body.executions;
}

const idsOf = async (status: string) => (await listed(status)).map((each) => each.workflow_exec_id).toSorted();

async function shown(execId: string): Promise<Execution & { readonly tasks: Record<string, { status: string }> }> {
  const response = await fetch(`http://127.0.0.1:${server.port}/api/v0/executions/workflows/${execId}`);
  return (await response.json()) as Awaited<ReturnType<typeof shown>>;
}

/** As the dispatcher and schedules start runs: no row is written before a worker takes the run. */
async function startUnseen(execId: string): Promise<string> {
  const workflowId = `hold-${execId}`;
  await worker.client.workflow.start('hold', {
    workflowId,
    taskQueue: worker.taskQueue,
    args: [{ input: { n: 7 }, trigger: { type: 'signal', name: 'asked', event_id: 'e-7' } }],
    memo: { compozy_exec_id: execId, compozy_project: PROJECT },
  });
  return workflowId;
}

describe('a run that ends beside the engine', () => {
  it('is listed and shown with its true end, and what it had done', async () => {
    // The mark from which on the next pass looks for what nobody wrote.
    await reconciler.reconcile();
    const { client } = worker;
    const unseen = await startUnseen('never-polled');
    await client.workflow.getHandle(unseen).terminate('before any worker took it');
    await worker.setup();

    const terminated = await worker.triggerWorkflow('hold', { n: 1 });
    const cancelled = await worker.triggerWorkflow('hold', { n: 2 });
    const open = await worker.triggerWorkflow('hold', { n: 3 });
    const naps = await worker.triggerWorkflow('naps');
    const stranger = await client.workflow.start('hold', {
      taskQueue: worker.taskQueue,
      workflowId: 'by-a-stranger',
      // Time enough for a worker to take it, so that it has a row.
      workflowRunTimeout: '10s',
      args: [{ input: { n: 4 } }],
    });
    const timedOutId = stableId(`by-a-stranger/${stranger.firstExecutionRunId}`);
    const waiting = [terminated, cancelled, open].map((run) => run.workflowExecId);
    for (const id of [timedOutId, ...waiting]) {
      await expect.poll(() => idsOf('WAITING')).toContain(id);
    }
    await client.workflow.getHandle(terminated.temporalWorkflowId).terminate('by hand');
    await client.workflow.getHandle(cancelled.temporalWorkflowId).cancel();
    await expect(stranger.result()).rejects.toThrow();
    expect((await naps.result()).status).toBe('SUCCESS');
    // Whether the run could say so or not, its end has a time.
    const aTime = expect.stringMatching(/^\d{4}-.*Z$/);
    for (const run of [cancelled, terminated]) {
      expect(await run.result()).toMatchObject({ status: 'CANCELED', ended_at: aTime });
    }

    // One that is asked for is shown truly at once; lists follow with the next pass.
    const waitsFor = { before: { status: 'SUCCESS' }, gate: { status: 'CANCELED' } };
    expect(await shown(terminated.workflowExecId)).toMatchObject({ status: 'CANCELED', tasks: waitsFor });
    expect(await shown(timedOutId)).toMatchObject({ status: 'TIMED_OUT', error: { code: 'Task.TimedOut' } });

    await expect
      .poll(async () => [await reconciler.reconcile(), await idsOf('CANCELED')][1], { interval: 500 })
      .toEqual([terminated.workflowExecId, cancelled.workflowExecId, 'never-polled'].toSorted());
    expect(await idsOf('TIMED_OUT')).toEqual([timedOutId]);
    expect(await idsOf('SUCCESS')).toEqual([naps.workflowExecId]);
    expect(await idsOf('WAITING')).toEqual([open.workflowExecId]);
    expect(await idsOf('PENDING,RUNNING,PAUSED,FAILED')).toEqual([]);

    const rows = [...(await listed('CANCELED')), ...(await listed('TIMED_OUT'))];
    for (const row of rows) {
      expect(Date.parse(row.ended_at ?? '')).toBeGreaterThanOrEqual(Date.parse(row.started_at));
      expect(await shown(row.workflow_exec_id)).toMatchObject({ status: row.status, ended_at: row.ended_at });
    }
    expect(rows.find((row) => row.workflow_exec_id === 'never-polled')).toMatchObject({
      input: { n: 7 },
      trigger: { type: 'signal', name: 'asked', event_id: 'e-7' },
      error: { code: 'Task.Canceled' },
    });
    const tasks = await store.tasks.list(terminated.workflowExecId, { limit: 10 });
    expect(Object.fromEntries(tasks.items.map((task) => [task.path, task.status]))).toEqual({
      before: 'SUCCESS',
      gate: 'CANCELED',
    });
    await worker.cancelWorkflow('hold', open.workflowExecId);
    await open.result();
  });

  it('is not taken for the run that has its Workflow Id now', async () => {
    const { client, taskQueue } = worker;
    await worker.setup();
    const start = async (n: number) => {
      const handle = await client.workflow.start('hold', {
        workflowId: 'order-7',
        taskQueue,
        args: [{ input: { n } }],
        workflowIdConflictPolicy: 'TERMINATE_EXISTING',
      });
      const execId = stableId(`order-7/${handle.firstExecutionRunId}`);
      await expect.poll(() => idsOf('WAITING')).toContain(execId);
      return { handle, execId };
    };
    const first = await start(1);
    const second = await start(2);
    expect(await shown(first.execId)).toMatchObject({
      workflow_exec_id: first.execId,
      status: 'CANCELED',
      input: { n: 1 },
      tasks: { gate: { status: 'CANCELED' } },
    });
    const call = async (execId: string, action: string) =>
      (
        await fetch(`http://127.0.0.1:${server.port}/api/v0/executions/workflows/${execId}/${action}`, {
          method: 'POST',
        })
      ).status;
    expect(await call(first.execId, 'cancel')).toBe(409);
    expect(await call(first.execId, 'pause')).toBe(409);
    expect((await second.handle.describe()).status.name).toBe('RUNNING');
    // The worker's own reconciler may come first; what it writes is the same.
    await reconciler.reconcile();
    expect((await store.workflows.get(first.execId))?.status).toBe('CANCELED');
    expect(await idsOf('WAITING')).toEqual([second.execId]);

    expect(await call(second.execId, 'cancel')).toBe(200);
    await expect.poll(() => idsOf('WAITING')).toEqual([]);
    expect(await shown(second.execId)).toMatchObject({ status: 'CANCELED', input: { n: 2 } });
  });

  it('is found among more open ones than a page has', async () => {
    const { client } = worker;
    const taskQueue = 'nobody-polls';
    const ids = Array.from({ length: 205 }, (_, n) => `many-${n}`);
    const at = new Date(Date.now() - 60_000).toISOString();
    await Promise.all(
      ids.map(async (id) => {
        const memo = { compozy_exec_id: id === 'many-13' ? 'another' : id };
        await client.workflow.start('hold', { workflowId: id, taskQueue, memo });
        const record = { workflowExecId: id, workflowId: 'hold', project: 'many', temporalWorkflowId: id };
        const empty = {
          input: null,
          output: null,
          error: null,
          usage: {},
          trigger: { type: 'api' as const },
          version: 0,
        };
        const times = { startedAt: at, updatedAt: at, endedAt: null };
        await store.workflows.upsert({ ...record, ...empty, ...times, status: 'PENDING' });
      }),
    );
    const running = async () =>
      (await client.workflow.count(`TaskQueue = "${taskQueue}" AND ExecutionStatus = "Running"`)).count;
    await expect.poll(running).toBe(ids.length);
    await client.workflow.getHandle('many-77').terminate();
    await expect.poll(running).toBe(ids.length - 1);
    const mask = () => createSecretMask({});
    const many = createRunReconciler({
      client,
      project: 'many',
      taskQueue,
      instance: 'test',
      store,
      mask,
      settleMs: 0,
    });
    // Temporal knows nothing any more of the one whose Workflow Id another execution has.
    expect((await many.reconcile()).toSorted()).toEqual(['many-13', 'many-77']);
    expect(await many.reconcile()).toEqual([]);
    await many.stop();
    const left = await store.workflows.list({ project: 'many', status: ['PENDING'], limit: 500 });
    expect(left.items).toHaveLength(ids.length - 2);
    expect(await store.workflows.get('many-13')).toMatchObject({ status: 'FAILED', error: { code: 'Run.Forgotten' } });
    expect(await store.workflows.get('many-77')).toMatchObject({ status: 'CANCELED' });
  });
});
