import type { DeadLetter, EventRecord } from '@compozy/core';
import { addLetters } from './add-letters.js';
import type { DispatcherStore } from './dispatcher-store.js';

/** What is to be shown of events. */
export interface EventRows {
  readonly rows: readonly EventRecord[];
  readonly letters: readonly DeadLetter[];
}

/** Writes what became of events, for people. Events never wait for it longer than it takes to see that it fails. */
export interface EventRecorder {
  /** Whether the store has it all. While the store is known to be down, nothing is tried. */
  write(batch: EventRows): Promise<boolean>;
  /**
   * Writes it as soon as the store takes it again, for as long as this process lives. Of more than 10,000 events the
   * oldest are dropped, with a warning of the process.
   */
  keep(batch: EventRows): void;
}

export interface EventRecorderOptions {
  readonly store: Pick<DispatcherStore, 'events' | 'deadLetters'>;
  /** How long one write may take; 3,000 ms by default. */
  readonly timeoutMs?: number;
  /** How soon a store that was down is tried again; 2,000 ms by default. */
  readonly retryMs?: number;
}

const MAX_KEPT = 10_000;
const WRITTEN_AT_ONCE = 200;

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { store, timeoutMs = 3_000, retryMs = 2_000 } = options;
  let kept: EventRows[] = [];
  let timer: NodeJS.Timeout | undefined;
  let hasWarned = false;

  async function put({ rows, letters }: EventRows): Promise<boolean> {
    const late = Promise.withResolvers<boolean>();
    const clock = setTimeout(() => late.resolve(false), timeoutMs);
    const written = (async () => {
      if (letters.length > 0) await addLetters(store.deadLetters, letters);
      if (rows.length > 0) await store.events.upsertAll(rows);
      return true;
    })().catch(() => false);
    try {
      return await Promise.race([written, late.promise]);
    } finally {
      clearTimeout(clock);
    }
  }

  async function catchUp(): Promise<void> {
    while (kept.length > 0) {
      const batch = kept.slice(0, WRITTEN_AT_ONCE);
      const rows = batch.flatMap((each) => each.rows);
      if (!(await put({ rows, letters: batch.flatMap((each) => each.letters) }))) break;
      const done = new Set(batch);
      kept = kept.filter((each) => !done.has(each));
    }
    timer = kept.length === 0 ? undefined : setTimeout(() => void catchUp(), retryMs).unref();
  }

  return {
    write: async (batch) => timer === undefined && (await put(batch)),

    keep({ rows, letters }) {
      const parts = rows.map((row) => ({
        rows: [row],
        letters: letters.filter(({ event }) => event.eventId === row.eventId && event.name === row.name),
      }));
      kept = [...kept, ...parts];
      if (kept.length > MAX_KEPT && !hasWarned) {
        hasWarned = true;
        process.emitWarning(
          `The store has not taken ${MAX_KEPT} events: what became of the oldest of them is not shown any more, that of their runs is`,
        );
      }
      kept = kept.slice(-MAX_KEPT);
      if (kept.length > 0) timer ??= setTimeout(() => void catchUp(), retryMs).unref();
    },
  };
}
