import type { WriteOptions } from '../sql/sql-database.js';

export interface WriteQueueOptions<C> {
  /**
   * Does the work in one transaction; one that is durable waits for the disk. It throws, and nothing of it stays, when
   * the transaction fails.
   */
  readonly transact: <T>(work: (connection: C) => T, isDurable: boolean) => Promise<T>;
  /** Some failures of one statement end the whole transaction. */
  readonly isIntact: (connection: C) => boolean;
  readonly toError: (error: unknown) => unknown;
}

/** Writes in order; those that are asked for in the same turn of the event loop are one transaction. */
export interface WriteQueue<C> {
  /** Resolves when it is committed. The failure of one does not touch the others. */
  write<T>(action: (connection: C) => T, options?: WriteOptions): Promise<T>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

interface Waiting<C> {
  readonly isDurable: boolean;
  readonly action: (connection: C) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The others of this process wait while a transaction goes on. */
const MAX_WRITES = 200;

export function createWriteQueue<C>({ transact, isIntact, toError }: WriteQueueOptions<C>): WriteQueue<C> {
  let waiting: Waiting<C>[] = [];
  let flushing: Promise<void> | undefined;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      const batch = waiting.slice(0, MAX_WRITES);
      waiting = waiting.slice(MAX_WRITES);
      try {
        const isDurable = batch.some((each) => each.isDurable);
        const settle = await transact((connection) => batch.map((each) => attempt(each, connection)), isDurable);
        for (const told of settle) told();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    flushing = undefined;
  }

  /** Does it, and gives what is to be told when the transaction is committed. */
  function attempt({ action, resolve, reject }: Waiting<C>, connection: C): () => void {
    try {
      const value = action(connection);
      return () => resolve(value);
    } catch (error) {
      if (!isIntact(connection)) throw error;
      return () => reject(toError(error));
    }
  }

  return {
    write: <T>(action: (connection: C) => T, { mayBeLost }: WriteOptions = {}) =>
      new Promise<T>((resolve, reject) => {
        const isDurable = mayBeLost !== true;
        waiting.push({ action, isDurable, resolve: resolve as (value: unknown) => void, reject });
        flushing ??= flush();
      }),
    idle: async () => await flushing,
  };
}
