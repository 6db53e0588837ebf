import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { CompozyError, type MemoryResult } from '@compozy/core';
import type { Outcome, Conversation } from '@compozy/core/memory';
import { OPERATION_RETENTION_MS, type ChangeOptions, type ConversationId, type MemoryStore } from './memory-store.js';
import { inTransaction, openDatabase } from './open-database.js';
import { createConversationTable, type ConversationTable } from './sqlite-conversations.js';

export interface SqliteStoreOptions {
  /** Made, with its folder, when the store is first used. On a local disk: SQLite's locks do not cross hosts. */
  readonly file: string;
}

/** What expired is removed this often, when something is written. */
const SWEEP_INTERVAL_MS = 60_000;

/**
 * Conversations in a SQLite file (`node:sqlite`, WAL). What was answered survives a crash of the process and of the
 * machine. Any number of processes of one host may use the file at once.
 */
export function createSqliteStore(options: SqliteStoreOptions): MemoryStore {
  const file = resolve(options.file);
  let opening: Promise<Opened> | undefined;
  let sweptAt = -Infinity;

  async function use<T>(work: (opened: Opened) => T): Promise<T> {
    let opened: Opened;
    try {
      opening ??= openDatabase(file).then((database) => ({ database, table: createConversationTable(database) }));
      opened = await opening;
    } catch (error) {
      opening = undefined;
      throw unavailable(file, error);
    }
    try {
      return work(opened);
    } catch (error) {
      throw isSqliteError(error) ? unavailable(file, error) : error;
    }
  }

  function sweep({ database }: Opened, at: number): void {
    if (at < sweptAt + SWEEP_INTERVAL_MS) return;
    database.prepare('DELETE FROM conversations WHERE expires_at <= ?').run(at);
    database.prepare('DELETE FROM operations WHERE at <= ?').run(at - OPERATION_RETENTION_MS);
    sweptAt = at;
  }

  return {
    read: <T>(id: ConversationId, at: number, work: (conversation: Conversation | undefined) => T) =>
      use(({ database, table }) => inTransaction(database, 'DEFERRED', () => work(table.find(id, at)?.conversation))),

    change: <R extends MemoryResult>(
      id: ConversationId,
      { operationKey, at, ttlMs }: ChangeOptions,
      work: (conversation: Conversation | undefined) => Outcome<R>,
    ) =>
      use((opened) =>
        inTransaction(opened.database, 'IMMEDIATE', () => {
          const { table, database } = opened;
          const done = database
            .prepare('SELECT result FROM operations WHERE project = ? AND operation_key = ?')
            .get(id.project, operationKey);
          if (done !== undefined) return JSON.parse(String(done['result'])) as R;
          sweep(opened, at);
          const found = table.find(id, at);
          const { result, change } = work(found?.conversation);
          if (change !== undefined) table.apply(id, found, change, ttlMs === undefined ? null : at + ttlMs);
          database
            .prepare('INSERT INTO operations (project, operation_key, result, at) VALUES (?, ?, ?, ?)')
            .run(id.project, operationKey, JSON.stringify(result), at);
          return result;
        }),
      ),

    check: () =>
      use(({ database }) =>
        inTransaction(database, 'IMMEDIATE', () => {
          const probe = ['', 'probe'] as const;
          database.prepare("INSERT OR REPLACE INTO operations VALUES (?, ?, 'null', 0)").run(...probe);
          database.prepare('SELECT at FROM operations WHERE project = ? AND operation_key = ?').get(...probe);
          database.prepare('DELETE FROM operations WHERE project = ? AND operation_key = ?').run(...probe);
        }),
      ),

    async close() {
      const opened = await opening?.catch(() => undefined);
      opening = undefined;
      opened?.database.close();
    },
  };
}

interface Opened {
  readonly database: DatabaseSync;
  readonly table: ConversationTable;
}

function isSqliteError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code === 'ERR_SQLITE_ERROR';
}

function unavailable(file: string, error: unknown): CompozyError {
  if (CompozyError.isInstance(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new CompozyError('Memory.Unavailable', `The memory file "${file}" cannot be used: ${reason}`, {
    details: { file },
    cause: error,
  });
}
