import { createHash } from 'node:crypto';
import { CompozyError, type BlobStore } from '@compozy/core';
import { sql } from 'kysely';
import type { SqlDatabase } from '../sql/sql-database.js';

/** Rows that a sweep looks at in one statement. */
const SWEEP_BATCH = 100;

/** Blobs as rows. A time of use is of the clock of the database, `olderThan` of the caller's. */
export function createSqlBlobStore(database: SqlDatabase): BlobStore {
  const { build, now } = database;

  async function touch(sha256: string): Promise<boolean> {
    const touched = await database.run(
      build.updateTable('compozy_blobs').set({ touched_at: now }).where('id', '=', sha256).returning('id'),
    );
    return touched.length > 0;
  }

  async function removeOld(candidates: readonly string[], olderThan: number): Promise<number> {
    if (candidates.length === 0) return 0;
    const removed = await database.run(
      build
        .deleteFrom('compozy_blobs')
        .where('id', 'in', candidates)
        // It may have been put again since it was found.
        .where('touched_at', '<', olderThan)
        .returning('id'),
    );
    return removed.length;
  }

  async function sweep(olderThan: number, keep: ReadonlySet<string>): Promise<number> {
    let removed = 0;
    let after = { at: -1, id: '' };
    for (;;) {
      const rows = await database.run(
        build
          .selectFrom('compozy_blobs')
          .select(['id', 'touched_at'])
          .where('touched_at', '<', olderThan)
          .where(sql<boolean>`(touched_at, id) > (${after.at}, ${after.id})`)
          .orderBy('touched_at')
          .orderBy('id')
          .limit(SWEEP_BATCH),
      );
      removed += await removeOld(
        rows.map((row) => row.id).filter((id) => !keep.has(id)),
        olderThan,
      );
      const last = rows.at(-1);
      if (last === undefined || rows.length < SWEEP_BATCH) return removed;
      after = { at: Number(last.touched_at), id: last.id };
    }
  }

  return {
    shared: database.shared,
    put: (bytes) =>
      available(async () => {
        const sha256 = sha256Of(bytes);
        // What is there already need not be sent.
        if (await touch(sha256)) return sha256;
        await database.run(
          build
            .insertInto('compozy_blobs')
            .values({ id: sha256, bytes, touched_at: now })
            .onConflict((conflict) =>
              conflict.column('id').doUpdateSet((row) => ({ touched_at: row.ref('excluded.touched_at') })),
            ),
        );
        return sha256;
      }),
    get: (sha256) =>
      available(async () => {
        const [row] = await database.run(build.selectFrom('compozy_blobs').select('bytes').where('id', '=', sha256));
        if (row === undefined) throw notFound(sha256, 'it is not in the store');
        if (sha256Of(row.bytes) !== sha256) throw notFound(sha256, 'its row is damaged');
        return row.bytes;
      }),
    sweep: ({ olderThan, keep }) => available(() => sweep(olderThan.getTime(), keep)),
  };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function notFound(sha256: string, reason: string): CompozyError {
  return new CompozyError('Blob.NotFound', `The stored value "${sha256}" cannot be read: ${reason}`, {
    details: { sha256 },
  });
}

/** The port of blobs has its own code for a store that is down. */
async function available<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!CompozyError.isInstance(error) || error.code !== 'Store.Unavailable') throw error;
    throw new CompozyError('Blob.Unavailable', error.message, { details: error.details, cause: error });
  }
}
