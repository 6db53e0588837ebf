import type { Store } from '@compozy/core';
import type { SqlDatabase } from '../sql/sql-database.js';
import { checkLimit } from './page.js';
import { toMillis } from './record-values.js';

/** Of an execution there may be any number, and a statement may take 10 s. */
const TASKS_AT_ONCE = 5_000;

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
      const tasks = await run(
        build
          .selectFrom('compozy_tasks')
          .select('execution_id as of')
          .where('execution_id', 'in', ids)
          .orderBy('execution_id')
          .limit(TASKS_AT_ONCE + 1),
      );
      if (tasks.length <= TASKS_AT_ONCE) return await remove(ids);
      // Of the last one there may be more.
      const last = tasks.at(-1)!.of;
      const whole = [...new Set(tasks.map(({ of }) => of))].filter((id) => id !== last);
      if (whole.length > 0) return await remove(whole);
      while ((await removeTasks(last)) === TASKS_AT_ONCE);
      return await remove([last]);
    }

    async function remove(ids: readonly string[]): Promise<number> {
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

    /** For an execution that has too many for one statement: it is shown with the rest until they are gone. */
    async function removeTasks(executionId: string): Promise<number> {
      const some = build.selectFrom('compozy_tasks').select('id').where('execution_id', '=', executionId);
      const gone = build.deleteFrom('compozy_tasks').where('id', 'in', some.limit(TASKS_AT_ONCE));
      return (await run(gone.returning('id'), { mayBeLost: true })).length;
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
