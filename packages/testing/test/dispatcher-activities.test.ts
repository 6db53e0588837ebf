import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createMemoryBlobStore } from '@compozy/core/blobs';
import { createDispatcherActivities } from '@compozy/dispatcher';

const activities = createDispatcherActivities({
  project: { name: 'own', plan: () => undefined, workflowIds: () => [] },
  runs: { startRun: () => Promise.reject(new Error('nothing is started here')) },
  blobs: createMemoryBlobStore(),
});

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
