import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GENERIC_WORKFLOW_TYPE } from '@compozy/core';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createWorker, type CompozyWorker } from '@compozy/worker';

const ASK = 'id: ask\ntasks: [{ id: gate, type: wait, wait_for: answer }]\n';
/** Chosen by the callers of both. */
const SAME = { workflowExecId: 'order-7' };

const dirs: string[] = [];
let temporal: DevServer;
let ours: CompozyWorker;
let theirs: CompozyWorker;

async function newWorker(name: string): Promise<CompozyWorker> {
  const dir = await mkdtemp(path.join(tmpdir(), `compozy-${name}-`));
  dirs.push(dir);
  await writeFile(path.join(dir, 'compozy.yaml'), `name: ${name}\nworkflows: [{ source: ./ask.yaml }]\n`);
  await writeFile(path.join(dir, 'ask.yaml'), ASK);
  const worker = await createWorker({
    project: await loadProject(dir),
    temporal: { hostPort: temporal.address },
    dispatcher: 'on-demand',
    store: false,
  });
  await worker.setup();
  return worker;
}

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  temporal = await startDevServer();
  ours = await newWorker('ours');
  theirs = await newWorker('theirs');
});

afterAll(async () => {
  await Promise.all([ours?.stop(), theirs?.stop()]);
  await temporal?.stop();
  await Promise.all(dirs.map((dir) => rm(dir, { recursive: true, force: true })));
});

const statusOf = async (worker: CompozyWorker, id: string) => (await worker.run('ask', id).view())?.status;

describe('two projects of one namespace with the same workflow and execution ids', () => {
  it('steer their own runs only', async () => {
    await ours.triggerWorkflow('ask', {}, SAME);
    const id = SAME.workflowExecId;
    await expect.poll(() => statusOf(ours, id)).toBe('WAITING');

    const wrongProject = { code: 'Config.WrongProject' };
    await expect(theirs.pauseWorkflow('ask', id)).rejects.toMatchObject(wrongProject);
    await expect(theirs.resumeWorkflow('ask', id)).rejects.toMatchObject(wrongProject);
    await expect(theirs.cancelWorkflow('ask', id)).rejects.toMatchObject(wrongProject);
    const answer = { ...SAME, eventType: 'answer', data: {} };
    await expect(theirs.sendSignal(answer)).rejects.toMatchObject({ code: 'Signal.NoSuchRun' });
    for (const existing of ['refuse', 'join'] as const) {
      const started = theirs.triggerWorkflow('ask', {}, { ...SAME, existing });
      await expect(started).rejects.toMatchObject({ code: 'Run.Exists' });
    }
    expect(await statusOf(ours, id)).toBe('WAITING');

    await ours.pauseWorkflow('ask', id);
    await expect.poll(() => statusOf(ours, id)).toBe('PAUSED');
    await ours.resumeWorkflow('ask', id);
    await ours.sendSignal(answer);
    expect(await ours.run('ask', id).result()).toMatchObject({ status: 'SUCCESS' });
    expect((await ours.triggerWorkflow('ask', {}, { ...SAME, existing: 'join' })).runId).toBeUndefined();
  });

  it('have the runs that a stranger started by their task queue', async () => {
    const args = [{ workflow_id: 'ask', workflow_exec_id: 'by-hand' }];
    const options = { taskQueue: ours.taskQueue, workflowId: 'ask-by-hand', args };
    await ours.client.workflow.start(GENERIC_WORKFLOW_TYPE, options);
    await expect.poll(() => statusOf(ours, 'by-hand')).toBe('WAITING');
    await expect(theirs.cancelWorkflow('ask', 'by-hand')).rejects.toMatchObject({ code: 'Config.WrongProject' });
    await ours.cancelWorkflow('ask', 'by-hand');
    expect(await ours.run('ask', 'by-hand').result()).toMatchObject({ status: 'CANCELED' });
  });
});
