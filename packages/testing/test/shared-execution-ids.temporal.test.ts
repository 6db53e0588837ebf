import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSecretMask } from '@compozy/activities';
import { CompozyError, type Store } from '@compozy/core';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createSqliteStore } from '@compozy/store';
import { createRunReconciler, createWorker } from '@compozy/worker';

const FILES = {
  'compozy.yaml': 'name: shared\nworkflows: [{ source: ./ask.yaml }, { source: ./tell.yaml }]\n',
  'ask.yaml': `id: ask
tasks:
  - { id: name, type: aggregate, outputs: { who: "{{ .workflow.input.who }}" }, on_success: { next: hold } }
  - { id: hold, type: wait, wait_for: answer, on_success: { next: end } }
  - { id: end, type: aggregate, outputs: { who: "{{ .workflow.input.who }}" } }
`,
  'tell.yaml': `id: tell
tasks:
  - { id: name, type: aggregate, outputs: { who: "{{ .workflow.input.who }}" }, on_success: { next: told } }
  - { id: told, type: aggregate, outputs: { who: "{{ .workflow.input.who }}" } }
`,
};

let dir: string;
let server: DevServer;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-shared-ids-'));
  await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(path.join(dir, name), text)));
  server = await startDevServer();
});

afterAll(async () => {
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** A store that can be down, and says how many writes of rows it has refused. */
function shaky(kept: Store) {
  const state = { isDown: false, refused: 0 };
  const unlessDown =
    <A extends readonly unknown[], R>(action: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> => {
      if (!state.isDown) return action(...args);
      state.refused += 1;
      return Promise.reject(new CompozyError('Store.Unavailable', 'The database is down'));
    };
  const workflows = {
    ...kept.workflows,
    upsert: unlessDown(kept.workflows.upsert),
    get: unlessDown(kept.workflows.get),
  };
  const tasks = { ...kept.tasks, upsertAll: unlessDown(kept.tasks.upsertAll) };
  return { state, store: { ...kept, workflows, tasks } };
}

it.each([
  ['ends', 'SUCCESS'],
  ['is terminated', 'CANCELED'],
] as const)(
  'tasks stay with the run that has the row when several were given one id while the store was down, and it %s',
  async (how, status) => {
    await using kept = createSqliteStore({ path: ':memory:' });
    const { state, store } = shaky(kept);
    const worker = await createWorker({
      project: await loadProject(dir),
      temporal: { hostPort: server.address, taskQueue: `shared-${status}` },
      store,
    });
    await worker.setup();
    try {
      const { client, taskQueue } = worker;
      const id = `shared-${status}`;
      const start = (type: string, who: string) =>
        client.workflow.start(type, {
          workflowId: `${who}-${status}`,
          taskQueue,
          args: [{ workflow_exec_id: id, input: { who } }],
        });
      state.isDown = true;
      const runs = { first: await start('ask', 'first'), second: await start('ask', 'second') };
      // The first write of each, and that it waits.
      await expect.poll(() => state.refused).toBeGreaterThanOrEqual(4);
      const third = await start('tell', 'third');
      await third.result();
      state.isDown = false;

      const row = () => kept.workflows.get(id);
      await expect.poll(row).toMatchObject({ status: expect.any(String) as string });
      const owner = (await row())!.temporalWorkflowId;
      const who = owner.slice(0, -status.length - 1);
      const tasksOf = async () => {
        const { items } = await kept.tasks.list(id, { limit: 100 });
        return items.map(({ path: at, output, status: ended }) => [at, (output as { who?: string })?.who, ended]);
      };
      const reconciler = createRunReconciler({
        client,
        project: 'shared',
        taskQueue,
        instance: 'test',
        store: kept,
        mask: () => createSecretMask({}),
        settleMs: 0,
      });
      const losers = Object.entries(runs).filter(([name]) => name !== who);
      // They write when they go on, and end.
      for (const [, run] of losers) {
        if (how === 'is terminated') await run.terminate();
        else {
          await run.signal('answer', {});
          await run.result();
        }
        await reconciler.reconcile();
      }
      expect((await tasksOf()).filter(([, by]) => by !== undefined && by !== who)).toEqual([]);
      const winner = Object.entries(runs).find(([name]) => name === who)?.[1];
      if (winner !== undefined && how === 'is terminated') await winner.terminate();
      else {
        await winner?.signal('answer', {});
        await winner?.result();
      }
      await reconciler.reconcile();
      await reconciler.stop();
      const ended = winner === undefined ? 'SUCCESS' : status;
      await expect.poll(row).toMatchObject({ status: ended, temporalWorkflowId: owner });
      expect(await tasksOf()).toEqual(
        winner === undefined
          ? [
              ['name', who, 'SUCCESS'],
              ['told', who, 'SUCCESS'],
            ]
          : [
              ['name', who, 'SUCCESS'],
              ['hold', undefined, status],
              ...(how === 'ends' ? [['end', who, 'SUCCESS']] : []),
            ],
      );
    } finally {
      await worker.stop();
    }
  },
);
