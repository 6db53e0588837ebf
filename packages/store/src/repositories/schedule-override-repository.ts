import type { ScheduleOverride, ScheduleOverrideRepository } from '@compozy/core';
import type { SqlDatabase } from '../sql/sql-database.js';
import { fromJson } from './record-values.js';

export function createScheduleOverrideRepository(database: SqlDatabase): ScheduleOverrideRepository {
  const { build } = database;
  return {
    async put(project, workflowId, override) {
      await database.run(
        build
          .insertInto('compozy_schedule_overrides')
          .values({ project, workflow_id: workflowId, record: JSON.stringify(override) })
          .onConflict((conflict) =>
            conflict.columns(['project', 'workflow_id']).doUpdateSet((row) => ({ record: row.ref('excluded.record') })),
          ),
      );
    },

    async get(project, workflowId) {
      const [row] = await database.run(
        build
          .selectFrom('compozy_schedule_overrides')
          .select('record')
          .where('project', '=', project)
          .where('workflow_id', '=', workflowId),
      );
      return row === undefined ? undefined : fromJson<ScheduleOverride>(row.record);
    },

    async list(project) {
      const rows = await database.run(
        build
          .selectFrom('compozy_schedule_overrides')
          .select(['workflow_id', 'record'])
          .where('project', '=', project)
          .orderBy('workflow_id'),
      );
      return rows.map((row) => ({ ...fromJson<ScheduleOverride>(row.record), workflowId: row.workflow_id }));
    },

    async remove(project, workflowId) {
      const removed = await database.run(
        build
          .deleteFrom('compozy_schedule_overrides')
          .where('project', '=', project)
          .where('workflow_id', '=', workflowId)
          .returning('workflow_id'),
      );
      return removed.length > 0;
    },
  };
}
