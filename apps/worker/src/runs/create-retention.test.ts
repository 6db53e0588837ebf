import { describe, expect, it } from 'vitest';
import { createSqliteStore } from '@compozy/store';
import { createRetention } from './create-retention.js';

const PROJECT = 'shop';
const row = {
  workflowExecId: 'over',
  workflowId: 'greet',
  project: PROJECT,
  temporalWorkflowId: 'greet-over',
  status: 'SUCCESS' as const,
  version: 1,
  input: null,
  output: null,
  error: null,
  trigger: { type: 'api' as const },
  usage: {},
  startedAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:00.000Z',
};

describe('createRetention', () => {
  it('sweeps when the rows are gone, again and again, and tells of a sweep that fails', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    await store.workflows.upsert(row);
    const failures: unknown[] = [];
    const swept = Promise.withResolvers<undefined>();
    let sweeps = 0;
    const retention = createRetention({
      project: PROJECT,
      instance: 'a',
      store,
      keepMs: 1_000,
      intervalMs: 5,
      onError: (error) => failures.push(error),
      async sweepBlobs() {
        sweeps += 1;
        expect(await store.workflows.get('over')).toBe(undefined);
        if (sweeps === 1) throw new Error('the folder is away');
        swept.resolve(undefined);
        return 0;
      },
    });
    retention.start();
    await swept.promise;
    await retention.stop();
    expect(failures).toEqual([new Error('the folder is away')]);
  });

  it('leaves it to the one that has the lease', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    await store.leases.acquire(`retention:${PROJECT}`, 'another', 60_000);
    const looked = Promise.withResolvers<undefined>();
    let looks = 0;
    let sweeps = 0;
    const { leases } = store;
    const retention = createRetention({
      project: PROJECT,
      instance: 'a',
      store: {
        prune: (what) => store.prune(what),
        leases: {
          release: (name, owner) => leases.release(name, owner),
          async acquire(name, owner, ttlMs) {
            const has = await leases.acquire(name, owner, ttlMs);
            if ((looks += 1) === 3) looked.resolve(undefined);
            return has;
          },
        },
      },
      keepMs: 1_000,
      intervalMs: 5,
      sweepBlobs: async () => (sweeps += 1),
    });
    retention.start();
    await looked.promise;
    await retention.stop();
    expect(sweeps).toBe(0);
  });
});
