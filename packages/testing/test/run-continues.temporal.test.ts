import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompozyError, type BlobStore } from '@compozy/core';
import { createMemoryBlobStore } from '@compozy/core/blobs';
import { createSqliteStore } from '@compozy/store';
import { createTestServer, createTestWorker, type TestServer, type TestWorker } from '@compozy/testing';

/** The server asks for a new run after so many events, instead of after thousands. */
const EVENTS_OF_A_RUN = 40;
const STEPS = Array.from({ length: 16 }, (_, n) => n);
/** More than the attempts of an activity of the engine that gives up. */
const REFUSALS = 11;

const next = (n: number) => (n + 1 < STEPS.length ? `, on_success: { next: step-${n + 1} }` : '');
const FILES = {
  'compozy.yaml': `name: continues
workflows: [{ source: ./steps.yaml }, { source: ./limits.yaml }, { source: ./gates.yaml }]
tools: [{ id: step }, { id: hang }]
`,
  'steps.yaml': `id: steps
tasks:
${STEPS.map((n) => `  - { id: step-${n}, type: basic, use: tool(step), with: { n: ${n} }${next(n)} }`).join('\n')}
outputs: { last: "{{ .tasks.step-${STEPS.at(-1)}.output.n }}" }
`,
  'gates.yaml': `id: gates
tasks:
  - id: all
    type: collection
    items: "{{ .workflow.input.gates }}"
    mode: sequential
    task: { id: "gate-{{ .index }}", type: wait, wait_for: "open-{{ .item }}" }
outputs: { opened: "{{ .tasks.all.output.progress_info.success_count }}" }
`,
  'limits.yaml': `id: limits
tasks:
  - id: outer
    type: parallel
    timeout: 6s
    tasks:
${STEPS.map((n) => `      - { id: quick-${n}, type: basic, use: tool(step), with: { n: ${n} } }`).join('\n')}
      - { id: inner, type: parallel, timeout: 6s, tasks: [{ id: never, type: basic, use: tool(hang) }] }
    on_error: { next: after }
  - { id: after, type: basic, use: tool(step), with: { n: 99 } }
outputs: { last: "{{ .tasks.after.output.n }}" }
`,
};

const memory = createMemoryBlobStore();
let onHandOver: (() => Promise<void>) | undefined;
let refusals = 0;
const blobs: BlobStore = {
  ...memory,
  async put(bytes) {
    const act = onHandOver;
    if (act !== undefined && Buffer.from(bytes).includes('"draining":true')) {
      onHandOver = undefined;
      await act();
    }
    return await memory.put(bytes);
  },
  async get(sha256) {
    if (refusals === 0) return await memory.get(sha256);
    refusals -= 1;
    throw new CompozyError('Blob.Unavailable', 'The database is down');
  },
};
const store = createSqliteStore({ path: ':memory:' });
let server: TestServer;
let test: TestWorker;
let calls: number[] = [];

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  server = await createTestServer({ dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': EVENTS_OF_A_RUN } });
  const tools = {
    step: ({ n }: { readonly n: number }) => {
      calls.push(n);
      return { n, text: 'x'.repeat(20_000) };
    },
    hang: (_input: unknown, _config: unknown, { signal }: { readonly signal: AbortSignal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
  };
  test = await createTestWorker({ project: FILES, server, store, blobs, tools: tools as never });
});

afterAll(async () => {
  await test?.stop();
  await server?.stop();
  await store.close();
});

async function start() {
  calls = [];
  return await test.worker.triggerWorkflow('steps');
}

async function runsOf(workflowId: string): Promise<number> {
  const { count } = await server.client.workflow.count(`WorkflowId = "${workflowId}"`);
  return count;
}

describe('a run that continues as new', () => {
  it('is one execution', async () => {
    const run = await start();
    expect(await run.result()).toMatchObject({ status: 'SUCCESS', output: { last: STEPS.at(-1) } });
    expect(calls).toEqual(STEPS);
    await expect.poll(() => runsOf(run.temporalWorkflowId)).toBeGreaterThan(1);
    const { items } = await store.workflows.list({ project: 'continues', limit: 10 });
    expect(items).toMatchObject([{ workflowExecId: run.workflowExecId, status: 'SUCCESS' }]);
  });

  it('stays paused, and has what it was sent meanwhile', async () => {
    const { worker } = test;
    const gates = Array.from({ length: EVENTS_OF_A_RUN + 5 }, (_, n) => n);
    const run = await worker.triggerWorkflow('gates', { gates });
    await expect.poll(async () => (await run.view())?.status).toBe('WAITING');
    await worker.pauseWorkflow('gates', run.workflowExecId);
    const send = (n: number) => server.client.workflow.getHandle(run.temporalWorkflowId).signal(`open-${n}`, { n });
    for (const n of gates) await send(n);
    await expect.poll(() => runsOf(run.temporalWorkflowId)).toBeGreaterThan(1);
    expect((await run.view())?.status).toBe('PAUSED');
    await worker.resumeWorkflow('gates', run.workflowExecId);
    expect(await run.result()).toMatchObject({ status: 'SUCCESS', output: { opened: gates.length } });
  });

  it('goes on when what comes in at that moment means nothing to it any more', async () => {
    const run = await test.worker.triggerWorkflow('limits');
    expect(await run.result()).toMatchObject({ status: 'SUCCESS', output: { last: 99 } });
    await expect.poll(() => runsOf(run.temporalWorkflowId)).toBeGreaterThan(1);
  });

  it('waits for the store of its large values, however long that is away', async () => {
    const run = await start();
    onHandOver = async () => {
      refusals = REFUSALS;
    };
    expect(await run.result()).toMatchObject({ status: 'SUCCESS', output: { last: STEPS.at(-1) } });
    expect(refusals).toBe(0);
  });
});
