import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretMask } from '@compozy/activities';
import type { Store } from '@compozy/core';
import { createMemoryBlobStore } from '@compozy/core/blobs';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createDispatcherWatch, createEventSender, STATUS_QUERY, type DispatcherStatus } from '@compozy/dispatcher';
import { createPostgresStore, createSqliteStore, withRedisCache } from '@compozy/store';
import {
  createRunReconciler,
  createWorker,
  startWorkerServer,
  type CompozyWorker,
  type HealthCheck,
} from '@compozy/worker';
import { withoutPasses } from './without-passes.js';
import { postgresMissing, startPostgres } from '../../store/test/servers/start-postgres.js';
import { redisMissing, startRedis } from '../../store/test/servers/start-redis.js';

const FILES = {
  'quick.yaml': `id: quick
triggers: [{ type: signal, name: noted }]
tasks: [{ id: one, type: aggregate, outputs: { n: 1 } }]
`,
  'ask.yaml': 'id: ask\ntasks: [{ id: gate, type: wait, wait_for: answer }]\n',
};

/** How long an instance without a sign of life is taken for alive: more than any pause of this machine. */
const TTL_MS = 8_000;

let dir: string;
let temporal: DevServer;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-outage-'));
  await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(path.join(dir, name), text)));
  temporal = await startDevServer();
});

afterAll(async () => {
  await temporal?.stop();
  await rm(dir, { recursive: true, force: true });
});

type Answer = Readonly<Record<string, unknown>>;

interface Listed {
  readonly executions: readonly { readonly workflow_exec_id: string }[];
  readonly page: { readonly next_cursor?: string };
}

interface Host extends AsyncDisposable {
  readonly worker: CompozyWorker;
  call(method: string, route: string, body?: object, key?: string): Promise<{ status: number; body: Answer }>;
  /** What `/ready` says is down; undefined when the host is ready. */
  down(): Promise<readonly string[] | undefined>;
}

/** A worker with its HTTP server, as the host program has them; the test makes the passes over the rows itself. */
async function startHost(project: string, store: Store, checks: readonly HealthCheck[] = []): Promise<Host> {
  const workflows = 'workflows: [{ source: ./quick.yaml }, { source: ./ask.yaml }]';
  await writeFile(path.join(dir, 'compozy.yaml'), `name: ${project}\n${workflows}\n`);
  const loaded = await loadProject(dir);
  const worker = await createWorker({
    project: loaded,
    store: withoutPasses(store),
    checks,
    blobs: createMemoryBlobStore(),
    temporal: { hostPort: temporal.address },
    instanceId: 'main',
  });
  const server = await startWorkerServer({
    worker,
    store,
    host: '127.0.0.1',
    port: 0,
    healthPort: 0,
    drainDelayMs: 0,
  });
  await worker.setup();
  server.open();
  return {
    worker,
    async call(method, route, body, key) {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const headers = {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      };
      const response = await fetch(`http://127.0.0.1:${server.port}/api/v0${route}`, { method, headers, ...sent });
      return { status: response.status, body: (await response.json()) as Answer };
    },
    async down() {
      const response = await fetch(`http://127.0.0.1:${server.healthPort}/ready`);
      const { checks: states } = (await response.json()) as { checks: Record<string, string> };
      const names = Object.keys(states).filter((name) => states[name] === 'down');
      expect(response.status).toBe(names.length === 0 ? 200 : 503);
      return names.length === 0 ? undefined : names;
    },
    async [Symbol.asyncDispose]() {
      await server.drain(2_000);
      await worker.stop();
      await server.close();
      await store.close();
    },
  };
}

async function start(host: Host, workflowId: string): Promise<string> {
  const { status, body } = await host.call('POST', `/workflows/${workflowId}/executions`, {});
  expect(status).toBe(202);
  return body['exec_id'] as string;
}

async function listed(host: Host, status: string): Promise<readonly string[]> {
  const ids: string[] = [];
  let next = '';
  do {
    const { body } = await host.call('GET', `/executions/workflows?status=${status}&limit=100${next}`);
    expect(body).toHaveProperty('executions');
    const { executions, page } = body as unknown as Listed;
    ids.push(...executions.map((each) => each.workflow_exec_id));
    next = page.next_cursor === undefined ? '' : `&cursor=${page.next_cursor}`;
  } while (next !== '');
  return ids.toSorted();
}

const statusOf = async (host: Host, execId: string) =>
  (await host.call('GET', `/executions/workflows/${execId}`)).body['status'];

const dispatcherOf = (host: Host, id = host.worker.dispatcherId) =>
  host.worker.client.workflow.getHandle(id).query<DispatcherStatus>(STATUS_QUERY);

