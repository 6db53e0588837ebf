import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { eventExecId } from '@compozy/core/schema';
import { loadProject } from '@compozy/core/loader';
import { startDevServer } from '@compozy/dev-server';
import { bundleWorkflows, createWorker } from '@compozy/worker';

const ownWorkflows = fileURLToPath(new URL('./__fixtures__/own-workflows.mjs', import.meta.url));

it('bundles workflow code of a user as it is now, TypeScript and what it imports included', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-own-'));
  try {
    const cache = path.join(dir, 'cache');
    const code = path.join(dir, 'src');
    await mkdir(code);
    const entry = path.join(code, 'main.ts');
    const beside = path.join(code, 'greeting.ts');
    await writeFile(
      entry,
      "import { word } from './greeting.js';\nexport const greet = async (): Promise<string> => word;\n",
    );
    await writeFile(beside, "export const word: string = 'before-it-changed';\n");
    const first = await readFile(await bundleWorkflows(entry, cache), 'utf8');
    expect(first.includes('before-it-changed')).toBe(true);
    await writeFile(beside, "export const word: string = 'after-it-changed';\n");
    const second = await readFile(await bundleWorkflows(entry, cache), 'utf8');
    expect(second.includes('after-it-changed')).toBe(true);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

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
    workflowsPath: ownWorkflows,
    activities: { double: async (n: number) => n * 2 },
  });
  try {
    await worker.setup();
    const { client, taskQueue } = worker;
    const own = await client.workflow.start('mine', { taskQueue, workflowId: 'mine', args: ['x'] });
    expect(await own.result()).toBe('mine: x');
    const calls = await client.workflow.start('callAll', { taskQueue, workflowId: 'calls', args: [[['double', 21]]] });
    expect(await calls.result()).toEqual([42]);
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
    const taken = createWorker({
      project: await loadProject(dir),
      temporal: { hostPort: server.address },
      activities: { runTool: async () => 1 },
    });
    await expect(taken).rejects.toMatchObject({ code: 'Config.Invalid', details: { names: ['runTool'] } });
  } finally {
    await worker.stop();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
