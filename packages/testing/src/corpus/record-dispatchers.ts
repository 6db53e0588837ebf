import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { CompozyError, type BlobStore, type Json } from '@compozy/core';
import { createMemoryBlobStore } from '@compozy/core/blobs';
import {
  createEventSender,
  EVENT_SIGNAL,
  RETIRE_SIGNAL,
  STATUS_QUERY,
  type DispatcherStatus,
} from '@compozy/dispatcher';
import { createTestServer } from '../create-test-server.js';
import { createTestWorker } from '../create-test-worker.js';
import { writeDispatcherHistories } from './dispatcher-histories.js';
import type { RecordedHistory } from './replay-histories.js';

const PROJECT = 'dispatchers';
const FILES = {
  'compozy.yaml': `name: ${PROJECT}\nworkflows: [{ source: ./noted.yaml }]\n`,
  'noted.yaml': `id: noted
triggers: [{ type: signal, name: noted, schema: { type: object, required: [n] } }]
tasks: [{ id: one, type: aggregate, outputs: { n: 1 } }]
`,
};
/** So that a dispatcher continues as new after few events. */
const DYNAMIC_CONFIG = { 'limit.historyCount.suggestContinueAsNew': 40 };
const MORE_THAN_ONE_CALL = 600 * 1024;
/** Ten of them are more than continue-as-new carries. */
const LONG_ID = 'c'.repeat(9_000);

interface Stage {
  readonly dispatcher: WorkflowHandle;
  /** A value in the blob store. */
  store(value: Json): Promise<Json>;
  /** Whether what is in the blob store can be had. */
  setDown(isDown: boolean): void;
  until(isSo: (status: DispatcherStatus) => boolean): Promise<void>;
}

/** What happens to a dispatcher until it is told to retire. */
const STORIES: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  async events({ dispatcher, until }) {
    await dispatcher.signal(EVENT_SIGNAL, { name: 'noted', event_id: 'a', payload: { n: 1 } });
    await dispatcher.signal(EVENT_SIGNAL, [
      { name: 'noted', event_id: 'a', payload: { n: 1 } },
      { name: 'noted', payload: { n: 2 } },
      { name: 'noted', event_id: 'b', payload: {} },
      { name: 'nobody', event_id: 'c' },
      'no event',
    ]);
    await dispatcher.signal(EVENT_SIGNAL);
    await until(({ handled, dead }) => handled >= 2 && dead === 3);
  },

  async large({ dispatcher, until }) {
    await dispatcher.signal(EVENT_SIGNAL, { name: 'noted', payload: { n: 'x'.repeat(MORE_THAN_ONE_CALL) } });
    await until(({ handled }) => handled === 1);
  },

  async waiting({ dispatcher, store, setDown, until }) {
    const payload = await store({ n: 1 });
    setDown(true);
    await dispatcher.signal(EVENT_SIGNAL, { name: 'noted', event_id: 'held', payload });
    await sleep(2_500);
    setDown(false);
    await until(({ handled }) => handled === 1);
  },

  async continued({ dispatcher, store, setDown, until }) {
    const payload = await store({ n: 1 });
    const { runId } = await dispatcher.describe();
    setDown(true);
    for (let n = 0; n < 10; n += 1)
      await dispatcher.signal(EVENT_SIGNAL, { name: 'noted', event_id: `${n}`, payload, correlation_id: LONG_ID });
    await dispatcher.signal(RETIRE_SIGNAL);
    while ((await dispatcher.describe()).runId === runId) await dispatcher.signal(EVENT_SIGNAL, []);
    await dispatcher.signal(EVENT_SIGNAL, { name: 'noted', event_id: 'last', payload });
    setDown(false);
    await until(({ handled }) => handled === 11);
  },

  async cancelled({ dispatcher }) {
    await dispatcher.cancel();
  },
};

/** Records histories of dispatchers on a server of their own, in place of those that the folder has. */
export async function recordDispatchers(corpus: string, log: (line: string) => void): Promise<void> {
  const memory = createMemoryBlobStore();
  let isDown = false;
  const blobs: BlobStore = {
    ...memory,
    async get(sha256) {
      if (isDown) throw new CompozyError('Blob.Unavailable', 'The store is down');
      return await memory.get(sha256);
    },
  };
  await using server = await createTestServer({ dynamicConfig: DYNAMIC_CONFIG });
  await using test = await createTestWorker({ project: FILES, server, blobs, store: false });
  const { client } = test.worker;
  const histories: RecordedHistory[] = [];
  for (const [name, tell] of Object.entries(STORIES)) {
    const sender = createEventSender({ client, project: PROJECT, instance: name });
    await sender.open();
    const dispatcher = client.workflow.getHandle(sender.dispatcherId);
    const status = () => dispatcher.query<DispatcherStatus>(STATUS_QUERY);
    await tell({
      dispatcher,
      store: async (value) => {
        const bytes = new TextEncoder().encode(JSON.stringify(value));
        return { $blob: await memory.put(bytes), bytes: bytes.length, type: 'json' };
      },
      setDown: (now) => (isDown = now),
      async until(isSo) {
        while (!isSo(await status())) await sleep(50);
      },
    });
    await sender.retire();
    await dispatcher.result();
    const runs = await runsOf(client.workflow.list({ query: `WorkflowId = "${sender.dispatcherId}"` }));
    for (const [index, runId] of runs.entries()) {
      const history = await client.workflow.getHandle(sender.dispatcherId, runId).fetchHistory();
      histories.push({ name: `${name}-${index + 1}`, history });
    }
    log(`recorded ${name}: ${runs.length} runs`);
  }
  await writeDispatcherHistories(corpus, histories);
}

/** The oldest first. */
async function runsOf(list: AsyncIterable<{ readonly runId: string; readonly startTime: Date }>) {
  const found: { readonly runId: string; readonly startTime: Date }[] = [];
  for await (const run of list) found.push(run);
  return found.toSorted((a, b) => a.startTime.getTime() - b.startTime.getTime()).map(({ runId }) => runId);
}
