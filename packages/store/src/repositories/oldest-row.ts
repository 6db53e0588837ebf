import type { Store } from '@compozy/core';
import type { SqlDatabase } from '../sql/sql-database.js';

/** Jumps along the indexes of the lists from project to project: their oldest row stands first there. */
export function createOldestRow({ build, run }: SqlDatabase): Store['oldestRow'] {
  async function executions(after: string | undefined) {
    const [row] = await run(
      build
        .selectFrom('compozy_executions')
        .select(['project', 'started_at as at'])
        .$if(after !== undefined, (query) => query.where('project', '>', after!))
        .orderBy('project')
        .orderBy('started_at')
        .orderBy('id')
        .limit(1),
    );
    return row;
  }

  async function events(after: string | undefined) {
    const [row] = await run(
      build
        .selectFrom('compozy_events')
        .select(['project', 'accepted_at as at'])
        .$if(after !== undefined, (query) => query.where('project', '>', after!))
        .orderBy('project')
        .orderBy('accepted_at')
        .orderBy('id')
        .limit(1),
    );
    return row;
  }

  async function letters(after: string | undefined) {
    const [row] = await run(
      build
        .selectFrom('compozy_dead_letters')
        .select(['project', 'at'])
        .$if(after !== undefined, (query) => query.where('project', '>', after!))
        .orderBy('project')
        .orderBy('at')
        .orderBy('id')
        .limit(1),
    );
    return row;
  }

  return async () => {
    let oldest = Infinity;
    for (const firstAfter of [executions, events, letters]) {
      for (let row = await firstAfter(undefined); row !== undefined; row = await firstAfter(row.project))
        oldest = Math.min(oldest, Number(row.at));
    }
    return oldest === Infinity ? undefined : new Date(oldest).toISOString();
  };
}
