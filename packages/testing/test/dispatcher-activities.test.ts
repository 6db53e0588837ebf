import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createMemoryBlobStore } from '@compozy/core/blobs';
import { createDispatcherActivities, createDispatcherWatch } from '@compozy/dispatcher';
import { createSqliteStore, withRedisCache } from '@compozy/store';
import { redisMissing, startRedis } from '../../store/test/servers/start-redis.js';

const options = {
  project: { name: 'own', plan: () => undefined, workflowIds: () => [] },
  runs: { startRun: () => Promise.reject(new Error('nothing is started here')) },
  blobs: createMemoryBlobStore(),
};
const activities = createDispatcherActivities(options);

/** As Temporal gets it from a second attempt. */
const call = <I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> =>
  new MockActivityEnvironment({ attempt: 2 }).run(activity, input);

describe('createDispatcherActivities', () => {
  it('fails for good with a code where there is no store to note a sign of life', async () => {
    const beat = { dispatcherId: 'dispatcher-own-x', projectName: 'own', serverId: 'x', ttlMs: 1_000 };
    await expect(call(activities.dispatcherHeartbeat, beat)).rejects.toMatchObject({
      name: 'ApplicationFailure',
      type: 'Config.Invalid',
      nonRetryable: true,
      details: [{ attempt: 2, failure: { code: 'Config.Invalid' } }],
    });
  });

  it('fails with a code for the events of another project', async () => {
    const input = { project: 'other', dispatcher_id: 'dispatcher-other-x', events: [] };
    await expect(call(activities.startTriggered, input)).rejects.toMatchObject({
      name: 'ApplicationFailure',
      type: 'Config.WrongProject',
      nonRetryable: true,
    });
  });
});

describe.skipIf(redisMissing !== undefined)('a sign of life in Redis', () => {
  it('has the id of the dispatcher in its key, whoever gives it', async () => {
    await using redis = await startRedis();
    await using store = withRedisCache(createSqliteStore({ path: ':memory:' }), { url: redis.url });
    const { dispatcherHeartbeat } = createDispatcherActivities({ ...options, store });
    await expect
      .poll(() =>
        store.pingCache().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    const beat = { dispatcherId: 'dispatcher-own-x', projectName: 'own', serverId: 'x', ttlMs: 600_000 };
    await call(dispatcherHeartbeat, beat);
    // A beat needs no Temporal.
    const client = undefined as unknown as Client;
    const watch = createDispatcherWatch({
      client,
      project: 'own',
      instance: 'y',
      store,
      ttlMs: 600_000,
      intervalMs: 600_000,
    });
    await watch.start();
    const keys = async () => ((await redis.command('KEYS', '*')) as string[]).toSorted();
    expect(await keys()).toEqual(['dispatcher:heartbeat:dispatcher-own-x', 'dispatcher:heartbeat:dispatcher-own-y']);
    await watch.stop();
    expect(await keys()).toEqual(['dispatcher:heartbeat:dispatcher-own-x']);
  });
});
