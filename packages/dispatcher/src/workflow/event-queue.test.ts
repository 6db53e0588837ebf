import { describe, expect, it } from 'vitest';
import { MAX_BATCH_EVENTS, type EventOutcome, type QueuedEvent } from '../common/protocol.js';
import { createEventQueue } from './event-queue.js';

function entry(event_id: string, payload: string | null = null): QueuedEvent {
  const event = { event_id, name: 'tick', payload, correlation_id: event_id, source: 'api', accepted_at: 0 };
  return { event, attempts: 0, due_at: 0 };
}

function filled(...ids: readonly string[]) {
  const queue = createEventQueue();
  for (const id of ids) queue.add(entry(id));
  return queue;
}

const idsOf = (entries: readonly QueuedEvent[]) => entries.map(({ event }) => event.event_id);
const started: EventOutcome = { kind: 'started', runs: 1, rejected: 0 };
const dead: EventOutcome = { kind: 'dead', code: 'Event.Unknown', message: 'nobody' };
const retry: EventOutcome = { kind: 'retry', code: 'Server.Unreachable', message: 'down' };

describe('createEventQueue', () => {
  it('gives the oldest first, as many as one call takes', () => {
    const ids = Array.from({ length: MAX_BATCH_EVENTS + 5 }, (_, index) => `e${index}`);
    expect(idsOf(filled(...ids).due(0))).toEqual(ids.slice(0, MAX_BATCH_EVENTS));
  });

  it('ends a batch before it is too long for one message, but always gives one event', () => {
    const queue = createEventQueue();
    for (const id of ['a', 'b', 'c']) queue.add(entry(id, 'x'.repeat(300_000)));
    expect(idsOf(queue.due(0))).toEqual(['a']);
  });

  it('has the same event once, and events of one id for two workflows twice', () => {
    const queue = filled('a');
    expect(queue.add(entry('a'))).toBe(false);
    const { event, ...rest } = entry('a');
    expect(queue.add({ ...rest, event: { ...event, workflow_id: 'only' } })).toBe(true);
    expect(queue.size).toBe(2);
  });

  it('keeps what is in work until it is settled', () => {
    const queue = filled('a', 'b');
    const batch = queue.due(0);
    expect(queue.size).toBe(2);
    queue.settle(batch, [started, dead], 0);
    expect(queue.size).toBe(0);
  });

  it('does not let an event that has to wait hold up the others, nor lose its place', () => {
    const queue = filled('a', 'b', 'c');
    queue.settle(queue.due(0), [retry, started, retry], 1_000);
    queue.add(entry('d'));
    expect(idsOf(queue.due(1_000))).toEqual(['d']);
    expect(queue.nextDueAt(1_000)).toBe(2_000);
    expect(idsOf(queue.due(2_000))).toEqual(['a', 'c', 'd']);
  });

  it('waits longer after each attempt, a minute at most', () => {
    const queue = filled('a');
    const waits: number[] = [];
    let now = 0;
    for (let attempt = 0; attempt < 9; attempt += 1) {
      queue.settle(queue.due(now), [retry], now);
      const next = queue.nextDueAt(now)!;
      waits.push(next - now);
      now = next;
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('keeps all of a batch whose outcome nobody knows', () => {
    const queue = filled('a', 'b');
    queue.settle(queue.due(0), [], 0);
    expect(idsOf(queue.entries())).toEqual(['a', 'b']);
  });
});
