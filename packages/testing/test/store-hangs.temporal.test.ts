import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '@compozy/core';
import { createSqliteStore } from '@compozy/store';
import { createTestServer, createTestWorker, type TestServer } from '@compozy/testing';
import { startWorkerServer } from '@compozy/worker';
import { FILES } from './library-project.js';

let temporal: TestServer;
const kept = createSqliteStore({ path: ':memory:' });
let isHanging = false;

type Methods = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** The store as one that takes every question, and answers none while it hangs. */
const hanging = Object.fromEntries(
  Object.entries(kept).map(([name, part]) => [
    name,
    typeof part !== 'object'
      ? part
      : Object.fromEntries(
          Object.entries(part as Methods).map(([method, work]) => [
            method,
            (...args: unknown[]) => (isHanging ? new Promise(() => undefined) : work(...args)),
          ]),
        ),
  ]),
) as unknown as Store;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  temporal = await createTestServer();
});

afterAll(async () => {
  await temporal?.stop();
  await kept.close();
});

describe('a store that answers nothing and refuses nothing', () => {
  it('holds up neither runs, nor events, nor the API, nor the end of the worker', async () => {
    const config = { heartbeatIntervalMs: 200, heartbeatTtlMs: 1_000 };
    const { worker, stop } = await createTestWorker({ project: FILES, server: temporal, store: hanging, config });
    const server = await startWorkerServer({
      worker,
      store: hanging,
      host: '127.0.0.1',
      port: 0,
      healthPort: 0,
      drainDelayMs: 0,
    });
    const call = async (route: string, body?: object) => {
      const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const url = `http://127.0.0.1:${server.port}/api/v0${route}`;
      const response = await fetch(url, body === undefined ? {} : sent);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    isHanging = true;
    for (let n = 0; n < 3; n += 1) {
      const started = await call('/workflows/greet/executions', { input: { name: 'Ada' } });
      expect(started.status).toBe(202);
      const execution = () => call(`/executions/workflows/${String(started.body['exec_id'])}`);
      await expect.poll(async () => (await execution()).body['status']).toBe('SUCCESS');
    }
    expect((await call('/events', { name: 'visited', payload: { name: 'Bo' } })).status).toBe(202);
    await server.drain(2_000);
    await stop();
    await server.close();
  });
});
