import { expect, it } from 'vitest';
import type { RunView } from '@compozy/core';
import type { RunReference } from './api-dependencies.js';
import { createSharedReads } from './share-reads.js';

function fakeRuns() {
  let asked = 0;
  let fails = false;
  return {
    asked: () => asked,
    fail: (value: boolean) => (fails = value),
    async find(workflowExecId: string) {
      asked += 1;
      if (fails) throw new Error('Temporal is away');
      return { workflowExecId } as RunReference;
    },
    read: async ({ workflowExecId }: RunReference) =>
      ({ workflow_exec_id: workflowExecId, output: asked }) as unknown as RunView,
  };
}

it('asks once for all who watch the same run, and again once that is too old', async () => {
  const runs = fakeRuns();
  const shared = createSharedReads(runs);
  const watchers = Array.from({ length: 50 }, () => shared.watch('a'));
  const views = await Promise.all(watchers.map((watcher) => watcher.read(60_000)));
  expect(runs.asked()).toBe(1);
  expect(new Set(views).size).toBe(1);
  await watchers[0]!.read(0);
  expect(runs.asked()).toBe(2);
  using other = shared.watch('b');
  expect(await other.read(60_000)).toMatchObject({ workflow_exec_id: 'b' });
  expect([shared.watchers, shared.watchersOf(''), shared.watchersOf('key:a')]).toEqual([51, 51, 0]);
});

it('asks anew after a failure, and keeps nothing once nobody watches', async () => {
  const runs = fakeRuns();
  const shared = createSharedReads(runs);
  {
    using watcher = shared.watch('a');
    runs.fail(true);
    await expect(watcher.read(60_000)).rejects.toThrow('Temporal is away');
    runs.fail(false);
    expect(await watcher.read(60_000)).toMatchObject({ output: 2 });
  }
  expect([shared.watchers, shared.watchersOf('')]).toEqual([0, 0]);
  using later = shared.watch('a');
  expect(await later.read(60_000)).toMatchObject({ output: 3 });
});
