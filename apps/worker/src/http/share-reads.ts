import type { RunView } from '@compozy/core';
import type { ApiRuns } from './api-dependencies.js';

export interface SharedReading extends Disposable {
  /** The run as it was at most `maxAgeMs` ago; `undefined` when there is no such run any more. */
  read(maxAgeMs: number): Promise<RunView | undefined>;
}

/** Lets all who watch the same run share one reading of it, so that Temporal is asked once for any number of them. */
export function createSharedReads(runs: Pick<ApiRuns, 'find' | 'read'>) {
  const shared = new Map<string, { watchers: number; at: number; view: Promise<RunView | undefined> }>();
  const counts = new Map<string, number>();
  let count = 0;

  const readNow = async (execId: string) => {
    const run = await runs.find(execId);
    return run === undefined ? undefined : await runs.read(run);
  };

  return {
    /** All who watch any run. */
    get watchers() {
      return count;
    },

    /** Those of them that watch in the name of `caller`. */
    watchersOf(caller: string): number {
      return counts.get(caller) ?? 0;
    },

    watch(execId: string, caller = ''): SharedReading {
      const entry = shared.get(execId) ?? { watchers: 0, at: -Infinity, view: Promise.resolve(undefined) };
      shared.set(execId, entry);
      entry.watchers += 1;
      count += 1;
      counts.set(caller, (counts.get(caller) ?? 0) + 1);
      return {
        async read(maxAgeMs) {
          const now = performance.now();
          if (now - entry.at >= maxAgeMs) {
            entry.at = now;
            entry.view = readNow(execId);
            // The next one tries anew.
            entry.view.catch(() => (entry.at = -Infinity));
          }
          return await entry.view;
        },
        [Symbol.dispose]() {
          entry.watchers -= 1;
          count -= 1;
          const left = counts.get(caller)! - 1;
          if (left === 0) counts.delete(caller);
          else counts.set(caller, left);
          if (entry.watchers === 0) shared.delete(execId);
        },
      };
    },
  };
}
