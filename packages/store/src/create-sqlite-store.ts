import { resolve } from 'node:path';
import type { Store } from '@compozy/core';
import { createSqlStore } from './create-sql-store.js';
import { createSqliteDatabase } from './sqlite/sqlite-database.js';

export interface SqliteStoreOptions {
  /** The file; it and its folder are made when they are missing. `:memory:` for a store that lives in this process. */
  readonly path: string;
  /** How long to wait for other processes that write. Default: 10,000. */
  readonly busyTimeoutMs?: number;
}

/**
 * A store in one file, for one host: any number of processes may use it, a network drive may not. Opens and migrates
 * on first use; `ping` does so too. Methods throw `Store.Unavailable` (of `blobs`: `Blob.Unavailable`) when the file
 * cannot be used.
 */
export function createSqliteStore({ path, busyTimeoutMs = 10_000 }: SqliteStoreOptions): Store & AsyncDisposable {
  return createSqlStore(createSqliteDatabase({ path: path === ':memory:' ? path : resolve(path), busyTimeoutMs }));
}
