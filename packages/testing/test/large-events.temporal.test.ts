import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBlobRef } from '@compozy/core';
import { eventExecId } from '@compozy/core/schema';
import { EVENT_SIGNAL, STATUS_QUERY, type DispatcherStatus } from '@compozy/dispatcher';
import { createSqliteStore } from '@compozy/store';
import { createTestServer, createTestWorker, type TestServer, type TestWorker } from '@compozy/testing';
import { FILES } from './library-project.js';

/** As much as the server takes in one signal, and no more than the rest of the event leaves. */
const LARGEST = 2 * 1024 * 1024 - 200;

let server: TestServer;
let test: TestWorker;
const store = createSqliteStore({ path: ':memory:' });

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  server = await createTestServer();
  test = await createTestWorker({ project: FILES, server, store });
});

afterAll(async () => {
  await test?.stop();
  await server?.stop();
  await store.close();
});

const dispatcher = () => test.worker.client.workflow.getHandle(test.worker.dispatcherId);
const status = () => dispatcher().query<DispatcherStatus>(STATUS_QUERY);
const runOf = (eventId: string) =>
  test.worker.run('greet', eventExecId({ project: 'my-project', workflowId: 'greet', event: 'visited', eventId }));

describe('a dispatcher', () => {
  it('starts what a signal of the largest size asks for, and what comes behind it', async () => {
    const large = { name: 'visited', event_id: 'large', payload: { name: 'x'.repeat(LARGEST) } };
    await dispatcher().signal(EVENT_SIGNAL, large);
    await test.worker.sendEvent({ name: 'visited', eventId: 'behind', payload: { name: 'Ada' } });
    await expect.poll(async () => (await status()).handled).toBe(2);
    expect(await runOf('behind').result()).toMatchObject({ status: 'SUCCESS', output: { text: 'Hello Ada, glad' } });
    const { status: ended, input } = await runOf('large').result();
    expect([ended, (input as { name: string }).name.length]).toEqual(['SUCCESS', LARGEST]);
    expect(isBlobRef((await store.events.get('my-project', 'large'))!.payload)).toBe(true);
  });

  it('counts what is too long for a name as no event, and goes on', async () => {
    const { dead } = await status();
    const long = 'x'.repeat(LARGEST);
    await dispatcher().signal(EVENT_SIGNAL, { name: long });
    await dispatcher().signal(EVENT_SIGNAL, { name: 'visited', event_id: long });
    await test.worker.sendEvent({ name: 'visited', eventId: 'after', payload: { name: 'Bo' } });
    await expect.poll(async () => (await status()).handled).toBe(3);
    expect((await status()).dead).toBe(dead + 2);
  });
});
