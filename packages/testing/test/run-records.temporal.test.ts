import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretMask } from '@compozy/activities';
import { CompozyError, isTerminal, type Store, type WorkflowRecord } from '@compozy/core';
import { createMemoryBlobStore } from '@compozy/core/blobs';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createSqliteStore } from '@compozy/store';
import {
  createProjectHost,
  createRunReconciler,
  createWorker,
  createWorkerRuns,
  type CompozyWorker,
  type WorkerOptions,
} from '@compozy/worker';
import { withoutPasses } from './without-passes.js';

const FILES = {
  'compozy.yaml':
    'name: records\nworkflows: [{ source: ./instant.yaml }, { source: ./ask.yaml }, { source: ./bad.yaml }, { source: ./large.yaml }]\n',
  'instant.yaml': `id: instant
tasks: [{ id: a, type: aggregate, outputs: { n: "{{ .workflow.input.n }}" } }]
`,
  'ask.yaml': `id: ask
tasks:
  - { id: hold, type: wait, wait_for: answer, on_success: { next: rest } }
  - { id: rest, type: wait, duration: 1h }
`,
  'bad.yaml': `id: bad
tasks:
  - { id: a, type: router, condition: workflow.input.nothing, routes: { x: b } }
  - { id: b, type: aggregate, outputs: { x: 1 } }
`,
  'large.yaml': `id: large
tasks: [{ id: a, type: aggregate, outputs: { text: '{{ repeat 100000 "x" }}' } }]
outputs: { text: "{{ .tasks.a.output.text }}" }
`,
};
const RUNS = 1_000;

let dir: string;
let server: DevServer;
const store = () => createSqliteStore({ path: path.join(dir, 'store.db') });

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-records-'));
  await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(path.join(dir, name), text)));
  server = await startDevServer();
});

