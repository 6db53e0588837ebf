import { CompozyError, isTerminal, type Page, type TaskRecord, type TaskRepository } from '@compozy/core';
import { sql } from 'kysely';
import type { SqlDatabase } from '../sql/sql-database.js';
import { NEVER, type Tables } from '../sql/tables.js';
import { checkLimit, readCursor, toPage, type ListName } from './page.js';
import { fromJson, inChunks, newestOfEach, toMillis } from './record-values.js';

type TaskRow = Tables['compozy_tasks'];

const COLUMNS = 7;

export function createTaskRepository(database: SqlDatabase): TaskRepository {
  const { build } = database;

  const upsert = (rows: readonly TaskRow[]) =>
    build
      .insertInto('compozy_tasks')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet((row) => ({
            execution_id: row.ref('excluded.execution_id'),
            parent_id: row.ref('excluded.parent_id'),
            terminal: row.ref('excluded.terminal'),
            version: row.ref('excluded.version'),
            started_at: row.ref('excluded.started_at'),
            record: row.ref('excluded.record'),
          }))
          .where('compozy_tasks.terminal', '=', 0)
          .whereRef('compozy_tasks.version', '<', 'excluded.version'),
      );

  async function page(
    list: ListName,
    column: 'execution_id' | 'parent_id',
    value: string,
    options: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<TaskRecord>> {
    const limit = checkLimit(options.limit);
    const after = readCursor(list, options.cursor);
    let query = build.selectFrom('compozy_tasks').select(['id', 'started_at', 'record']).where(column, '=', value);
    if (after !== undefined) query = query.where(sql<boolean>`(started_at, id) > (${after.at}, ${after.id})`);
    const rows = await database.run(
      query
        .orderBy('started_at')
        .orderBy('id')
        .limit(limit + 1),
    );
    return toPage(rows, {
      list,
      limit,
      timeOf: (row) => Number(row.started_at),
      read: (row) => fromJson<TaskRecord>(row.record),
    });
  }

  return {
    async upsertAll(records) {
      const rows = newestOfEach(
        records,
        (record) => record.task_exec_id,
        (next, kept) => !isTerminal(kept.status) && next.version > kept.version,
      ).map(toRow);
      const statements = inChunks(rows, Math.floor(database.maxParameters / COLUMNS)).map(upsert);
      // Temporal has it too.
      const options = { mayBeLost: true } as const;
      if (statements.length === 1) await database.run(statements[0]!, options);
      else if (statements.length > 1) await database.atomically(statements, options);
    },

    async get(taskExecId) {
      const [row] = await database.run(build.selectFrom('compozy_tasks').select('record').where('id', '=', taskExecId));
      return row === undefined ? undefined : fromJson<TaskRecord>(row.record);
    },

    list: (workflowExecId, options) => page('tasks', 'execution_id', workflowExecId, options),
    children: (parentStateId, options) => page('children', 'parent_id', parentStateId, options),
  };
}

function toRow(record: TaskRecord): TaskRow {
  if (record.task_exec_id === '') {
    throw new CompozyError('Input.Invalid', `The task "${record.path}" has no task_exec_id`);
  }
  return {
    id: record.task_exec_id,
    execution_id: record.workflowExecId,
    parent_id: record.parent_state_id ?? null,
    terminal: isTerminal(record.status) ? 1 : 0,
    version: record.version,
    started_at: record.started_at === null ? NEVER : toMillis('started_at', record.started_at),
    record: JSON.stringify(record),
  };
}
