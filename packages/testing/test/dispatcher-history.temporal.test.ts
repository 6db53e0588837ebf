import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createDispatcherWatch, createEventSender, STATUS_QUERY, type DispatcherStatus } from '@compozy/dispatcher';
import { createSqliteStore } from '@compozy/store';
import { createWorker, type CompozyWorker } from '@compozy/worker';

/** The long form is `pnpm bench:dispatcher-history`: seven days, and 100,000 events. */
const TURNS = 200;
const EVENTS = 6_000;
/** The server asks for a new run at 4 MiB; what is on its way then comes on top. */
const MAX_BYTES = 6 * 1024 * 1024;

const store = createSqliteStore({ path: ':memory:' });
let dir: string;
let server: DevServer;
let worker: CompozyWorker;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-history-'));
  await writeFile(path.join(dir, 'compozy.yaml'), 'name: history\nworkflows: [{ source: ./one.yaml }]\n');
  await writeFile(path.join(dir, 'one.yaml'), 'id: one\ntasks: [{ id: a, type: aggregate, outputs: { n: 1 } }]\n');
  server = await startDevServer();
  const project = await loadProject(dir);
  const temporal = { hostPort: server.address };
  // The tests open dispatchers of instances that never live; nobody shall judge them meanwhile.
  const config = { heartbeatTtlMs: 3_600_000 };
  worker = await createWorker({ project, store, instanceId: 'main', temporal, config });
  await worker.setup();
});

afterAll(async () => {
  await worker?.stop();
  await store.close();
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

const statusOf = (id: string) => worker.client.workflow.getHandle(id).query<DispatcherStatus>(STATUS_QUERY);

/** The runs of the chain that continue-as-new makes. */
async function historiesOf(
  workflowId: string,
): Promise<readonly { readonly events: number; readonly bytes: number }[]> {
  const runs: { events: number; bytes: number }[] = [];
  for await (const { runId } of worker.client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const { historyLength, historySize } = await worker.client.workflow.getHandle(workflowId, runId).describe();
    runs.push({ events: historyLength, bytes: historySize ?? 0 });
  }
  return runs;
}

describe('the history of a dispatcher', () => {
  it('does not grow with the beats and looks of its worker', async () => {
    await expect.poll(() => historiesOf(worker.dispatcherId)).toHaveLength(1);
    // It has run when it answers.
    await statusOf(worker.dispatcherId);
    const [before] = await historiesOf(worker.dispatcherId);
    let looks = 0;
    const heartbeats: typeof store.heartbeats = {
      ...store.heartbeats,
      async listAlive(prefix) {
        looks += 1;
        return await store.heartbeats.listAlive(prefix);
      },
    };
    const errors: unknown[] = [];
    const watch = createDispatcherWatch({
      client: worker.client,
      project: 'history',
      instance: 'main',
      intervalMs: 0,
      store: { heartbeats, leases: store.leases },
      onError: (error) => errors.push(error),
    });
    await watch.start();
    await expect.poll(() => looks).toBeGreaterThanOrEqual(TURNS);
    await watch.stop();
    expect(errors).toEqual([]);
    expect(await historiesOf(worker.dispatcherId)).toEqual([before]);
  });

  it('is cut into runs of a bounded size, however many events come', async () => {
    const { client, taskQueue } = worker;
    const limits = { maxSignalsPerEpoch: Number.MAX_SAFE_INTEGER };
    const sender = createEventSender({ client, project: 'history', instance: 'busy', taskQueue, ...limits });
    for (let from = 0; from < EVENTS; from += 100) {
      const batch = Array.from({ length: 100 }, (_, n) => ({
        name: 'lost',
        eventId: `${from + n}`,
        payload: 'x'.repeat(400),
      }));
      await sender.send(batch);
    }
    const settled = async () => (await statusOf(sender.dispatcherId)).dead;
    await expect.poll(settled, { interval: 500 }).toBe(EVENTS);
    await expect.poll(async () => (await historiesOf(sender.dispatcherId)).length).toBeGreaterThan(1);
    const runs = await historiesOf(sender.dispatcherId);
    for (const run of runs) expect(run.bytes).toBeLessThan(MAX_BYTES);
    console.log(
      `${EVENTS} events in ${runs.length} runs of ${runs.map(({ bytes }) => Math.round(bytes / 1024)).join(', ')} KiB`,
    );
    await sender.retire();
  });

  it('stays below what the server takes while nobody polls, and nothing of it is lost', async () => {
    const { client } = worker;
    const taskQueue = 'nobody-polls';
    const sender = createEventSender({ client, project: 'history', instance: 'flood', taskQueue });
    const ids = new Set<string>();
    // The server ends a workflow whose history has 50 MiB.
    const [count, payload] = [1_300, 'x'.repeat(48 * 1024)];
    for (let from = 0; from < count; from += 10) {
      const batch = Array.from({ length: 10 }, (_, n) => ({ name: 'lost', eventId: `flood-${from + n}`, payload }));
      await sender.send(batch);
      ids.add(sender.dispatcherId);
    }
    const late = await createWorker({
      project: await loadProject(dir),
      instanceId: 'late',
      temporal: { hostPort: server.address, taskQueue },
    });
    await late.setup();
    const settled = async () => {
      let dead = 0;
      for (const id of ids) dead += (await statusOf(id)).dead;
      return dead;
    };
    await expect.poll(settled, { interval: 500 }).toBe(count);
    console.log(`${count} events of 48 KiB while nobody polled: ${ids.size} dispatchers`);
    await sender.retire();
    await late.stop();
  });
});
