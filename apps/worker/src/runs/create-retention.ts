import type { Store } from '@compozy/core';
import type { BlobSweep } from './create-blob-sweep.js';

export interface RetentionOptions {
  readonly project: string;
  /** Names this process, for the lease that one of many has. */
  readonly instance: string;
  readonly store: Pick<Store, 'prune' | 'leases'>;
  /** Deletes what no row refers to any more. */
  readonly sweepBlobs?: BlobSweep;
  /** What is over for longer goes. */
  readonly keepMs: number;
  /** How often to look; by default a twentieth of what is kept, an hour at most. */
  readonly intervalMs?: number;
  /** Hears of a store that does not answer. The next turn tries again. */
  readonly onError?: (error: unknown) => void;
}

/** Removes rows of what is over for long and the large values of these, now and then; one worker of a project does it. */
export interface Retention {
  start(): void;
  stop(): Promise<void>;
}

const MAX_INTERVAL_MS = 60 * 60_000;
const MIN_INTERVAL_MS = 1_000;
/** Of each kind in one statement, so that nobody else waits long for the store. */
const AT_ONCE = 200;
const PAUSE_MS = 20;

export function createRetention(options: RetentionOptions): Retention {
  const { project, instance, store, sweepBlobs, keepMs, onError = () => undefined } = options;
  const { intervalMs = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, keepMs / 20)) } = options;
  const lease = `retention:${project}`;
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  async function prune(): Promise<void> {
    const before = new Date(Date.now() - keepMs).toISOString();
    for (let removed = 1; removed > 0 && !stopping.signal.aborted;) {
      if (!(await store.leases.acquire(lease, instance, intervalMs * 2))) return;
      removed = await store.prune({ project, before, limit: AT_ONCE });
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    if (!stopping.signal.aborted) await sweepBlobs?.();
  }

  function next(): void {
    timer = setTimeout(() => {
      turn = prune()
        .catch(onError)
        .finally(() => {
          if (!stopping.signal.aborted) next();
        });
    }, intervalMs).unref();
  }

  return {
    start: next,
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await turn;
      await store.leases.release(lease, instance).catch(onError);
    },
  };
}