describe.skipIf(postgresMissing !== undefined)('a worker whose PostgreSQL goes and comes back', () => {
  it('runs on, says so, and shows afterwards what it could not write', async () => {
    await using postgres = await startPostgres();
    const store = createPostgresStore({ url: postgres.createDatabase() });
    await using host = await startHost('outage', store);
    const { client, taskQueue } = host.worker;
    await expect.poll(() => host.down()).toBeUndefined();

    // Another instance that lives, and one that watches it: its beats run out while nobody can write them, and the one
    // that watches is back before it.
    const watchOf = (instance: string, intervalMs: number) =>
      createDispatcherWatch({ client, project: 'outage', instance, store, intervalMs, ttlMs: TTL_MS });
    const other = createEventSender({ client, project: 'outage', instance: 'other' });
    await other.open();
    const watches = [watchOf('other', 500), watchOf('watcher', 50)];
    for (const watch of watches) await watch.start();
    // From then on it judges.
    const mayJudge = sleep(TTL_MS);
    const [answeredLate, terminated, waiting] = [
      await start(host, 'ask'),
      await start(host, 'ask'),
      await start(host, 'ask'),
    ];
    await expect.poll(() => listed(host, 'WAITING')).toHaveLength(3);
    await mayJudge;

    await postgres.stop();
    const beatsEnd = sleep(TTL_MS + 500);
    await expect.poll(() => host.down()).toEqual(['store']);
    const quick = await Promise.all(Array.from({ length: 20 }, () => start(host, 'quick')));
    const asked = await start(host, 'ask');
    for (const execId of quick) await expect.poll(() => statusOf(host, execId)).toBe('SUCCESS');
    await expect.poll(() => statusOf(host, asked)).toBe('WAITING');
    await host.worker.sendSignal({ workflowExecId: answeredLate, eventType: 'answer' });
    await expect.poll(() => statusOf(host, answeredLate)).toBe('SUCCESS');
    await client.workflow.getHandle(`ask-${terminated}`).terminate('by hand');
    for (const [id, name] of [
      ['heard', 'noted'],
      ['unheard', 'nobody.listens'],
    ]) {
      expect((await host.call('POST', '/events', { name, event_id: id })).status).toBe(202);
    }
    await expect.poll(async () => (await dispatcherOf(host)).handled).toBe(1);
    const keyed = () => host.call('POST', '/workflows/quick/executions', {}, 'once');
    expect(await keyed()).toMatchObject({ status: 503, body: { code: 'Store.Unavailable' } });
    await beatsEnd;

    await postgres.start();
    const backAt = Date.now();
    const judgesAgain = sleep(TTL_MS + 500);
    await expect.poll(() => host.down()).toBeUndefined();
    const [first, again] = [await keyed(), await keyed()];
    expect(first.status).toBe(202);
    expect(again).toEqual(first);
    const ended = [...quick, answeredLate, first.body['exec_id'] as string];
    const succeeded = async () => (await listed(host, 'SUCCESS')).filter((id) => ended.includes(id));
    await expect.poll(succeeded, { interval: 250 }).toEqual(ended.toSorted());
    const open = async () => (await listed(host, 'WAITING')).filter((id) => id !== terminated);
    await expect.poll(open).toEqual([waiting, asked].toSorted());
    const rowsMs = Date.now() - backAt;
    // What nobody can have noted is found by the pass that each worker makes every 30 s.
    const mask = () => createSecretMask({});
    const pass = createRunReconciler({
      client,
      project: 'outage',
      taskQueue,
      instance: 'main',
      store,
      mask,
      settleMs: 0,
    });
    expect(await pass.reconcile()).toEqual([terminated]);
    await pass.stop();
    expect(await listed(host, 'CANCELED')).toEqual([terminated]);
    const event = async (id: string) => (await host.call('GET', `/events/${id}`)).body;
    await expect.poll(() => event('heard')).toMatchObject({ status: 'processed' });
    await expect.poll(() => event('unheard')).toMatchObject({ status: 'dead' });
    const letters = (await host.call('GET', '/dead-letters')).body['dead_letters'] as { event_id: string }[];
    expect(letters.map((letter) => letter.event_id)).toEqual(['unheard']);

    await judgesAgain;
    const statuses = [await dispatcherOf(host), await dispatcherOf(host, other.dispatcherId)];
    expect(statuses.map(({ retiring }) => retiring)).toEqual([false, false]);
    // Both are alive by their beats again, so that the watch had the chance to judge.
    const alive = async () =>
      (await store.heartbeats.listAlive('dispatcher-')).map(({ details }) => details['server_id']);
    await expect.poll(alive).toEqual(expect.arrayContaining(['other', 'watcher']));
    for (const watch of watches) await watch.stop();
    await other.retire();
    console.log(
      `${quick.length + 2} runs that PostgreSQL missed were in their rows ${(rowsMs / 1000).toFixed(1)} s after it was back`,
    );
    for (const execId of [waiting, asked]) await host.call('POST', `/executions/workflows/${execId}/cancel`);
  });
});

describe.skipIf(redisMissing !== undefined)('a worker whose Redis goes and comes back empty', () => {
  it('runs on, says so, keeps its dispatcher, and uses Redis again', async () => {
    await using redis = await startRedis();
    const store = withRedisCache(createSqliteStore({ path: ':memory:' }), { url: redis.url });
    await using host = await startHost('cached', store, [{ name: 'redis', check: () => store.pingCache() }]);
    await expect.poll(() => host.down()).toBeUndefined();
    // The first beat may have come before the connection.
    const beats = () => redis.command('KEYS', 'dispatcher:heartbeat:*');
    await expect.poll(beats).toHaveLength(1);

    const over = new AbortController();
    const started: string[] = [];
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!over.signal.aborted) started.push(await start(host, 'quick'));
      }),
    );
    const grow = async (by: number) => {
      const goal = started.length + by;
      await expect.poll(() => started.length).toBeGreaterThan(goal);
    };
    await grow(20);
    await redis.stop();
    await expect.poll(() => host.down()).toEqual(['redis']);
    await grow(20);
    await redis.start();
    await expect.poll(() => host.down()).toBeUndefined();
    await grow(20);
    over.abort();
    await load;
    await expect.poll(() => listed(host, 'SUCCESS'), { interval: 500 }).toEqual(started.toSorted());
    // The next beat is in Redis as well, and what is read is kept there.
    await expect.poll(beats).toHaveLength(1);
    const copy = async () => {
      await statusOf(host, started[0]!);
      return await redis.command('HGET', `compozy:execution:${started[0]}`, 'f');
    };
    // A Redis that was too slow for once is left alone for a while.
    await expect.poll(copy).toBe('1');
    expect((await dispatcherOf(host)).retiring).toBe(false);
  });
});
