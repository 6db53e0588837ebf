import type { Client } from '@temporalio/client';

/** What waits on a task queue. */
export interface Backlog {
  /** Tasks that no worker has taken yet, of workflows and activities; about as many, the server says. */
  readonly tasks: number;
  /** Tasks that workers took each second, lately. */
  readonly perSecond: number;
}

export interface QueueBacklogOptions {
  readonly client: Client;
  readonly taskQueue: string;
  /** How old an answer may be; 1,000 ms by default. */
  readonly maxAgeMs?: number;
}

const TIMEOUT_MS = 2_000;
const WORKFLOW_QUEUE = 1;
const ACTIVITY_QUEUE = 2;

/** Asks the server what waits, once for all who ask at about the same time. @throws what the server throws. */
export function createQueueBacklog({ client, taskQueue, maxAgeMs = 1_000 }: QueueBacklogOptions) {
  let known: { readonly at: number; readonly backlog: Promise<Backlog> } | undefined;

  async function ask(taskQueueType: number): Promise<Backlog> {
    const { namespace } = client.options;
    const { stats } = await client.withDeadline(Date.now() + TIMEOUT_MS, () =>
      client.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType,
        reportStats: true,
      }),
    );
    return { tasks: Number(stats?.approximateBacklogCount ?? 0), perSecond: stats?.tasksDispatchRate ?? 0 };
  }

  return async (): Promise<Backlog> => {
    const now = performance.now();
    if (known === undefined || now - known.at >= maxAgeMs) {
      const both = Promise.all([ask(WORKFLOW_QUEUE), ask(ACTIVITY_QUEUE)]);
      const backlog = both.then(([workflows, activities]) => ({
        tasks: workflows.tasks + activities.tasks,
        perSecond: workflows.perSecond + activities.perSecond,
      }));
      backlog.catch(() => undefined);
      known = { at: now, backlog };
    }
    return await known.backlog;
  };
}
