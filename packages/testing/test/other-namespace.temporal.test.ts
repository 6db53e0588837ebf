import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretMask } from '@compozy/activities';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createPostgresStore, createSqliteStore } from '@compozy/store';
import {
  createNamespaceGuard,
  createRunReconciler,
  createWorker,
  type CompozyWorker,
  type WorkerOptions,
} from '@compozy/worker';
import { withoutPasses } from './without-passes.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../../store/test/servers/start-postgres.js';

const PROJECT = 'moved';
const FILES = {
  'compozy.yaml': `name: ${PROJECT}\nworkflows: [{ source: ./ask.yaml }]\n`,
  'ask.yaml': 'id: ask\ntasks: [{ id: gate, type: wait, wait_for: answer }]\n',
};

let dir: string;
let right: DevServer;
/** An empty server, as if the address or the namespace were wrong. */
let wrong: DevServer;
let postgres: PostgresServer;

describe.skipIf(postgresMissing !== undefined)('the rows of a store that hosts share', () => {
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
    dir = await mkdtemp(path.join(tmpdir(), 'compozy-moved-'));
    await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(path.join(dir, name), text)));
    [right, wrong, postgres] = await Promise.all([startDevServer(), startDevServer(), startPostgres()]);
  });

  afterAll(async () => {
    await Promise.all([right?.stop(), wrong?.stop(), postgres?.[Symbol.asyncDispose]()]);
    await rm(dir, { recursive: true, force: true });
  });

  async function newWorker({ address }: DevServer, options: Pick<WorkerOptions, 'store' | 'config'>) {
    const worker = await createWorker({
      project: await loadProject(dir),
      temporal: { hostPort: address },
      dispatcher: 'on-demand',
      ...options,
    });
    await worker.setup();
    return worker;
  }

  const downOf = async (worker: CompozyWorker): Promise<readonly string[]> =>
    await worker.healthCheck().then(
      () => [],
      (error: { details: { down: string[] } }) => error.details.down.filter((name) => name !== 'polling'),
    );

  it('are left alone by a worker of another Temporal, until somebody says that they are its own', async () => {
    await using store = createPostgresStore({ url: postgres.createDatabase() });
    const kept = withoutPasses(store);
    // Nothing is decided as long as nothing is there to be lost.
    const early = await newWorker(wrong, { store: kept });
    await expect.poll(() => downOf(early)).toEqual([]);

    const worker = await newWorker(right, { store: kept });
    const { workflowExecId: execId } = await worker.triggerWorkflow('ask');
    await expect.poll(async () => (await store.workflows.get(execId))?.status).toBe('WAITING');
    await expect.poll(() => downOf(worker)).toEqual([]);
    // A check that was slow goes on by itself.
    const owners = async () => (await store.heartbeats.listAlive('namespace:')).map(({ details }) => details);
    await expect.poll(owners).toHaveLength(1);
    await worker.stop();

    await expect.poll(() => downOf(early)).toEqual(['namespace']);
    const { namespaceInfo } = await early.client.workflowService.describeNamespace({ namespace: 'default' });
    const passes = (adopt?: string) =>
      createRunReconciler({
        client: early.client,
        project: PROJECT,
        taskQueue: early.taskQueue,
        instance: 'test',
        store,
        mask: () => createSecretMask({}),
        settleMs: 0,
        checkNamespace: createNamespaceGuard({
          client: early.client,
          project: PROJECT,
          heartbeats: store.heartbeats,
          workflows: store.workflows,
          ...(adopt === undefined ? {} : { adopt }),
        }).check,
      });
    const refused = passes().reconcile();
    await expect(refused).rejects.toMatchObject({ code: 'Config.WrongNamespace' });
    await expect(passes('another').reconcile()).rejects.toMatchObject({ code: 'Config.WrongNamespace' });
    expect(await store.workflows.get(execId)).toMatchObject({ status: 'WAITING' });

    const again = await newWorker(right, { store: kept });
    await expect.poll(() => downOf(again)).toEqual([]);
    await again.stop();

    const told = await newWorker(wrong, { store: kept, config: { adoptNamespace: namespaceInfo!.id! } });
    await expect.poll(() => downOf(told)).toEqual([]);
    await expect.poll(owners).toMatchObject([{ namespace_id: namespaceInfo!.id }]);
    await expect.poll(() => downOf(early)).toEqual([]);
    expect(await passes().reconcile()).toEqual([execId]);
    expect(await store.workflows.get(execId)).toMatchObject({ status: 'FAILED', error: { code: 'Run.Forgotten' } });
    await Promise.all([told.stop(), early.stop()]);
  });

  it('are those of whatever Temporal there is, where the store is a file of one host', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    const kept = withoutPasses(store);
    const before = await newWorker(right, { store: kept });
    const { workflowExecId: execId } = await before.triggerWorkflow('ask');
    await expect.poll(async () => (await store.workflows.get(execId))?.status).toBe('WAITING');
    await expect.poll(() => downOf(before)).toEqual([]);
    await before.stop();
    const after = await newWorker(wrong, { store: kept });
    await expect.poll(() => downOf(after)).toEqual([]);
    await after.stop();
  });
});
