import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createSqliteStore } from '@compozy/store';
import { createWorker, startWorkerServer } from '@compozy/worker';
import { callServer } from './call-server.js';

let dir: string;
let temporal: DevServer;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-overload-'));
  await writeFile(path.join(dir, 'compozy.yaml'), 'name: overload\nworkflows: [{ source: ./quick.yaml }]\n');
  await writeFile(
    path.join(dir, 'quick.yaml'),
    'id: quick\ntasks: [{ id: one, type: aggregate, outputs: { n: 1 } }]\n',
  );
  temporal = await startDevServer();
});

afterAll(async () => {
  await temporal?.stop();
  await rm(dir, { recursive: true, force: true });
});

const MAX_BACKLOG = 5;

describe('a server whose workers do not keep up', () => {
  it('refuses new work with 429 and the time to wait, steers what is there, and takes work again', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    const worker = await createWorker({
      project: await loadProject(dir),
      temporal: { hostPort: temporal.address },
      store,
    });
    const server = await startWorkerServer({
      worker,
      store,
      host: '127.0.0.1',
      port: 0,
      healthPort: 0,
      drainDelayMs: 0,
      api: { maxBacklog: MAX_BACKLOG },
    });
    const call = (method: string, route: string, body?: object) =>
      callServer(`http://127.0.0.1:${server.port}`, method, `/api/v0${route}`, body === undefined ? {} : { body });
    const start = () => call('POST', '/workflows/quick/executions', {});
    const started: string[] = [];
    const startUntil = async (status: number) => {
      for (;;) {
        const answer = await start();
        if (answer.status === 202) started.push((answer.body as { exec_id: string }).exec_id);
        if (answer.status === status) return answer;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    try {
      // Nobody polls yet.
      const refused = await startUntil(429);
      expect(refused.body).toMatchObject({ code: 'Api.Overloaded', status: 429 });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(started.length).toBeGreaterThan(MAX_BACKLOG);
      expect(await call('POST', '/events', { name: 'noted' })).toMatchObject({ status: 429 });
      expect(await call('POST', '/hooks/any', {})).toMatchObject({ status: 429 });
      expect((await call('GET', '/executions/workflows')).status).toBe(200);
      expect((await call('POST', `/executions/workflows/${started[0]}/cancel`)).status).toBe(200);

      const before = started.length;
      await worker.setup();
      await startUntil(202);
      const statusOf = async (id: string) =>
        ((await call('GET', `/executions/workflows/${id}`)).body as { status: string }).status;
      for (const id of started.slice(1)) await expect.poll(() => statusOf(id)).toBe('SUCCESS');
      console.log(`refused after ${before} starts that nobody took, with a limit of ${MAX_BACKLOG} waiting tasks`);
    } finally {
      await server.drain(1_000);
      await worker.stop();
      await server.close();
    }
  });
});
