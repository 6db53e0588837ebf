import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { CompozyError } from '@compozy/core';
import { PRAGMAS, SCHEMA, SCHEMA_VERSION } from './sqlite-schema.js';

/** Opens the file, or makes it, readable by this user only. Several processes may do so at once. */
export async function openDatabase(file: string): Promise<DatabaseSync> {
  // Loaded here, because Node 22 prints a warning when it is.
  const { DatabaseSync } = await import('node:sqlite');
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await (await open(file, 'a', 0o600)).close();
  const database = new DatabaseSync(file);
  try {
    database.exec(PRAGMAS);
    inTransaction(database, 'IMMEDIATE', () => {
      const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
      if (version === SCHEMA_VERSION) return;
      if (version !== 0) {
        const message = `"${file}" was written by a later version of Compozy (format ${version}, known is ${SCHEMA_VERSION}); update this worker`;
        throw new CompozyError('Memory.Unavailable', message, { details: { file, version } });
      }
      database.exec(SCHEMA);
      database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** All of `work`, or nothing of it. */
export function inTransaction<T>(database: DatabaseSync, mode: 'DEFERRED' | 'IMMEDIATE', work: () => T): T {
  database.exec(`BEGIN ${mode}`);
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk, for one, has rolled it back already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
