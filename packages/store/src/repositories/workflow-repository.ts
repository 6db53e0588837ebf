import {
  isTerminal,
  type Status,
  type WorkflowFilter,
  type WorkflowRecord,
  type WorkflowRepository,
} from '@compozy/core';
import { sql, type SelectQueryBuilder } from 'kysely';
import type { SqlDatabase } from '../sql/sql-database.js';
import type { Tables } from '../sql/tables.js';
import { checkLimit, readCursor, toPage, type Position } from './page.js';
import { fromJson, toMillis } from './record-values.js';

interface Row {
  readonly id: string;
  readonly started_at: number;
  readonly record: string;
}

export function createWorkflowRepository(database: SqlDatabase): WorkflowRepository {
  const { build } = database;
  return {
    async upsert(record) {
      const written = await database.run(
        build
          .insertInto('compozy_executions')
          .values({
            id: record.workflowExecId,
            project: record.project,
            workflow_id: record.workflowId,
            temporal_workflow_id: record.temporalWorkflowId,
            status: record.status,
            terminal: isTerminal(record.status) ? 1 : 0,
            version: record.version,
            started_at: toMillis('startedAt', record.startedAt),
            updated_at: toMillis('updatedAt', record.updatedAt),
            record: JSON.stringify(record),
          })
          .onConflict((conflict) =>
            conflict
              .column('id')
              .doUpdateSet((row) => ({
                temporal_workflow_id: row.ref('excluded.temporal_workflow_id'),
                status: row.ref('excluded.status'),
                terminal: row.ref('excluded.terminal'),
                version: row.ref('excluded.version'),
                started_at: row.ref('excluded.started_at'),
                updated_at: row.ref('excluded.updated_at'),
                record: row.ref('excluded.record'),
              }))
              .where('compozy_executions.terminal', '=', 0)
              .whereRef('compozy_executions.project', '=', 'excluded.project')
              .whereRef('compozy_executions.workflow_id', '=', 'excluded.workflow_id')
              .where(({ eb, ref }) =>
                eb.or([
                  eb('compozy_executions.temporal_workflow_id', 'is', null),
                  eb('compozy_executions.temporal_workflow_id', '=', ref('excluded.temporal_workflow_id')),
                ]),
              )
              .whereRef('compozy_executions.version', '<', 'excluded.version'),
          )
          .returning('id'),
        // Temporal has it too, and the reconciler looks.
        { mayBeLost: true },
      );
      return written.length > 0;
    },

    async get(workflowExecId) {
      const [row] = await database.run(
        build.selectFrom('compozy_executions').select('record').where('id', '=', workflowExecId),
      );
      return row === undefined ? undefined : fromJson<WorkflowRecord>(row.record);
    },

    async list(filter) {
      const limit = checkLimit(filter.limit);
      const rows = await database.run(executionsPage(database, filter));
      return toPage(rows, {
        list: 'executions',
        limit,
        timeOf: (row) => Number(row.started_at),
        read: (row) => fromJson<WorkflowRecord>(row.record),
      });
    },

    async listOpen(project, before, limit, after) {
      const rows = await database.run(
        build
          .selectFrom('compozy_executions')
          .select('record')
          .where('project', '=', project)
          // Written out, because the index of open runs is only used for a constant.
          .where('terminal', '=', sql.lit(0))
          .where('updated_at', '<', toMillis('before', before))
          .$if(after !== undefined, (query) => {
            const at = toMillis('updatedAt', after!.updatedAt);
            return query.where((is) =>
              is.or([
                is('updated_at', '>', at),
                is.and([is('updated_at', '=', at), is('id', '>', after!.workflowExecId)]),
              ]),
            );
          })
          .orderBy('updated_at')
          .orderBy('id')
          .limit(limit),
      );
      return rows.map((row) => fromJson<WorkflowRecord>(row.record));
    },
  };
}

/**
 * The query of one page, with one row more than it shows. Each status is a walk of its own along an index, merged
 * afterwards: with `status in (…)` the database would have to sort, or to skip over rows of other statuses.
 */
export function executionsPage({ build }: SqlDatabase, filter: WorkflowFilter): SelectQueryBuilder<Tables, never, Row> {
  const after = readCursor('executions', filter.cursor);
  const before = filter.startedBefore === undefined ? undefined : toMillis('startedBefore', filter.startedBefore);
  const walk = (status?: Status) => {
    let query = build
      .selectFrom('compozy_executions')
      .select(['id', 'started_at', 'record'])
      .where('project', '=', filter.project);
    if (filter.workflowId !== undefined) query = query.where('workflow_id', '=', filter.workflowId);
    if (status !== undefined) query = query.where('status', '=', status);
    if (filter.startedFrom !== undefined) {
      query = query.where('started_at', '>=', toMillis('startedFrom', filter.startedFrom));
    }
    // One upper bound, the lower of the two: with both, SQLite starts at the wrong one and walks to the page.
    if (after !== undefined && (before === undefined || after.at < before)) query = query.where(isBefore(after));
    else if (before !== undefined) query = query.where('started_at', '<', before);
    return query
      .orderBy('started_at', 'desc')
      .orderBy('id', 'desc')
      .limit(filter.limit + 1);
  };
  const [first, ...others] = [...new Set(filter.status)];
  if (others.length === 0) return walk(first) as unknown as SelectQueryBuilder<Tables, never, Row>;
  const merged = others.reduce(
    (union, status) => union.unionAll(build.selectFrom(walk(status).as('walk')).selectAll()),
    build.selectFrom(walk(first).as('walk')).selectAll(),
  );
  return build
    .selectFrom(merged.as('merged'))
    .selectAll()
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1) as unknown as SelectQueryBuilder<Tables, never, Row>;
}

function isBefore({ at, id }: Position) {
  return sql<boolean>`(started_at, id) < (${at}, ${id})`;
}
