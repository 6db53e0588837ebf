import { createHash, randomUUID } from 'node:crypto';
import { CompozyError, type MemoryResult } from '@compozy/core';
import type { Conversation, Outcome } from '@compozy/core/memory';
import {
  createPostgresAccess,
  createPostgresPool,
  inTransaction,
  type PostgresConnection,
  type PostgresPool,
  type PostgresPoolOptions,
} from '@compozy/core/sql';
import { OPERATION_RETENTION_MS, type ChangeOptions, type ConversationId, type MemoryStore } from './memory-store.js';
import { createOneAtATime } from './one-at-a-time.js';
import { attemptWork } from './partial-conversation.js';
import {
  applyChange,
  readHead,
  readParts,
  readWhole,
  takeConversation,
  type ReadParts,
} from './postgres-conversations.js';
import { SCHEMA } from './postgres-schema.js';

export type PostgresStoreOptions =
  | PostgresPoolOptions
  | {
      /** A pool of `pg`. It stays the caller's: `close` leaves it open, and its `error` event has to be handled. */
      readonly pool: PostgresPool;
    };

/** What expired is removed this often, when something is written. */
const SWEEP_INTERVAL_MS = 60_000;
/** At most so much at once, so that nobody waits long for it. */
const SWEPT_CONVERSATIONS = 100;
const SWEPT_OPERATIONS = 1_000;

/** Changes that wait behind some that fail slowly do not all take as long, one after another. */
const MAX_WAIT_MS = 10_000;

/** Somebody else made the same call at the same moment; tried again, its result is there. */
const UNIQUE_VIOLATION = '23505';

/**
 * A change waits so long for another one of the same conversation. A host that the network cut off in the middle of a
 * change holds its conversation no longer than the second.
 */
const BEGIN = `begin; set local lock_timeout = '5s'; set local idle_in_transaction_session_timeout = '15s'`;

/**
 * Conversations in PostgreSQL, for any number of hosts. Needs the package `pg`. Connects, and makes its tables
 * `compozy_memory_…`, on first use. What was answered is committed.
 *
 * Throws `Memory.Invalid` too, for a key that is no valid Unicode or has a zero character.
 */
export function createPostgresStore(options: PostgresStoreOptions): MemoryStore {
  const ownsPool = !('pool' in options);
  const access = createPostgresAccess({
    pool: ownsPool ? createPostgresPool(options) : options.pool,
    ownsPool,
    schema: SCHEMA,
    unavailable: 'Memory.Unavailable',
    lostRaces: [UNIQUE_VIOLATION],
  });
  // Of one conversation one change waits for the lock of the database, and the connections are there for the others.
  const oneAtATime = createOneAtATime();
  let sweptAt = -Infinity;

  async function sweep(at: number): Promise<void> {
    if (at < sweptAt + SWEEP_INTERVAL_MS) return;
    const before = sweptAt;
    sweptAt = at;
    try {
      const hasMore = await access.use((pool) => removeExpired(pool, at));
      if (hasMore) sweptAt = before;
    } catch (error) {
      sweptAt = before;
      throw error;
    }
  }

  return {
    async read<T>(id: ConversationId, at: number, work: (conversation: Conversation | undefined) => T): Promise<T> {
      checkKey(id);
      const found = await access.use((pool) => readHead(pool, id, at));
      const attempt = attemptWork(work, found?.head, {});
      if ('value' in attempt) return attempt.value;
      if ('thrown' in attempt) throw attempt.thrown;
      // One statement, so that the counts are those of the messages.
      const whole = await access.use((pool) => readWhole(pool, id, at));
      const { sizes = [], messages = [] } = whole?.known ?? {};
      return work(whole === undefined ? undefined : { ...whole.head, sizes: () => sizes, messages: () => messages });
    },

    async change<R extends MemoryResult>(
      id: ConversationId,
      given: ChangeOptions,
      work: (conversation: Conversation | undefined) => Outcome<R>,
    ): Promise<R> {
      checkKey(id);
      const asked = performance.now();
      return await oneAtATime(lockOf(id), async () => {
        if (performance.now() - asked > MAX_WAIT_MS) {
          throw new CompozyError('Memory.Unavailable', 'Other changes of the conversation take too long');
        }
        await sweep(given.at);
        let locks = [lockOf(id)];
        for (;;) {
          const begin = `${BEGIN}; ${locks.map((lock) => `select pg_advisory_xact_lock('${lock}'::bigint)`).join('; ')}`;
          const settled = await access.use((pool) =>
            inTransaction(pool, (connection) => changeLocked(connection, { id, given, work, locks }), begin),
          );
          if ('result' in settled) return settled.result;
          if ('thrown' in settled) throw settled.thrown;
          // Everybody takes locks in the same order, so that nobody waits for one who waits for him.
          locks = [...locks, settled.missingLock].toSorted();
        }
      });
    },

    check: () =>
      access.use((pool) =>
        inTransaction(pool, async (connection) => {
          const probe = [`probe ${randomUUID()}`];
          await connection.query(
            `insert into compozy_memory_operations (id, result, at) values ($1, 'null', 0)`,
            probe,
          );
          await connection.query('select at from compozy_memory_operations where id = $1', probe);
          await connection.query('delete from compozy_memory_operations where id = $1', probe);
        }),
      ),

    close: () => access.close(),
  };
}

