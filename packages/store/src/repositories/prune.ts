import type { Store } from '@compozy/core';
import type { SqlDatabase } from '../sql/sql-database.js';
import { checkLimit } from './page.js';
import { toMillis } from './record-values.js';

/**
 * Each kind is walked along the index of its list, from the oldest row on. What was removed and comes again, because
 * Temporal still has the run, is removed again.
 */
export function createPrune({ build, run, atomically }: SqlDatabase): Store['prune'] {
  return async ({ project, before, limit }) => {
    const time = toMillis('before', before);
    const atMost = checkLimit(limit);

    async function executions(): Promise<number> {
      const rows = await run(
        build
          .selectFrom('compozy_executions')
          .select('id')
          .where('project', '=', project)
          .where('started_at', '<', time)
          .where('terminal', '=', 1)
          .where('updated_at', '<', time)
          .orderBy('started_at')
          .orderBy('id')
          .limit(atMost),
      );
      const ids = rows.map(({ id }) => id);
      if (ids.length === 0) return 0;
      // Tasks first: nobody may find an execution without its tasks.
      await atomically(
        [
          build.deleteFrom('compozy_tasks').where('execution_id', 'in', ids),
          build.deleteFrom('compozy_executions').where('id', 'in', ids),
        ],
        { mayBeLost: true },
      );
      return ids.length;
    }

    async function events(): Promise<number> {
      const old = build
        .selectFrom('compozy_events')
        .select('id')
        .where('project', '=', project)
        .where('accepted_at', '<', time)
        .where('updated_at', '<', time)
        .orderBy('accepted_at')
        .orderBy('id')
        .limit(atMost);
      const gone = build.deleteFrom('compozy_events').where('project', '=', project).where('id', 'in', old);
      return (await run(gone.returning('id'), { mayBeLost: true })).length;
    }

    async function letters(): Promise<number> {
      const old = build
        .selectFrom('compozy_dead_letters')
        .select('id')
        .where('project', '=', project)
        .where('at', '<', time)
        .orderBy('at')
        .orderBy('id')
        .limit(atMost);
      const gone = build.deleteFrom('compozy_dead_letters').where('project', '=', project).where('id', 'in', old);
      return (await run(gone.returning('id'), { mayBeLost: true })).length;
    }

    return (await executions()) + (await events()) + (await letters());
  };
}
