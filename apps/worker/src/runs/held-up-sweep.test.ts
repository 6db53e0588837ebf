import { describe, expect, it } from 'vitest';
import { createSqliteStore } from '@compozy/store';
import { createHeldUpWatch, describeSweepHolders, readSweepHolders, type SweepHolder } from './held-up-sweep.js';

const RUN = { kind: 'run', workflowId: 'ask-strange' } as const;
const DISPATCHER = { kind: 'dispatcher', workflowId: 'dispatcher-shop-a' } as const;
const since = expect.any(String) as string;

function watchOf(heartbeats: ReturnType<typeof createSqliteStore>['heartbeats'], project = 'shop') {
  const told: (readonly SweepHolder[])[] = [];
  const note = createHeldUpWatch({ project, heartbeats, onChange: (holders) => told.push(holders) });
  return { told, note };
}

describe('createHeldUpWatch', () => {
  it('tells once what is found again, and once that it is over', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    const { told, note } = watchOf(store.heartbeats);
    await note([]);
    await note([RUN]);
    expect(told).toEqual([]);
    expect(await readSweepHolders('shop', store.heartbeats)).toEqual([]);
    for (let looks = 0; looks < 3; looks += 1) await note([RUN]);
    expect(told).toEqual([[{ ...RUN, since }]]);
    await note([DISPATCHER, RUN]);
    expect(told).toHaveLength(1);
    await note([RUN, DISPATCHER]);
    expect(told.slice(1)).toEqual([[RUN, DISPATCHER].map((holder) => ({ ...holder, since }))]);
    await note([DISPATCHER]);
    await note([DISPATCHER]);
    for (let looks = 0; looks < 3; looks += 1) await note([]);
    expect(told.slice(2)).toEqual([[{ ...DISPATCHER, since }], []]);
    expect(await readSweepHolders('shop', store.heartbeats)).toEqual([]);
  });

  it('says nothing of what is found once, such as a worker that is being replaced', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    const { told, note } = watchOf(store.heartbeats);
    for (const unclear of [[DISPATCHER], [], [DISPATCHER], []]) await note(unclear);
    expect(told).toEqual([]);
  });

  it('goes on where another host left off, with the time since when', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    const first = watchOf(store.heartbeats);
    await first.note([RUN]);
    await first.note([RUN]);
    const [before] = await readSweepHolders('shop', store.heartbeats);
    const second = watchOf(store.heartbeats);
    await second.note([RUN]);
    expect(second.told).toEqual([]);
    expect(await readSweepHolders('shop', store.heartbeats)).toEqual([before]);
    expect(await readSweepHolders('shop-2', store.heartbeats)).toEqual([]);
    await second.note([]);
    expect(second.told).toEqual([[]]);
  });

  it('keeps to a hundred, however many there are', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    const { told, note } = watchOf(store.heartbeats);
    const many = Array.from({ length: 5_000 }, (_, n) => ({ kind: 'run' as const, workflowId: `run-${n}` }));
    await note(many);
    await note(many.toReversed());
    await note(many);
    expect(told.map((holders) => holders.length)).toEqual([100]);
  });
});

describe('describeSweepHolders', () => {
  it('names each, since when, and what to do', () => {
    const at = '2026-01-01T00:00:00.000Z';
    const message = describeSweepHolders([RUN, DISPATCHER].map((holder) => ({ ...holder, since: at })));
    expect(message).toMatch(/"ask-strange" began, since 2026-01-01T00:00:00.000Z.*let it end/);
    expect(message).toMatch(/"dispatcher-shop-a" does not say .* since 2026-01-01T00:00:00.000Z: serve its task queue/);
  });
});
