import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { eventExecId } from '@compozy/core/schema';
import { loadProject } from '@compozy/core/loader';
import { startDevServer } from '@compozy/dev-server';
import { createWorker } from '@compozy/worker';

it('serves workflow code of a user, the engine and the dispatcher in one worker', async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-own-'));
  await writeFile(path.join(dir, 'compozy.yaml'), 'name: own\nworkflows: [{ source: ./note.yaml }]\n');
  await writeFile(
    path.join(dir, 'note.yaml'),
    'id: note\ntriggers: [{ type: signal, name: noted }]\ntasks: [{ id: a, type: aggregate, outputs: { n: 1 } }]\n',
  );
  const server = await startDevServer();
  const worker = await createWorker({
    project: await loadProject(dir),
    temporal: { hostPort: server.address },
    workflowsPath: fileURLToPath(new URL('./__fixtures__/own-workflows.mjs', import.meta.url)),
  });
  try {
    await worker.setup();
    const { client, taskQueue } = worker;
    const own = await client.workflow.start('mine', { taskQueue, workflowId: 'mine', args: ['x'] });
    expect(await own.result()).toBe('mine: x');
    await worker.sendEvent({ name: 'noted', eventId: 'e' });
    const id = eventExecId({ project: 'own', workflowId: 'note', event: 'noted', eventId: 'e' });
    await expect
      .poll(
        async () =>
          (
            await worker
              .run('note', id)
              .view()
              .catch(() => null)
          )?.status,
      )
      .toBe('SUCCESS');
    // What every object inherits is no workflow.
    const odd = await client.workflow.start('toString', { taskQueue, workflowId: 'odd', args: [{}] });
    await expect(odd.result()).rejects.toMatchObject({ cause: { type: 'Config.UnknownWorkflow' } });
  } finally {
    await worker.stop();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
