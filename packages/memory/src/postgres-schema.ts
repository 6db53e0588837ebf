import { CompozyError } from '@compozy/core';
import type { PostgresSchema } from '@compozy/core/sql';

export const SCHEMA_VERSION = 1;

const STATEMENTS: readonly string[] = [
  `create table compozy_memory_conversations (
    id bigint generated always as identity primary key, project text collate "C" not null,
    memory text collate "C" not null, key text collate "C" not null, count bigint not null, tokens bigint not null,
    next_seq bigint not null, flushed_at bigint, expires_at bigint, unique (project, memory, key))`,
  `create index compozy_memory_conversations_by_expiry on compozy_memory_conversations (expires_at)
    where expires_at is not null`,
  // The content is JSON text: PostgreSQL has no text with a zero character.
  `create table compozy_memory_messages (
    conversation bigint not null references compozy_memory_conversations (id) on delete cascade, seq bigint not null,
    role text not null, content text not null, tokens bigint not null, primary key (conversation, seq))`,
  `create table compozy_memory_operations (
    id text collate "C" not null primary key, result text not null, at bigint not null)`,
  'create index compozy_memory_operations_by_time on compozy_memory_operations (at)',
  `insert into compozy_memory_schema (version, applied_at)
    values (${SCHEMA_VERSION}, (extract(epoch from clock_timestamp()) * 1000)::bigint)`,
];

export const SCHEMA: PostgresSchema = {
  table: 'compozy_memory_schema',
  lock: 4_928_377_302,
  newest: SCHEMA_VERSION,
  statementsFrom(version) {
    if (version === 0) return STATEMENTS;
    if (version === SCHEMA_VERSION) return [];
    throw new CompozyError(
      'Memory.Unavailable',
      `The memories in the database were written by a later version of Compozy (format ${version}, known is ${SCHEMA_VERSION}); update this worker`,
      { details: { version } },
    );
  },
};
