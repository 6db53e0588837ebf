import { createHash } from 'node:crypto';
import type { EventRecord, EventRepository } from '@compozy/core';
import { sql } from 'kysely';
import type { SqlDatabase } from '../sql/sql-database.js';
import type { Tables } from '../sql/tables.js';
import { checkLimit, readCursor, toPage } from './page.js';
import { fromJson, inChunks, newestOfEach, toMillis } from './record-values.js';

type EventRow = Tables['compozy_events'];

const COLUMNS = 7;
/** Between an event id and the mark of its name in the id of a row; `AFTER` sorts after all that have it. */
const BETWEEN = '\n';
const AFTER = '\v';

export function createEventRepository(database: SqlDatabase): EventRepository {
  const { build } = database;

  const upsert = (rows: readonly EventRow[]) =>
    build
      .insertInto('compozy_events')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['project', 'id'])
          .doUpdateSet((row) => ({
            status: row.ref('excluded.status'),
            settled: row.ref('excluded.settled'),
            accepted_at: row.ref('excluded.accepted_at'),
            updated_at: row.ref('excluded.updated_at'),
            record: row.ref('excluded.record'),
          }))
          // Settled beats accepted; among equals the later one wins.
          .where(
            sql<boolean>`(excluded.settled, excluded.updated_at) >= (compozy_events.settled, compozy_events.updated_at)`,
          ),
      );

  return {
    async upsertAll(records) {
      const rows = newestOfEach(records.map(toRow), keyOf, (next, kept) =>
        next.settled === kept.settled ? next.updated_at >= kept.updated_at : next.settled > kept.settled,
      );
      const statements = inChunks(rows, Math.floor(database.maxParameters / COLUMNS)).map(upsert);
      // That an event was accepted is what Temporal knows; what became of it is in no other place.
      const mayBeLost = rows.every(({ settled }) => settled === 0);
      if (statements.length > 0) await database.atomically(statements, mayBeLost ? { mayBeLost } : {});
    },

    async get(project, eventId, name) {
      const ofProject = build.selectFrom('compozy_events').select('record').where('project', '=', project);
      const found = await database.run(
        name === undefined
          ? ofProject
              .where('id', '>=', eventId)
              .where('id', '<', `${eventId}${AFTER}`)
              .orderBy('accepted_at', 'desc')
              .orderBy('id')
          : ofProject.where('id', '=', toRowId(eventId, name)),
      );
      // An id with a line break in it may stand in the same stretch of the index.
      return found.map(({ record }) => fromJson<EventRecord>(record)).find((record) => record.eventId === eventId);
    },

    async list(filter) {
      const limit = checkLimit(filter.limit);
      const after = readCursor('events', filter.cursor);
      let query = build
        .selectFrom('compozy_events')
        .select(['id', 'accepted_at', 'record'])
        .where('project', '=', filter.project);
      if (filter.status !== undefined) query = query.where('status', '=', filter.status);
      if (after !== undefined) query = query.where(sql<boolean>`(accepted_at, id) < (${after.at}, ${after.id})`);
      const rows = await database.run(
        query
          .orderBy('accepted_at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit + 1),
      );
      return toPage(rows, {
        list: 'events',
        limit,
        timeOf: (row) => Number(row.accepted_at),
        read: (row) => fromJson<EventRecord>(row.record),
      });
    },
  };
}

function keyOf({ project, id }: EventRow): string {
  return JSON.stringify([project, id]);
}

/** Senders may use one id for events of several names; a name of any length has to fit into an index. */
function toRowId(eventId: string, name: string): string {
  return `${eventId}${BETWEEN}${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

function toRow(record: EventRecord): EventRow {
  return {
    project: record.project,
    id: toRowId(record.eventId, record.name),
    status: record.status,
    settled: record.status === 'accepted' ? 0 : 1,
    accepted_at: toMillis('acceptedAt', record.acceptedAt),
    updated_at: toMillis('updatedAt', record.updatedAt),
    record: JSON.stringify(record),
  };
}