afterAll(async () => {
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** The tests make the passes over the rows themselves. */
async function withWorker<T>(
  { store: kept, ...options }: Partial<WorkerOptions> & { readonly store: Store },
  work: (worker: CompozyWorker) => Promise<T>,
): Promise<T> {
  const project = await loadProject(dir);
  const temporal = { hostPort: server.address };
  const worker = await createWorker({ project, temporal, store: withoutPasses(kept), ...options });
  await worker.setup();
  try {
    return await work(worker);
  } finally {
    await worker.stop();
  }
}

describe('a worker with a store', () => {
  it(`leaves none of ${RUNS} instant runs open in it`, async () => {
    await using kept = store();
    await withWorker({ store: kept }, async (worker) => {
      const starts = Array.from({ length: RUNS }, (_, n) => worker.triggerWorkflow('instant', { n }));
      const runs = await Promise.all(starts);
      await Promise.all(runs.map((run) => worker.client.workflow.getHandle(run.temporalWorkflowId).result()));
    });
    const rows: WorkflowRecord[] = [];
    let cursor: string | undefined;
    do {
      const page = await kept.workflows.list({
        project: 'records',
        limit: 500,
        ...(cursor === undefined ? {} : { cursor }),
      });
      rows.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(rows).toHaveLength(RUNS);
    expect(rows.filter(({ status }) => status !== 'SUCCESS')).toEqual([]);
    const [{ workflowExecId, output, startedAt, endedAt }] = rows as [WorkflowRecord];
    expect(output).toMatchObject({ a: { output: { n: expect.any(Number) as number } } });
    expect(Date.parse(endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(startedAt));
    const tasks = await kept.tasks.list(workflowExecId, { limit: 10 });
    expect(tasks.items).toMatchObject([{ path: 'a', type: 'aggregate', status: 'SUCCESS', execution_type: 'basic' }]);
  });

  it('shows truly what waits, goes on, is paused, fails and is cancelled', async () => {
    await using kept = store();
    await withWorker({ store: kept }, async (worker) => {
      const run = await worker.triggerWorkflow('ask');
      const row = () => kept.workflows.get(run.workflowExecId);
      const shown = (status: string) => expect.poll(async () => (await row())?.status).toBe(status);
      await shown('WAITING');
      await worker.pauseWorkflow('ask', run.workflowExecId);
      await shown('PAUSED');
      await worker.resumeWorkflow('ask', run.workflowExecId);
      await shown('WAITING');
      await worker.sendSignal({ workflowExecId: run.workflowExecId, eventType: 'answer' });
      await worker.cancelWorkflow('ask', run.workflowExecId);
      await run.result();
      const ended = (await row())!;
      expect(ended.status).toBe('CANCELED');
      expect(isTerminal(ended.status)).toBe(true);
      const bad = await worker.triggerWorkflow('bad', {});
      await bad.result();
      expect(await kept.workflows.get(bad.workflowExecId)).toMatchObject({
        status: 'FAILED',
        error: { code: 'Condition.Invalid' },
      });
    });
  });

  it('keeps the row of a run when others are given its execution id', async () => {
    await using kept = createSqliteStore({ path: ':memory:' });
    await withWorker({ store: kept }, async (worker) => {
      const { client, taskQueue } = worker;
      const start = (type: string, workflowId: string) =>
        client.workflow.start(type, { workflowId, taskQueue, args: [{ workflow_exec_id: 'shared', input: { n: 1 } }] });
      const first = await start('ask', 'first');
      const row = () => kept.workflows.get('shared');
      await expect.poll(async () => (await row())?.status).toBe('WAITING');
      const before = await row();
      expect(before).toMatchObject({ workflowId: 'ask', temporalWorkflowId: 'first' });

      expect(await (await start('instant', 'second')).result()).toMatchObject({ status: 'SUCCESS' });
      const third = await start('ask', 'third');
      await third.signal('answer', {});
      const refused = worker.triggerWorkflow('instant', { n: 2 }, { workflowExecId: 'shared' });
      await expect(refused).rejects.toMatchObject({ code: 'Run.Exists' });
      await third.terminate();
      const reconciler = createRunReconciler({
        client,
        project: 'records',
        taskQueue,
        instance: 'shared',
        store: kept,
        mask: () => createSecretMask({}),
        settleMs: 0,
      });
      expect(await reconciler.reconcile()).toEqual([]);
      expect(await reconciler.reconcile()).toEqual([]);
      await reconciler.stop();
      expect(await row()).toEqual(before);

      await first.cancel();
      await expect(first.result()).rejects.toThrow();
      expect(await row()).toMatchObject({ workflowId: 'ask', temporalWorkflowId: 'first', status: 'CANCELED' });
      const tasks = await kept.tasks.list('shared', { limit: 10 });
      expect(tasks.items).toMatchObject([{ path: 'hold', status: 'CANCELED' }]);
    });
  });

  it('runs on when the store cannot be written', async () => {
    const down = () => Promise.reject(new CompozyError('Store.Unavailable', 'The database is down'));
    await using kept = store();
    const broken = {
      ...kept,
      workflows: { ...kept.workflows, upsert: down },
      tasks: { ...kept.tasks, upsertAll: down },
    };
    await withWorker({ store: broken }, async (worker) => {
      const run = await worker.triggerWorkflow('instant', { n: 1 });
      expect((await run.result()).status).toBe('SUCCESS');
    });
  });

  it('keeps a large output once, beside the row, and shows it whole', async () => {
    await using kept = store();
    let isDown = false;
    const upsert: typeof kept.workflows.upsert = (record) =>
      isDown
        ? Promise.reject(new CompozyError('Store.Unavailable', 'The database is down'))
        : kept.workflows.upsert(record);
    const shaky = { ...kept, workflows: { ...kept.workflows, upsert } };
    const blobs = createMemoryBlobStore();
    await withWorker({ store: shaky, blobs }, async (worker) => {
      const project = createProjectHost(await loadProject(dir));
      const runs = createWorkerRuns({ worker, project, blobs, store: kept });
      const written = await worker.triggerWorkflow('large');
      const { output } = await written.result();
      expect(output).toEqual({ text: 'x'.repeat(100_000) });
      const row = (await kept.workflows.get(written.workflowExecId))!;
      expect(row).toMatchObject({ status: 'SUCCESS', output: { $blob: expect.any(String) as string } });
      const shown = await runs.whole(await runs.read((await runs.find(written.workflowExecId))!));
      expect(shown).toMatchObject({ status: 'SUCCESS', output });

      isDown = true;
      const missed = await worker.triggerWorkflow('large');
      await missed.result();
      // To the worker it stays down: it would make up for the row by itself.
      const { workflowExecId, temporalWorkflowId } = missed;
      const ids = { workflowExecId, temporalWorkflowId };
      await kept.workflows.upsert({ ...row, ...ids, status: 'PENDING', output: null, endedAt: null });
      const reconciler = createRunReconciler({
        client: worker.client,
        project: 'records',
        taskQueue: worker.taskQueue,
        instance: 'large',
        store: kept,
        mask: () => createSecretMask({}),
        settleMs: 0,
      });
      expect(await reconciler.reconcile()).toEqual([workflowExecId]);
      await reconciler.stop();
      expect(await kept.workflows.get(workflowExecId)).toMatchObject({ status: 'SUCCESS', output: row.output });
    });
  });

  it('learns afterwards how runs ended that nobody could tell it of', async () => {
    await using kept = createSqliteStore({ path: ':memory:' });
    const down = () => Promise.reject(new CompozyError('Store.Unavailable', 'The database is down'));
    let isDown = false;
    const upsert: typeof kept.workflows.upsert = (record) => (isDown ? down() : kept.workflows.upsert(record));
    const shaky = { ...kept, workflows: { ...kept.workflows, upsert } };
    await withWorker({ store: shaky }, async (worker) => {
      const start = () => worker.triggerWorkflow('ask');
      const [terminated, cancelled, open] = [await start(), await start(), await start()];
      for (const { workflowExecId } of [terminated, cancelled, open]) {
        await expect.poll(async () => (await kept.workflows.get(workflowExecId))?.status).toBe('WAITING');
      }
      await worker.client.workflow.getHandle(terminated.temporalWorkflowId).terminate('by hand');
      isDown = true;
      await worker.cancelWorkflow('ask', cancelled.workflowExecId);
      expect((await cancelled.result()).status).toBe('CANCELED');
      // To the worker it stays down: it would make up for the row by itself.
      const row = (await kept.workflows.get(open.workflowExecId))!;
      const lost = { ...row, workflowExecId: 'lost', temporalWorkflowId: 'ask-lost', status: 'PENDING' as const };
      await kept.workflows.upsert(lost);
      const reconciler = createRunReconciler({
        client: worker.client,
        project: 'records',
        taskQueue: worker.taskQueue,
        instance: 'test',
        store: kept,
        mask: () => createSecretMask({}),
        settleMs: 0,
      });
      const closed = await reconciler.reconcile();
      const expected = [terminated.workflowExecId, cancelled.workflowExecId, 'lost'];
      expect(closed.toSorted()).toEqual(expected.toSorted());
      const status = async (id: string) => (await kept.workflows.get(id))?.status;
      expect(await Promise.all([...expected, open.workflowExecId].map(status))).toEqual([
        'CANCELED',
        'CANCELED',
        'FAILED',
        'WAITING',
      ]);
      expect((await kept.workflows.get('lost'))?.error).toMatchObject({ code: 'Run.Forgotten' });
      expect(await reconciler.reconcile()).toEqual([]);
      await reconciler.stop();
      isDown = false;
      await worker.cancelWorkflow('ask', open.workflowExecId);
      await open.result();
    });
  });
});
