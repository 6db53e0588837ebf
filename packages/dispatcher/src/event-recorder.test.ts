import { describe, expect, it } from 'vitest';
import type { EventRecord } from '@compozy/core';
import { createEventRecorder, type EventRows } from './event-recorder.js';
import { createMemoryDispatcherStore } from './testing/create-memory-dispatcher-store.js';

function batch(eventId: string): EventRows {
  const row: EventRecord = {
    eventId,
    project: 'p',
    name: 'n',
    payload: null,
    correlationId: eventId,
    source: 'api',
    status: 'processed',
    started: [],
    error: null,
    acceptedAt: new Date(0).toISOString(),
    updatedAt: new Date(0).toISOString(),
  };
  return { rows: [row], letters: [] };
}

describe('createEventRecorder', () => {
  it('asks a store that is down in its own time, and keeps the newest 10,000 events until it answers', async () => {
    const store = createMemoryDispatcherStore();
    let isDown = true;
    let asked = 0;
    const upsertAll: typeof store.events.upsertAll = async (records) => {
      asked += 1;
      if (isDown) throw new Error('connection refused');
      await store.events.upsertAll(records);
    };
    const recorder = createEventRecorder({ store: { ...store, events: { ...store.events, upsertAll } }, retryMs: 50 });
    const added = 10_100;
    for (let n = 0; n < added; n += 1) {
      expect(await recorder.write(batch(`e${n}`))).toBe(false);
      recorder.keep(batch(`e${n}`));
    }
    expect(asked).toBeLessThan(added / 10);
    isDown = false;
    await expect.poll(() => recorder.write(batch('later'))).toBe(true);
    expect(await store.events.get('p', 'later')).toBeDefined();
    const has = async (n: number) => (await store.events.get('p', `e${n}`)) !== undefined;
    expect(await Promise.all([has(99), has(100), has(added - 1)])).toEqual([false, true, true]);
  });

  it('does not wait for a store that never answers', async () => {
    const store = createMemoryDispatcherStore();
    const upsertAll = () => new Promise<never>(() => undefined);
    const recorder = createEventRecorder({ store: { ...store, events: { ...store.events, upsertAll } }, timeoutMs: 5 });
    expect(await recorder.write(batch('e1'))).toBe(false);
  });
});
