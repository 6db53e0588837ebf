import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAUSE_SIGNAL } from '@compozy/core';
import { loadProject } from '@compozy/core/loader';
import { eventExecId } from '@compozy/core/schema';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { EVENT_SIGNAL } from '@compozy/dispatcher';
import { createWorker, type CompozyWorker } from '@compozy/worker';

let dir: string;
let server: DevServer;
let worker: CompozyWorker;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-odd-signals-'));
  await writeFile(path.join(dir, 'compozy.yaml'), 'name: odd\nworkflows: [{ source: ./hold.yaml }]\n');
  await writeFile(
    path.join(dir, 'hold.yaml'),
    `id: hold
triggers: [{ type: signal, name: begun }]
tasks: [{ id: hold, type: wait, wait_for: approval }]
outputs: { by: "{{ .tasks.hold.output.signal.payload.by }}" }
`,
  );
  server = await startDevServer();
  worker = await createWorker({ project: await loadProject(dir), temporal: { hostPort: server.address } });
  await worker.setup();
});

afterAll(async () => {
  await worker?.stop();
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** As a client with a codec that this worker has not: the payload cannot be read. */
async function signalUnreadable(workflowId: string, signalName: string): Promise<void> {
  const { client } = worker;
  const payload = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('x') };
  await client.workflowService.signalWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId },
    signalName,
    input: { payloads: [payload] },
  });
}

const ODD = [
  ['with a name that the SDK keeps for itself', (id) => worker.client.workflow.getHandle(id).signal('__temporal_x', 1)],
  [
    'with a reserved name that the SDK lets through',
    (id) => worker.client.workflow.getHandle(id).signal('__temporal_workflow_stream_publish', 1),
  ],
  ['with a payload that cannot be read', (id) => signalUnreadable(id, 'approval')],
  ['to pause it, with a payload that cannot be read', (id) => signalUnreadable(id, PAUSE_SIGNAL)],
] satisfies [string, (temporalWorkflowId: string) => Promise<void>][];

describe('a signal of a foreign client', () => {
  it.each(ODD)('%s does not stop a run that waits', async (_name, send) => {
    const run = await worker.triggerWorkflow('hold');
    await expect.poll(async () => (await run.view())?.status).toBe('WAITING');
    await send(run.temporalWorkflowId);
    await worker.client.workflow.getHandle(run.temporalWorkflowId).signal('approval', { by: 'Ann' });
    expect(await run.result()).toMatchObject({ status: 'SUCCESS', output: { by: 'Ann' } });
  });

  it('that came before the first step does not stop a run', async () => {
    const handle = await worker.client.workflow.signalWithStart('hold', {
      workflowId: 'odd-from-the-beginning',
      taskQueue: worker.taskQueue,
      signal: '__temporal_x',
    });
    await signalUnreadable(handle.workflowId, 'approval');
    await handle.signal('approval', { by: 'Eve' });
    expect(await handle.result()).toMatchObject({ status: 'SUCCESS', output: { by: 'Eve' } });
  });

  it('with a payload that cannot be read does not stop the dispatcher', async () => {
    await signalUnreadable(worker.dispatcherId, EVENT_SIGNAL);
    await worker.sendEvent({ name: 'begun', eventId: 'after' });
    const run = worker.run(
      'hold',
      eventExecId({ project: 'odd', workflowId: 'hold', event: 'begun', eventId: 'after' }),
    );
    await expect.poll(async () => (await run.view().catch(() => undefined))?.status).toBe('WAITING');
    await worker.client.workflow.getHandle(run.temporalWorkflowId).signal('approval', { by: 'Bob' });
    expect(await run.result()).toMatchObject({ output: { by: 'Bob' } });
  });
});