interface LockedChange<R extends MemoryResult> {
  readonly id: ConversationId;
  readonly given: ChangeOptions;
  readonly work: (conversation: Conversation | undefined) => Outcome<R>;
  /** Those that are held. */
  readonly locks: readonly string[];
}

/** Nothing was written where there is no result. */
type Settled<R> = { readonly result: R } | { readonly thrown: unknown } | { readonly missingLock: string };

async function changeLocked<R extends MemoryResult>(
  connection: PostgresConnection,
  { id, given, work, locks }: LockedChange<R>,
): Promise<Settled<R>> {
  const { operationKey, at, ttlMs } = given;
  const operation = sha256([id.project, operationKey]).toString('hex');
  const done = await connection.query('select result from compozy_memory_operations where id = $1', [operation]);
  if (done.rows.length > 0) return { result: JSON.parse((done.rows[0] as { result: string }).result) as R };
  const found = await takeConversation(connection, id, at);
  let known: ReadParts = {};
  let attempt = attemptWork(work, found?.head, known);
  while ('missing' in attempt) {
    known = { ...known, ...(await readParts(connection, found!.rowId, attempt.missing)) };
    attempt = attemptWork(work, found?.head, known);
  }
  if ('thrown' in attempt) return attempt;
  const { result, change } = attempt.value;
  if (change !== undefined) {
    const { copyTo } = change;
    const missingLock = copyTo === undefined ? undefined : lockOf({ ...id, key: copyTo });
    if (missingLock !== undefined && !locks.includes(missingLock)) return { missingLock };
    const expiresAt = ttlMs === undefined ? null : at + ttlMs;
    await applyChange(connection, { id, found, known, change, expiresAt });
  }
  const statement = 'insert into compozy_memory_operations (id, result, at) values ($1, $2, $3)';
  await connection.query(statement, [operation, JSON.stringify(result), at]);
  return { result };
}

/** Passes over what somebody uses at this moment. True when there may be more. */
async function removeExpired(pool: PostgresPool, at: number): Promise<boolean> {
  const conversations = await pool.query(
    `delete from compozy_memory_conversations where id in (
      select id from compozy_memory_conversations where expires_at <= $1
      order by expires_at limit ${SWEPT_CONVERSATIONS} for update skip locked) returning 1`,
    [at],
  );
  const operations = await pool.query(
    `delete from compozy_memory_operations where id in (
      select id from compozy_memory_operations where at <= $1
      order by at limit ${SWEPT_OPERATIONS} for update skip locked) returning 1`,
    [at - OPERATION_RETENTION_MS],
  );
  return conversations.rows.length === SWEPT_CONVERSATIONS || operations.rows.length === SWEPT_OPERATIONS;
}

/** The number of the advisory lock of a conversation, which hosts of all releases have to agree on. */
function lockOf({ project, memory, key }: ConversationId): string {
  return String(sha256(['compozy memory', project, memory, key]).readBigInt64BE());
}

function sha256(parts: readonly string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

/** Two keys that PostgreSQL takes for one would be one conversation. */
function checkKey({ key }: ConversationId): void {
  if (key.isWellFormed() && !key.includes('\0')) return;
  throw new CompozyError('Memory.Invalid', 'A memory key has to be valid Unicode, without zero characters');
}
