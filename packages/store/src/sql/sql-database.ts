import type { Compilable, Kysely, RawBuilder } from 'kysely';
import type { Tables } from './tables.js';

export interface WriteOptions {
  /**
   * The change is known elsewhere too and can be made again. A crash of the process never takes it back; a power cut may,
   * together with what was written after it and may be lost as well, so that it need not wait for the disk.
   */
  readonly mayBeLost?: true;
}

/** What the repositories need of a database. Kysely writes the SQL; each database runs it in its own way. */
export interface SqlDatabase {
  /** Builds and compiles queries; it has no connection. */
  readonly build: Kysely<Tables>;
  /** Milliseconds since 1970, by the clock of the database. */
  readonly now: RawBuilder<number>;
  /** True when other hosts can use it too. */
  readonly shared: boolean;
  /** How many parameters one statement may have. */
  readonly maxParameters: number;
  /**
   * Runs one statement and gives its rows. The first one connects and migrates.
   *
   * @throws `Store.Unavailable`
   */
  run<R>(query: Compilable<R>, options?: WriteOptions): Promise<readonly R[]>;
  /** All of the statements or none, and nobody sees some of them only. */
  atomically(queries: readonly Compilable<unknown>[], options?: WriteOptions): Promise<void>;
  /** Connects and migrates; gives the version that the schema had before. */
  migrate(): Promise<number>;
  /** The version of the schema, 0 for none. Migrates nothing, and makes no file. */
  readVersion(): Promise<number>;
  close(): Promise<void>;
}
