import { CompozyError } from '@compozy/core';

/** What the two databases call differently. */
export interface ColumnTypes {
  /** Text that is compared byte by byte, so that both databases sort alike. */
  readonly id: string;
  readonly bytes: string;
}

interface Migration {
  readonly version: number;
  readonly statements: (types: ColumnTypes) => readonly string[];
}

/** Only ever grows at its end: what was released stays as it is. */
const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: ({ id, bytes }) => [
      `create table compozy_executions (
        id ${id} not null primary key, project ${id} not null, workflow_id ${id} not null, status ${id} not null,
        terminal integer not null, version bigint not null, started_at bigint not null, updated_at bigint not null,
        record text not null)`,
      // One index for each kind of list, so that a page is a short read of one index, wherever it begins.
      'create index compozy_executions_list on compozy_executions (project, started_at, id)',
      'create index compozy_executions_by_workflow on compozy_executions (project, workflow_id, started_at, id)',
      'create index compozy_executions_by_status on compozy_executions (project, status, started_at, id)',
      `create index compozy_executions_by_workflow_status
        on compozy_executions (project, workflow_id, status, started_at, id)`,
      'create index compozy_executions_open on compozy_executions (project, updated_at, id) where terminal = 0',
      `create table compozy_tasks (
        id ${id} not null primary key, execution_id ${id} not null, parent_id ${id}, terminal integer not null,
        version bigint not null, started_at bigint not null, record text not null)`,
      'create index compozy_tasks_of_execution on compozy_tasks (execution_id, started_at, id)',
      'create index compozy_tasks_of_parent on compozy_tasks (parent_id, started_at, id)',
      `create table compozy_events (
        project ${id} not null, id ${id} not null, status ${id} not null, settled integer not null,
        accepted_at bigint not null, updated_at bigint not null, record text not null, primary key (project, id))`,
      'create index compozy_events_list on compozy_events (project, accepted_at, id)',
      'create index compozy_events_by_status on compozy_events (project, status, accepted_at, id)',
      `create table compozy_dead_letters (
        project ${id} not null, id ${id} not null, at bigint not null, replayed integer not null,
        replayed_at text, record text not null, primary key (project, id))`,
      'create index compozy_dead_letters_list on compozy_dead_letters (project, at, id)',
      'create index compozy_dead_letters_by_replay on compozy_dead_letters (project, replayed, at, id)',
      `create table compozy_idempotency (id ${id} not null primary key, value text, expires_at bigint not null)`,
      'create index compozy_idempotency_expiry on compozy_idempotency (expires_at)',
      `create table compozy_schedule_overrides (
        project ${id} not null, workflow_id ${id} not null, record text not null, primary key (project, workflow_id))`,
      `create table compozy_api_keys (
        id ${id} not null primary key, hash ${id} not null unique, record text not null, created_at bigint not null,
        revoked_at text, last_used_at ${id})`,
      `create table compozy_leases (id ${id} not null primary key, owner ${id} not null, expires_at bigint not null)`,
      `create table compozy_heartbeats (
        id ${id} not null primary key, details text not null, beat_at bigint not null, expires_at bigint not null)`,
      `create table compozy_blobs (id ${id} not null primary key, bytes ${bytes} not null, touched_at bigint not null)`,
      'create index compozy_blobs_touched on compozy_blobs (touched_at, id)',
    ],
  },
  {
    version: 2,
    // Null in rows that a process of version 1 wrote.
    statements: ({ id }) => [`alter table compozy_executions add column temporal_workflow_id ${id}`],
  },
];

/** What this code knows. */
export const SCHEMA_VERSION: number = MIGRATIONS.at(-1)?.version ?? 0;

export const SCHEMA_TABLE = 'compozy_schema';
export const CREATE_SCHEMA_TABLE =
  'create table if not exists compozy_schema (version integer not null primary key, applied_at bigint not null)';
export const READ_SCHEMA_VERSION = 'select coalesce(max(version), 0) as version from compozy_schema';

/**
 * The statements that bring a database from `version` to {@link SCHEMA_VERSION}, in order. `now` is an SQL expression.
 *
 * @throws `Store.Unavailable` when the database is of a newer release
 */
export function statementsFrom(version: number, types: ColumnTypes, now: string): readonly string[] {
  if (version > SCHEMA_VERSION) {
    throw new CompozyError(
      'Store.Unavailable',
      `The database has schema version ${version}, and this release of @compozy/store knows versions up to ${SCHEMA_VERSION}. Upgrade this process, or give it a database of its own.`,
      { details: { found: version, known: SCHEMA_VERSION } },
    );
  }
  return MIGRATIONS.filter((migration) => migration.version > version).flatMap((migration) => [
    ...migration.statements(types),
    `insert into compozy_schema (version, applied_at) values (${migration.version}, ${now})`,
  ]);
}
