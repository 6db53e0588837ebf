import type { CompozyWorker } from '../compozy-worker.js';

export interface OtherHostsOptions {
  readonly worker: Pick<CompozyWorker, 'client' | 'taskQueue'>;
  /** Told once of each host. */
  readonly onFound: (host: string) => void;
  readonly onError: (error: unknown) => void;
  /** How often to look; 60,000 ms by default. */
  readonly intervalMs?: number;
}

/** Activities are what reads and writes files. */
const ACTIVITY_QUEUE = 2;
/** A long poll takes up to a minute. */
const POLLER_AGE_MS = 65_000;

/**
 * Looks, now and then, whether workers of other hosts take work from the same task queue: beside a store of this host
 * alone, they would not find its runs, memories and large values.
 */
export function watchOtherHosts(options: OtherHostsOptions): { stop(): void } {
  const { worker, onFound, onError, intervalMs = 60_000 } = options;
  const { client, taskQueue } = worker;
  const known = new Set([hostOf(client.options.identity)]);

  async function look(): Promise<void> {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: ACTIVITY_QUEUE,
    });
    const since = (Date.now() - POLLER_AGE_MS) / 1_000;
    for (const { identity, lastAccessTime } of pollers ?? []) {
      const host = hostOf(identity ?? '');
      if (known.has(host) || Number(lastAccessTime?.seconds ?? 0) < since) continue;
      known.add(host);
      onFound(host);
    }
  }

  const turn = () => void look().catch(onError);
  const timer = setInterval(turn, intervalMs);
  timer.unref();
  turn();
  return { stop: () => clearInterval(timer) };
}

/** The SDK calls a worker `<process>@<host>`. */
function hostOf(identity: string): string {
  return identity.slice(identity.lastIndexOf('@') + 1);
}
