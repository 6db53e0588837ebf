import type { DeadLetter, DeadLetterRepository } from '@compozy/core';
import { sql } from 'kysely';
import type { SqlDatabase } from '../sql/sql-database.js';
import type { Tables } from '../sql/tables.js';
import { checkLimit, readCursor, toPage } from './page.js';
import { fromJson, inChunks, newestOfEach, toMillis } from './record-values.js';

type DeadLetterRow = Tables['compozy_dead_letters'];

const COLUMNS = 6;

export function createDeadLetterRepository(database: SqlDatabase): DeadLetterRepository {
  const { build } = database;
  return {
    async addAll(letters) {
      const rows = newestOfEach(
        letters.map(toRow),
        ({ project, id }) => JSON.stringify([project, id]),
        () => false,
      );
      const statements = inChunks(rows, Math.floor(database.maxParameters / COLUMNS)).map((chunk) =>
        build
          .insertInto('compozy_dead_letters')
          .values(chunk)
          .onConflict((conflict) => conflict.columns(['project', 'id']).doNothing()),
      );
      if (statements.length > 0) await database.atomically(statements);
    },

    async get(project, id) {
      const [row] = await database.run(
        build
          .selectFrom('compozy_dead_letters')
          .select(['record', 'replayed_at'])
          .where('project', '=', project)
          .where('id', '=', id),
      );
      return row === undefined ? undefined : toLetter(row);
    },

    async list(filter) {
      const limit = checkLimit(filter.limit);
      const after = readCursor('dead-letters', filter.cursor);
      let query = build
        .selectFrom('compozy_dead_letters')
        .select(['id', 'at', 'record', 'replayed_at'])
        .where('project', '=', filter.project);
      if (filter.replayed !== undefined) query = query.where('replayed', '=', filter.replayed ? 1 : 0);
      if (after !== undefined) query = query.where(sql<boolean>`(at, id) < (${after.at}, ${after.id})`);
      const rows = await database.run(
        query
          .orderBy('at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit + 1),
      );
      return toPage(rows, { list: 'dead-letters', limit, timeOf: (row) => Number(row.at), read: toLetter });
    },

    async markReplayed(project, id, at) {
      const marked = await database.run(
        build
          .updateTable('compozy_dead_letters')
          .set({ replayed: 1, replayed_at: at })
          .where('project', '=', project)
          .where('id', '=', id)
          .where('replayed', '=', 0)
          .returning('id'),
      );
      return marked.length > 0;
    },

    async remove(project, id) {
      const removed = await database.run(
        build.deleteFrom('compozy_dead_letters').where('project', '=', project).where('id', '=', id).returning('id'),
      );
      return removed.length > 0;
    },
  };
}

function toRow(letter: DeadLetter): DeadLetterRow {
  return {
    project: letter.project,
    id: letter.id,
    at: toMillis('at', letter.at),
    replayed: letter.replayedAt === null ? 0 : 1,
    replayed_at: letter.replayedAt,
    record: JSON.stringify(letter),
  };
}

function toLetter(row: { readonly record: string; readonly replayed_at: string | null }): DeadLetter {
  return { ...fromJson<DeadLetter>(row.record), replayedAt: row.replayed_at };
}
