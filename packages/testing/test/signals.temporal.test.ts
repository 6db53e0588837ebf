import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIGNAL_UPDATE, type Json, type JsonObject } from '@compozy/core';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createWorker, type CompozyWorker } from '@compozy/worker';

const FILES = {
  'compozy.yaml': `name: signals
workflows: [{ source: ./tell.yaml }, { source: ./listen.yaml }, { source: ./other.yaml }, { source: ./speak.yaml }]
`,
  'tell.yaml': `id: tell
tasks:
  - id: send
    type: signal
    signal: { id: order.ready, payload: { order: "{{ .workflow.input.order }}" } }
`,
  'listen.yaml': `id: listen
config: { input: { type: object, properties: { order: { type: integer }, lane: { type: string, default: slow } } } }
triggers: [{ type: signal, name: order.ready, schema: { type: object, required: [order] } }]
tasks: [{ id: hold, type: wait, wait_for: approval, condition: signal.payload.ok }]
outputs:
  order: "{{ .workflow.input.order }}"
  lane: "{{ .workflow.input.lane }}"
  by: "{{ .tasks.hold.output.signal.payload.by }}"
  from: "{{ .trigger.source }}"
  correlation: "{{ .trigger.correlation_id }}"
`,
  'other.yaml': `id: other
triggers: [{ type: signal, name: order.ready, schema: { type: object, required: [customer] } }]
tasks: [{ id: a, type: aggregate, outputs: { x: 1 } }]
`,
  'speak.yaml': `id: speak
tasks:
  - id: say
    type: signal
    signal: { id: approval, payload: { ok: true, by: speak }, workflow_exec_id: "{{ .workflow.input.run }}" }
`,
};

let dir: string;
let server: DevServer;
let worker: CompozyWorker;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-signals-'));
  await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(path.join(dir, name), text)));
  server = await startDevServer();
  worker = await createWorker({ project: await loadProject(dir), temporal: { hostPort: server.address } });
  await worker.setup();
});

afterAll(async () => {
  await worker?.stop();
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

describe('a signal task', () => {
  it('starts the workflows with that trigger, says which it did not, and can speak to the run that it started', async () => {
    const told = await (await worker.triggerWorkflow('tell', { order: 7 })).result();
    const sent = told.tasks['send']!.output as JsonObject;
    expect(sent).toMatchObject({
      signal_dispatched: true,
      started: [{ workflow_id: 'listen' }],
      rejected: [{ workflow_id: 'other', error: { code: 'Input.Invalid' } }],
    });
    const { workflow_exec_id: run } = (sent['started'] as unknown as { workflow_exec_id: string }[])[0]!;
    const spoken = await (await worker.triggerWorkflow('speak', { run })).result();
    expect(spoken.status).toBe('SUCCESS');
    const listened = await worker.run('listen', run).result();
    expect(listened).toMatchObject({
      status: 'SUCCESS',
      output: { order: 7, lane: 'slow', by: 'speak', from: 'task:tell', correlation: told.workflow_exec_id },
    });
  });

  it('fails when the run that it speaks to is not there', async () => {
    const spoken = await (await worker.triggerWorkflow('speak', { run: 'nobody' })).result();
    expect(spoken).toMatchObject({ status: 'FAILED', error: { code: 'Signal.NoSuchRun' } });
  });

  it('finds a run that was started under another Workflow Id by its execution id', async () => {
    const { client, taskQueue } = worker;
    await client.workflow.start('listen', {
      taskQueue,
      workflowId: 'a-name-of-its-own',
      args: [{ workflow_exec_id: 'mine', input: { order: 1 } }],
      searchAttributes: { CompozyExecId: ['mine'] },
    });
    // Temporal's lists follow a moment later; the task's own retries wait for it.
    await expect
      .poll(async () => (await (await worker.triggerWorkflow('speak', { run: 'mine' })).result()).status)
      .toBe('SUCCESS');
    const view = (await client.workflow.getHandle('a-name-of-its-own').result()) as JsonObject;
    expect(view).toMatchObject({ status: 'SUCCESS', output: { by: 'speak' } });
  });
});

describe('a run that waits', () => {
  it('hears a signal of any Temporal client, with the payload as its only argument', async () => {
    const run = await worker.triggerWorkflow('listen', { order: 2 });
    const handle = worker.client.workflow.getHandle(run.temporalWorkflowId);
    await handle.signal('approval', { ok: false, by: 'Ann' });
    await handle.signal('approval', { ok: true, by: 'Bob' });
    expect(await run.result()).toMatchObject({ status: 'SUCCESS', output: { by: 'Bob' } });
  });

  it('is found by its execution id, and hears one id once', async () => {
    const run = await worker.triggerWorkflow('listen', { order: 3 });
    const { workflowExecId } = run;
    const send = (eventId: string, data: Json) =>
      worker.sendSignal({ workflowExecId, eventType: 'approval', data, eventId });
    await send('one', { ok: false, by: 'Ann' });
    await send('one', { ok: true, by: 'again' });
    await send('two', { ok: true, by: 'Cid' });
    expect(await run.result()).toMatchObject({ status: 'SUCCESS', output: { by: 'Cid' } });
  });

  it('is shown as waiting', async () => {
    const run = await worker.triggerWorkflow('listen', { order: 4 });
    await expect.poll(async () => (await run.view())?.status).toBe('WAITING');
    await worker.cancelWorkflow('listen', run.workflowExecId);
    expect((await run.result()).status).toBe('CANCELED');
  });

  it('refuses an update when it holds as many signals as it may', async () => {
    const run = await worker.triggerWorkflow('listen', { order: 5 });
    const handle = worker.client.workflow.getHandle(run.temporalWorkflowId);
    const large = { payload: { text: 'x'.repeat(300_000) } };
    const send = () => handle.executeUpdate(SIGNAL_UPDATE, { args: ['later', large] });
    await send();
    await send();
    await send();
    const refused: unknown = await send().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WorkflowUpdateFailedError);
    expect((refused as WorkflowUpdateFailedError).cause).toMatchObject({ type: 'Signal.BufferFull' });
    const { workflowExecId } = run;
    await worker.sendSignal({ workflowExecId, eventType: 'approval', data: { ok: true, by: 'Dan' } });
    expect(await run.result()).toMatchObject({ status: 'SUCCESS', output: { by: 'Dan' } });
  });
});
