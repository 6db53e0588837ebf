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
  /** From this age on an answer is renewed; 1,000 ms by default. */
  readonly maxAgeMs?: number;
}

/** What was heard this many times `maxAgeMs` ago still tells more than nothing. */
const USABLE_AGES = 5;
const TIMEOUT_MS = 2_000;
const WORKFLOW_QUEUE = 1;
const ACTIVITY_QUEUE = 2;

/**
 * Asks the server what waits, once for all who ask at about the same time. The function throws what the server throws,
 * where there is no answer of the last seconds.
 */
export function createQueueBacklog(options: QueueBacklogOptions): () => Promise<Backlog> {
  const { client, taskQueue, maxAgeMs = 1_000 } = options;
  let last: { readonly at: number; readonly backlog: Backlog } | undefined;
  let asking: Promise<Backlog> | undefined;

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

  async function askBoth(): Promise<Backlog> {
    const [workflows, activities] = await Promise.all([ask(WORKFLOW_QUEUE), ask(ACTIVITY_QUEUE)]);
    return { tasks: workflows.tasks + activities.tasks, perSecond: workflows.perSecond + activities.perSecond };
  }

  return async () => {
    const now = performance.now();
    const answered = last;
    if (asking === undefined && (answered === undefined || now - answered.at >= maxAgeMs)) {
      asking = askBoth()
        .then((backlog) => {
          last = { at: performance.now(), backlog };
          return backlog;
        })
        .finally(() => {
          asking = undefined;
        });
      asking.catch(() => undefined);
    }
    // Nobody waits for the server as long as what it said is not too old.
    if (answered !== undefined && now - answered.at < maxAgeMs * USABLE_AGES) return answered.backlog;
    return await asking!;
  };
}
