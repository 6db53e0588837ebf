import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompozyError, type BlobStore } from '@compozy/core';
import { createMemoryBlobStore } from '@compozy/core/blobs';
import {
  createEventSender,
  EVENT_SIGNAL,
  RETIRE_SIGNAL,
  STATUS_QUERY,
  type DispatcherStatus,
} from '@compozy/dispatcher';
import { createTestServer, createTestWorker, type TestServer, type TestWorker } from '@compozy/testing';
import { FILES } from './library-project.js';

/** The server asks for a new run after so many events, instead of after thousands. */
const EVENTS_OF_A_RUN = 40;

const memory = createMemoryBlobStore();
let isDown = false;
/** As a database that is away: events with large payloads wait for it. */
const blobs: BlobStore = {
  ...memory,
  async get(sha256) {
    if (isDown) throw new CompozyError('Blob.Unavailable', 'The database is down');
    return await memory.get(sha256);
  },
};
let server: TestServer;
let test: TestWorker;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  server = await createTestServer({ dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': EVENTS_OF_A_RUN } });
  test = await createTestWorker({ project: FILES, server, blobs, store: false });
});

afterAll(async () => {
  await test?.stop();
  await server?.stop();
});

describe('a dispatcher that retires and continues as new before it is done', () => {
  it('still says that it retires, so that senders go past it, and completes', async () => {
    const { client } = test.worker;
    const newSender = () => createEventSender({ client, project: 'my-project', instance: 'x', blobs });
    const old = newSender();
    const handle = client.workflow.getHandle(old.dispatcherId);
    isDown = true;
    await old.send([{ name: 'visited', eventId: 'held', payload: { name: 'x'.repeat(70_000) } }]);
    await handle.signal(RETIRE_SIGNAL);
    const { runId } = await handle.describe();
    const isNext = async () => {
      await handle.signal(EVENT_SIGNAL, []);
      return (await handle.describe()).runId !== runId;
    };
    await expect.poll(isNext).toBe(true);
    expect(await handle.query<DispatcherStatus>(STATUS_QUERY)).toMatchObject({ retiring: true, pending: 1 });

    const next = newSender();
    await next.open();
    expect(next.dispatcherId).toBe('dispatcher-my-project-x-1');
    isDown = false;
    expect(await handle.result()).toMatchObject({ handled: 1, pending: 0 });
    await next.retire();
  });
});
