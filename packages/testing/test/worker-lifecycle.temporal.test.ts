import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompozyError } from '@compozy/core';
import { createSqliteStore } from '@compozy/store';
import { createTestServer, createTestWorker, type TestServer, type TestWorker } from '@compozy/testing';
import { createWorker } from '@compozy/worker';
import { FILES } from './library-project.js';

let server: TestServer;
let test: TestWorker;
const store = createSqliteStore({ path: ':memory:' });

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  server = await createTestServer();
  test = await createTestWorker({ project: FILES, server, store, config: { heartbeatIntervalMs: 500 } });
});

afterAll(async () => {
  await test?.stop();
  await server?.stop();
  await store.close();
});

const another = () =>
  createWorker({
    project: test.project,
    temporal: { hostPort: server.address },
    cacheDir: path.join(test.project.dir, '.compozy', 'cache'),
    store,
  });

const statusOf = async (workflowId: string) =>
  (await test.worker.client.workflow.getHandle(workflowId).describe()).status.name;

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (CompozyError.isInstance(error) ? error.code : error),
  );

describe('a worker whose dispatcher was ended by somebody else', () => {
  it.each([
    ['retired it, because its beats were missing', (id: string) => signal(id, 'dispatcher.retire')],
    ['terminated it', async (id: string) => void (await handleOf(id).terminate())],
    ['deleted it', (id: string) => remove(id)],
  ])('opens it again when another one %s, though nobody sends an event', async (_what, end) => {
    const { worker } = test;
    await worker.healthCheck();
    const { dispatcherId } = worker;
    const { runId } = await handleOf(dispatcherId).describe();
    await end(dispatcherId);
    await expect.poll(async () => (await handleOf(worker.dispatcherId).describe()).runId).not.toBe(runId);
    await expect.poll(() => statusOf(worker.dispatcherId)).toBe('RUNNING');
    await worker.healthCheck();
  });

  const remove = async (workflowId: string) => {
    const { client } = test.worker;
    const { namespace } = client.options;
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } });
  };
  const handleOf = (id: string) => test.worker.client.workflow.getHandle(id);
  const signal = (id: string, name: string) => handleOf(id).signal(name);
});

describe('a worker that is stopped', () => {
  it('ends once for everybody who stops it', async () => {
    const worker = await another();
    await worker.setup();
    await Promise.all([worker.stop(), worker.stop()]);
    await worker.stop();
    // Should the server be slow, the other worker goes on with what this one leaves.
    await expect.poll(() => statusOf(worker.dispatcherId)).toBe('COMPLETED');
  });

  it('retires the dispatcher that it was just opening', async () => {
    const worker = await another();
    const starting = worker.setup();
    await worker.stop();
    await starting;
    // Should the server be slow, the other worker goes on with what this one leaves.
    await expect.poll(() => statusOf(worker.dispatcherId)).toBe('COMPLETED');
  });

  it('says that it has ended to whoever wants to set it up again', async () => {
    const worker = await another();
    await worker.stop();
    expect(await codeOf(worker.setup())).toBe('Worker.Ended');
    expect(await codeOf(worker.triggerWorkflow('greet', { name: 'Ada' }))).toBe('Worker.Ended');
    expect(await codeOf(worker.sendEvent({ name: 'visited' }))).toBe('Worker.Ended');
    expect(await codeOf(worker.sendSignal({ eventType: 'visited' }))).toBe('Worker.Ended');
  });
});
