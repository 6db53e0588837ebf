import type { Client } from '@temporalio/client';
import type { HealthCheck } from './health-check.js';

/** A poller that the server saw within this time is there; a long poll takes up to a minute. */
const POLLER_AGE_MS = 120_000;
const WORKFLOW_QUEUE = 1;

export interface PollingWorker {
  readonly client: Client;
  readonly taskQueue: string;
  /** Settles when it polls no more. */
  readonly ended: Promise<void>;
}

/** Whether Temporal answers, and whether it sees this worker poll. */
export function createWorkerChecks(worker: PollingWorker): readonly HealthCheck[] {
  const { client, taskQueue } = worker;
  const { namespace, identity } = client.options;
  let hasEnded = false;
  const end = () => {
    hasEnded = true;
  };
  worker.ended.then(end, end);
  return [
    {
      name: 'temporal',
      check: async () => void (await client.workflowService.describeNamespace({ namespace })),
    },
    {
      name: 'polling',
      async check() {
        if (hasEnded) throw new Error('The worker has ended');
        const { pollers } = await client.workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name: taskQueue },
          taskQueueType: WORKFLOW_QUEUE,
        });
        const since = Date.now() / 1000 - POLLER_AGE_MS / 1000;
        const isSeen = (pollers ?? []).some(
          (poller) => poller.identity === identity && Number(poller.lastAccessTime?.seconds ?? 0) >= since,
        );
        if (!isSeen) throw new Error(`Temporal does not see "${identity}" poll ${taskQueue}`);
      },
    },
  ];
}
