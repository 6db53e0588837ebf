import type { BlobStore, Store } from '@compozy/core';
import { findOldestWork, type OldestWork, type OldestWorkOptions } from './find-oldest-work.js';
import { createHeldUpWatch, type SweepHolder } from './held-up-sweep.js';
import { readReconciledMark } from './reconciled-mark.js';

export interface BlobSweepOptions extends OldestWorkOptions {
  readonly store: Pick<Store, 'workflows' | 'heartbeats' | 'oldestRow'>;
  readonly blobs: BlobStore;
  /** What was used in this time stays. */
  readonly keepMs: number;
  /** How long before the start of a run its input may have been stored; 24 hours by default. */
  readonly marginMs?: number;
  /** The clocks of two hosts may differ by so much; 60,000 ms by default. */
  readonly clocksApartMs?: number;
  /** Hears what keeps blobs from being deleted, because nobody can tell how old it is, whenever that changes. */
  readonly onHeldUp?: (holders: readonly SweepHolder[]) => void;
}

/**
 * Deletes the blobs that nothing refers to, and gives how many; `undefined` when it cannot be told yet which these are.
 *
 * Blobs are not counted. Whoever refers to one has put it, or touched it, after his own start: so what was last used
 * before the oldest of all starts is used by nobody. Who there is, is told by the rows of the store and, where these may
 * be behind, by Temporal: first it is asked for what is open, then the reconciler has to have passed, so that whatever
 * ended meanwhile has its row, and only then the rows are asked.
 */
export type BlobSweep = () => Promise<number | undefined>;

const MARGIN_MS = 24 * 60 * 60_000;
const CLOCKS_APART_MS = 60_000;
/** A walk over all blobs is worth it when so much more of the time that is kept is over. */
const LEAST_STEP = 1 / 100;

/** Each call of what it gives is one pass. The first one only looks, and deletes nothing. */
export function createBlobSweep(options: BlobSweepOptions): BlobSweep {
  const { project, store, blobs, keepMs, marginMs = MARGIN_MS, clocksApartMs = CLOCKS_APART_MS } = options;
  const { onHeldUp: onChange = () => undefined } = options;
  const noteUnclear = createHeldUpWatch({ project, heartbeats: store.heartbeats, onChange });
  let looked: OldestWork | undefined;
  /** Every event that was sent before has started its runs, or is a dead letter. */
  let eventsDoneUntil = 0;
  let sweptBefore = 0;

  const look = async (): Promise<OldestWork> => {
    const found = await findOldestWork(options);
    await noteUnclear(found.unclear);
    return found;
  };

  return async () => {
    if (looked === undefined) {
      looked = await look();
      return undefined;
    }
    const mark = await readReconciledMark(project, store.heartbeats);
    if ((mark?.at ?? 0) <= looked.at + clocksApartMs) return undefined;
    const last = looked;
    looked = await look();
    // A dispatcher that answered then had taken all that was sent before.
    if (last.pendingSince !== 0 && looked.pendingSince > last.at) eventsDoneUntil = last.at;
    const row = await store.oldestRow();
    const oldest = Math.min(
      last.at,
      last.unknownSince,
      eventsDoneUntil,
      row === undefined ? Infinity : Date.parse(row),
    );
    const before = Math.min(oldest - marginMs, Date.now() - keepMs);
    if (before - sweptBefore < keepMs * LEAST_STEP) return undefined;
    const swept = await blobs.sweep({ olderThan: new Date(before), keep: new Set() });
    sweptBefore = before;
    return swept;
  };
}
