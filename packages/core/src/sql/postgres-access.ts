import { CompozyError } from '../errors/compozy-error.js';
import { lazy } from './lazy.js';
import { isLostRace, toPostgresError, type Unavailable } from './postgres-errors.js';
import type { PostgresPool } from './postgres-pool.js';
import { migratePostgres, readVersion, type PostgresSchema } from './postgres-schema.js';
import { waitAbout } from './wait-about.js';

export interface PostgresAccessOptions {
  readonly pool: PostgresPool;
  /** False for a pool that belongs to the caller: `close` leaves it open. */
  readonly ownsPool: boolean;
  readonly schema: PostgresSchema;
  /** The code of failures of the server and of the way to it. */
  readonly unavailable: Unavailable;
  /** SQLSTATEs that the same work does not meet when it is done again, beside lost races and deadlocks. */
  readonly lostRaces?: readonly string[];
}

/** The tables of one schema in PostgreSQL. All methods throw the code `unavailable`. */
export interface PostgresAccess {
  /** Does something with the migrated database; does it again where it lost a race. */
  use<T>(work: (pool: PostgresPool) => Promise<T>): Promise<T>;
  /** Connects and migrates; gives the version that the schema had before. */
  migrate(): Promise<number>;
  /** The version of the schema, 0 for none. Migrates nothing. */
  readVersion(): Promise<number>;
  close(): Promise<void>;
}

const LOST_RACES = 10;

export function createPostgresAccess(options: PostgresAccessOptions): PostgresAccess {
  const { pool, ownsPool, schema, unavailable, lostRaces = [] } = options;
  let closed = false;
  const migrated = lazy(() => migratePostgres(pool, schema));

  async function tryAgain<T>(work: () => Promise<T>): Promise<T> {
    if (closed) throw new CompozyError(unavailable, 'The connection to PostgreSQL was closed by this process.');
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (!isLostRace(error, lostRaces) || attempt === LOST_RACES) throw toPostgresError(error, unavailable);
      }
      await waitAbout(attempt * 5);
    }
  }

  return {
    use: (work) =>
      tryAgain(async () => {
        await migrated.get();
        return await work(pool);
      }),
    migrate: () => tryAgain(() => migrated.get()),
    readVersion: () => tryAgain(() => readVersion(pool, schema)),
    async close() {
      if (closed) return;
      closed = true;
      if (ownsPool) await pool.end();
    },
  };
}
