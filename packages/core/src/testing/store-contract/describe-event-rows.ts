import type { ContractRunner } from '../describe-blob-store.js';
import { deadLetter, eventRecord, readAllPages, timeAt } from './sample-records.js';
import type { StoreContract } from './store-contract.js';

export function describeEventRows({ create }: StoreContract, { describe, it, expect }: ContractRunner): void {
  describe('events', () => {
    it('are read back as they were written, by project', async () => {
      await using context = await create();
      const record = eventRecord('e-1', {
        status: 'processed',
        started: [{ workflowId: 'greet', workflowExecId: 'run-1' }],
      });
      await context.store.events.upsertAll([record, eventRecord('e-1', { project: 'shop-2' })]);
      expect(await context.store.events.get('shop', 'e-1')).toEqual(record);
      expect((await context.store.events.get('shop-2', 'e-1'))?.status).toBe('accepted');
      expect(await context.store.events.get('shop', 'e-2')).toBe(undefined);
    });

    it('are never set back to accepted, in whatever order they are written', async () => {
      await using context = await create();
      const { events } = context.store;
      const later = { updatedAt: timeAt(50) };
      await events.upsertAll([eventRecord('e-1'), eventRecord('e-2', { status: 'dead' })]);
      await events.upsertAll([eventRecord('e-1', { status: 'processed' }), eventRecord('e-2', later)]);
      await events.upsertAll([eventRecord('e-1', later), eventRecord('e-3', { status: 'dead' }), eventRecord('e-3')]);
      expect((await events.get('shop', 'e-1'))?.status).toBe('processed');
      expect((await events.get('shop', 'e-2'))?.status).toBe('dead');
      expect((await events.get('shop', 'e-3'))?.status).toBe('dead');
    });

    it('of one id have a row for each name', async () => {
      await using context = await create();
      const { events } = context.store;
      const paid = eventRecord('e-1', { name: 'paid', status: 'processed', acceptedAt: timeAt(1) });
      const sent = eventRecord('e-1', { name: 'sent', status: 'dead', acceptedAt: timeAt(2) });
      await events.upsertAll([sent, paid]);
      await context.other.events.upsertAll([eventRecord('e-1', { name: 'late', acceptedAt: timeAt(0) })]);
      // Ids that begin alike are of other events.
      await events.upsertAll([eventRecord('e-1\n', { acceptedAt: timeAt(9) }), eventRecord('e-10')]);
      expect(await events.get('shop', 'e-1', 'paid')).toEqual(paid);
      expect(await events.get('shop', 'e-1', 'sent')).toEqual(sent);
      expect(await events.get('shop', 'e-1', 'none')).toBe(undefined);
      // Without a name, the one that was accepted last.
      expect(await events.get('shop', 'e-1')).toEqual(sent);
      const { items } = await events.list({ project: 'shop', limit: 10 });
      expect(items.filter(({ eventId }) => eventId === 'e-1').map(({ name }) => name)).toEqual([
        'sent',
        'paid',
        'late',
      ]);
    });

    it('are listed newest first, also by status', async () => {
      await using context = await create();
      const { events } = context.store;
      await events.upsertAll(
        Array.from({ length: 11 }, (_, i) =>
          eventRecord(`e-${String(i).padStart(2, '0')}`, {
            acceptedAt: timeAt(Math.floor(i / 3)),
            status: i % 2 === 0 ? 'processed' : 'dead',
          }),
        ),
      );
      const ids = async (filter: { status?: 'processed' | 'dead' }) => {
        const { items } = await readAllPages((cursor) =>
          events.list({ project: 'shop', limit: 2, ...filter, ...cursor }),
        );
        return items.map(({ eventId }) => Number(eventId.slice(2)));
      };
      expect(await ids({})).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
      expect(await ids({ status: 'dead' })).toEqual([9, 7, 5, 3, 1]);
    });
  });

  describe('dead letters', () => {
    it('are stored once for an id', async () => {
      await using context = await create();
      const { deadLetters } = context.store;
      const letter = deadLetter('d-1');
      await deadLetters.addAll([letter, deadLetter('d-1', { reason: { message: 'again' } })]);
      await context.other.deadLetters.addAll([deadLetter('d-1', { reason: { message: 'and again' } })]);
      expect(await deadLetters.get('shop', 'd-1')).toEqual(letter);
      expect(await deadLetters.get('shop-2', 'd-1')).toBe(undefined);
      expect((await deadLetters.list({ project: 'shop', limit: 10 })).items.length).toBe(1);
    });

    it('are marked as replayed by one of many who try', async () => {
      await using context = await create();
      await context.store.deadLetters.addAll([deadLetter('d-1')]);
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          (i % 2 === 0 ? context.store : context.other).deadLetters.markReplayed('shop', 'd-1', timeAt(i)),
        ),
      );
      expect(answers.filter(Boolean).length).toBe(1);
      const stored = await context.store.deadLetters.get('shop', 'd-1');
      expect(stored?.replayedAt).toBe(timeAt(answers.indexOf(true)));
      expect(await context.store.deadLetters.markReplayed('shop', 'none', timeAt(1))).toBe(false);
    });

    it('are listed newest first, by whether they were replayed, and removed', async () => {
      await using context = await create();
      const { deadLetters } = context.store;
      await deadLetters.addAll(Array.from({ length: 7 }, (_, i) => deadLetter(`d-${i}`, { at: timeAt(i % 3) })));
      for (const id of ['d-2', 'd-3']) await deadLetters.markReplayed('shop', id, timeAt(100));
      const ids = async (filter: { replayed?: boolean }) => {
        const { items } = await readAllPages((cursor) =>
          deadLetters.list({ project: 'shop', limit: 2, ...filter, ...cursor }),
        );
        return items.map(({ id }) => id);
      };
      expect(await ids({})).toEqual(['d-5', 'd-2', 'd-4', 'd-1', 'd-6', 'd-3', 'd-0']);
      expect(await ids({ replayed: true })).toEqual(['d-2', 'd-3']);
      expect(await ids({ replayed: false })).toEqual(['d-5', 'd-4', 'd-1', 'd-6', 'd-0']);
      expect(await deadLetters.remove('shop', 'd-2')).toBe(true);
      expect(await deadLetters.remove('shop', 'd-2')).toBe(false);
      expect(await ids({ replayed: true })).toEqual(['d-3']);
    });
  });
}
