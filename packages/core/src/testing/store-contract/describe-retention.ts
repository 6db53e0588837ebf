import type { ContractRunner } from '../describe-blob-store.js';
import { deadLetter, eventRecord, executionRecord, taskRecord, timeAt } from './sample-records.js';
import type { StoreContract } from './store-contract.js';

const HOUR = 3_600_000;
const ended = (at: number) => ({ status: 'SUCCESS' as const, updatedAt: timeAt(at), endedAt: timeAt(at) });

export function describeRetention({ create }: StoreContract, { describe, it, expect }: ContractRunner): void {
  describe('retention', () => {
    const old = { project: 'shop', before: timeAt(HOUR), limit: 100 };

    it('removes what is over, with its tasks, and keeps what is open or new', async () => {
      await using context = await create();
      const { store, other } = context;
      const runs = [
        executionRecord('over', ended(HOUR - 1)),
        executionRecord('open', { status: 'WAITING' }),
        executionRecord('long', ended(HOUR)),
        executionRecord('new', { ...ended(2 * HOUR), startedAt: timeAt(HOUR) }),
        executionRecord('theirs', { ...ended(0), project: 'other' }),
      ];
      for (const run of runs) await store.workflows.upsert(run);
      await store.tasks.upsertAll(
        runs.map(({ workflowExecId }) => taskRecord(`${workflowExecId}-task`, { workflowExecId })),
      );
      expect(await store.prune(old)).toBe(1);
      // A cache may know a copy of what is gone for a while; lists do not.
      const listed = await Promise.all(
        ['shop', 'other'].map((project) => other.workflows.list({ project, limit: 10 })),
      );
      const left = listed.flatMap(({ items }) => items.map(({ workflowExecId }) => workflowExecId));
      expect(left.toSorted()).toEqual(['long', 'new', 'open', 'theirs']);
      const tasks = await Promise.all(
        runs.map(async ({ workflowExecId: id }) => [id, (await other.tasks.list(id, { limit: 10 })).items.length]),
      );
      expect(Object.fromEntries(tasks)).toEqual({ over: 0, open: 1, long: 1, new: 1, theirs: 1 });
    });

    it('removes events and dead letters of the time before', async () => {
      await using context = await create();
      const { store, other } = context;
      await store.events.upsertAll([
        eventRecord('old', { status: 'processed' }),
        eventRecord('told-late', { status: 'processed', updatedAt: timeAt(HOUR) }),
        eventRecord('new', { acceptedAt: timeAt(HOUR), updatedAt: timeAt(HOUR) }),
        eventRecord('old', { status: 'processed', project: 'other' }),
      ]);
      await store.deadLetters.addAll([deadLetter('old'), deadLetter('new', { at: timeAt(HOUR) })]);
      expect(await store.prune(old)).toBe(2);
      const events = await other.events.list({ project: 'shop', limit: 10 });
      expect(events.items.map(({ eventId }) => eventId).toSorted()).toEqual(['new', 'told-late']);
      expect((await other.events.get('other', 'old'))?.status).toBe('processed');
      const letters = await other.deadLetters.list({ project: 'shop', limit: 10 });
      expect(letters.items.map(({ id }) => id)).toEqual(['new']);
    });

    it('takes a part at a time, oldest first, until nothing is left', async () => {
      await using context = await create();
      const { store } = context;
      for (const n of [3, 1, 2])
        await store.workflows.upsert(executionRecord(`run-${n}`, { ...ended(n), startedAt: timeAt(n) }));
      expect(await store.prune({ ...old, limit: 2 })).toBe(2);
      const { items } = await store.workflows.list({ project: 'shop', limit: 10 });
      expect(items.map(({ workflowExecId }) => workflowExecId)).toEqual(['run-3']);
      expect(await store.prune({ ...old, limit: 2 })).toBe(1);
      expect(await store.prune({ ...old, limit: 2 })).toBe(0);
    });

    it('knows the oldest row of all kinds and projects', async () => {
      await using context = await create();
      const { store, other } = context;
      const { workflows, events, deadLetters } = store;
      expect(await other.oldestRow()).toBe(undefined);
      await workflows.upsert(executionRecord('b', { project: 'b', startedAt: timeAt(5 * HOUR) }));
      await workflows.upsert(executionRecord('b-old', { project: 'b', startedAt: timeAt(4 * HOUR) }));
      await workflows.upsert(executionRecord('a', { project: 'a', startedAt: timeAt(6 * HOUR) }));
      expect(await other.oldestRow()).toBe(timeAt(4 * HOUR));
      const acceptedAt = timeAt(3 * HOUR);
      await events.upsertAll([eventRecord('late', { project: 'c', acceptedAt, updatedAt: timeAt(9 * HOUR) })]);
      expect(await other.oldestRow()).toBe(acceptedAt);
      await deadLetters.addAll([deadLetter('dead', { project: 'd', at: timeAt(2 * HOUR) })]);
      await deadLetters.addAll([deadLetter('later', { project: 'e', at: timeAt(7 * HOUR) })]);
      expect(await other.oldestRow()).toBe(timeAt(2 * HOUR));
      await deadLetters.remove('d', 'dead');
      expect(await other.oldestRow()).toBe(acceptedAt);
    });
  });
}
