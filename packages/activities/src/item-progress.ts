import { isBlobRef, isJsonObject, type BlobRef, type BlobStore, type ItemFailure, type Json } from '@compozy/core';
import { loadJson, storeJson } from '@compozy/core/blobs';

/** How a child of a batch ended. */
export type ItemEnd =
  | { readonly index: number; readonly id: string; readonly status: 'SUCCESS'; readonly output: Json | BlobRef }
  | ItemFailure;

/** What is done of a batch, and where the next attempt finds it. */
export interface ItemProgress {
  readonly ends: ReadonlyMap<number, ItemEnd>;
  add(end: ItemEnd): void;
  /** Stores what was added since the last time. */
  save(): Promise<void>;
}

/** Pieces that a note lists; more are put together. */
const MOST_PIECES = 16;

/** Takes up what the attempt before this one noted. */
export async function openItemProgress(
  { noted, note }: { readonly noted: unknown; readonly note: (progress: Json) => void },
  blobs: BlobStore,
): Promise<ItemProgress> {
  let pieces = notedPieces(noted);
  const ends = new Map<number, ItemEnd>();
  for (const piece of pieces) {
    for (const end of (await loadJson(blobs, piece)) as unknown as readonly ItemEnd[]) ends.set(end.index, end);
  }
  let fresh: ItemEnd[] = [];
  let saving = Promise.resolve();

  async function saveFresh(): Promise<void> {
    if (fresh.length === 0) return;
    const taken = fresh;
    const whole = pieces.length >= MOST_PIECES;
    const piece = await storeJson(blobs, (whole ? [...ends.values()] : taken) as unknown as Json);
    // What came in meanwhile may stand in the piece already; twice does no harm.
    fresh = fresh.slice(taken.length);
    pieces = whole ? [piece] : [...pieces, piece];
    note({ pieces } as unknown as Json);
  }

  return {
    ends,
    add(end) {
      ends.set(end.index, end);
      fresh.push(end);
    },
    save() {
      saving = saving.then(saveFresh, saveFresh);
      return saving;
    },
  };
}

function notedPieces(noted: unknown): readonly BlobRef[] {
  const pieces = isJsonObject(noted) ? noted['pieces'] : undefined;
  return Array.isArray(pieces) ? pieces.filter((piece) => isBlobRef(piece)) : [];
}
