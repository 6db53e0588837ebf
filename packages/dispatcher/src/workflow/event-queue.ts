/*
 * What a dispatcher has accepted and not yet let go, in order of arrival. Pure; time comes in by parameter.
 *
 * Q1: an event leaves by a settled outcome only. Q2: an event that has to wait does not hold up those behind it.
 * Q3: the same event is there once.
 */
import { MAX_BATCH_EVENTS, MAX_BATCH_LENGTH, type EventOutcome, type QueuedEvent } from '../common/protocol.js';

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 60_000;

export interface EventQueue {
  readonly size: number;
  /** False when the same event is pending already. */
  add(entry: QueuedEvent): boolean;
  /** The oldest events that are due, as many as one call takes. They stay until they are settled. */
  due(now: number): readonly QueuedEvent[];
  settle(batch: readonly QueuedEvent[], outcomes: readonly EventOutcome[], now: number): void;
  /** When the next event is due that is not due now. */
  nextDueAt(now: number): number | undefined;
  entries(): readonly QueuedEvent[];
}

export function createEventQueue(): EventQueue {
  const queued = new Map<string, QueuedEvent>();
  return {
    get size() {
      return queued.size;
    },
    add(entry) {
      const key = keyOf(entry);
      if (queued.has(key)) return false;
      queued.set(key, entry);
      return true;
    },
    due(now) {
      const batch: QueuedEvent[] = [];
      let length = 0;
      for (const entry of queued.values()) {
        if (entry.due_at > now) continue;
        length += JSON.stringify(entry).length;
        if (batch.length > 0 && length > MAX_BATCH_LENGTH) break;
        batch.push(entry);
        if (batch.length === MAX_BATCH_EVENTS) break;
      }
      return batch;
    },
    settle(batch, outcomes, now) {
      for (const [index, entry] of batch.entries()) {
        const outcome = outcomes[index];
        if (outcome !== undefined && outcome.kind !== 'retry') {
          queued.delete(keyOf(entry));
          continue;
        }
        const delay = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(entry.attempts, 10));
        queued.set(keyOf(entry), { ...entry, attempts: entry.attempts + 1, due_at: now + delay });
      }
    },
    nextDueAt(now) {
      let next: number | undefined;
      for (const { due_at } of queued.values())
        if (due_at > now && (next === undefined || due_at < next)) next = due_at;
      return next;
    },
    entries: () => [...queued.values()],
  };
}

function keyOf({ event }: QueuedEvent): string {
  return JSON.stringify([event.event_id, event.name, event.workflow_id ?? null]);
}
