import type { Status } from '../../model/task.js';
import type { ContractRunner } from '../describe-blob-store.js';
import { executionRecord, readAllPages, timeAt } from './sample-records.js';
import type { StoreContract } from './store-contract.js';

const TERMINAL: readonly Status[] = ['SUCCESS', 'FAILED', 'CANCELED', 'TIMED_OUT'];

export function describeExecutionRows({ create }: StoreContract, { describe, it, expect }: ContractRunner): void {
  describe('executions', () => {
    it('are read back as they were written', async () => {
      await using context = await create();
      const record = executionRecord('run-1', {
        status: 'FAILED',
        error: { code: 'Task.Failed', message: 'no' },
        trigger: { type: 'signal', name: 'order.created', payload: { a: 1 } },
        usage: { tokens: 12 },
        endedAt: timeAt(5),
      });
      expect(await context.store.workflows.upsert(record)).toBe(true);
      expect(await context.store.workflows.get('run-1')).toEqual(record);
      expect(await context.other.workflows.get('run-1')).toEqual(record);
      expect(await context.store.workflows.get('run-2')).toBe(undefined);
      // The order of keys is part of an input.
      expect(JSON.stringify((await context.store.workflows.get('run-1'))?.input)).toBe(JSON.stringify(record.input));
    });

    it('take what is newer, and nothing that is older or as old', async () => {
      await using context = await create();
      const { workflows } = context.store;
      expect(await workflows.upsert(executionRecord('run-1', { version: 5, status: 'WAITING' }))).toBe(true);
      for (const version of [0, 4, 5]) {
        expect(await workflows.upsert(executionRecord('run-1', { version, status: 'SUCCESS' }))).toBe(false);
      }
      expect((await workflows.get('run-1'))?.status).toBe('WAITING');
      expect(await workflows.upsert(executionRecord('run-1', { version: 6, status: 'RUNNING' }))).toBe(true);
      expect((await workflows.get('run-1'))?.version).toBe(6);
    });

    it('change no more after a terminal status', async () => {
      await using context = await create();
      const { workflows } = context.store;
      for (const status of TERMINAL) {
        expect(await workflows.upsert(executionRecord(status, { version: 3, status }))).toBe(true);
        expect(await workflows.upsert(executionRecord(status, { version: 9, status: 'RUNNING' }))).toBe(false);
        expect(await workflows.upsert(executionRecord(status, { version: 9, status: 'FAILED' }))).toBe(false);
        expect((await workflows.get(status))?.status).toBe(status);
        expect((await workflows.get(status))?.version).toBe(3);
      }
    });

    it('are not written over by another execution that was given the same id', async () => {
      await using context = await create();
      const { workflows } = context.store;
      const record = executionRecord('run-1', { status: 'WAITING' });
      await workflows.upsert(record);
      for (const other of [{ workflowId: 'count' }, { project: 'bank' }, { temporalWorkflowId: 'greet-2' }]) {
        expect(await workflows.upsert(executionRecord('run-1', { version: 9, status: 'SUCCESS', ...other }))).toBe(
          false,
        );
        expect(await context.other.workflows.get('run-1')).toEqual(record);
      }
    });

    it('are of one execution when several that were given the same id come at once', async () => {
      await using context = await create();
      const { workflows } = context.store;
      const wrote = await Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          const { store } = i % 2 === 0 ? context : { store: context.other };
          const temporalWorkflowId = `greet-${i}`;
          const record = executionRecord('run-1', { version: i + 1, temporalWorkflowId });
          return (await store.workflows.upsert(record)) ? [temporalWorkflowId] : [];
        }),
      );
      expect(wrote.flat()).toEqual([(await workflows.get('run-1'))?.temporalWorkflowId]);
    });

    it('end at the newest version, whoever writes and in whatever order', async () => {
      await using context = await create();
      const versions = Array.from({ length: 60 }, (_, i) => ((i * 37) % 60) + 1);
      await Promise.all(
        versions.map((version, i) =>
          (i % 2 === 0 ? context.store : context.other).workflows.upsert(
            executionRecord('run-1', { version, output: version }),
          ),
        ),
      );
      const stored = await context.other.workflows.get('run-1');
      expect(stored?.version).toBe(60);
      expect(stored?.output).toBe(60);
    });

    it('have one winner of several terminal writes, and only the winner is told so', async () => {
      await using context = await create();
      const answers = await Promise.all(
        TERMINAL.flatMap((status) => [context.store, context.other].map((store) => ({ status, store }))).map(
          async ({ status, store }, i) => ({
            output: i,
            wrote: await store.workflows.upsert(executionRecord('run-1', { version: 10 + i, status, output: i })),
          }),
        ),
      );
      const winners = answers.filter(({ wrote }) => wrote);
      expect(winners.length).toBe(1);
      expect((await context.store.workflows.get('run-1'))?.output).toBe(winners[0]?.output);
    });

    it('are listed newest start first, ties by id, each once', async () => {
      await using context = await create();
      const { workflows } = context.store;
      const records = Array.from({ length: 23 }, (_, i) =>
        executionRecord(`run-${String((i * 7) % 23).padStart(2, '0')}`, { startedAt: timeAt(Math.floor(i / 5)) }),
      );
      for (const record of records) await workflows.upsert(record);
      const sorted = records.toSorted((a, b) =>
        a.startedAt === b.startedAt
          ? b.workflowExecId.localeCompare(a.workflowExecId)
          : b.startedAt.localeCompare(a.startedAt),
      );
      for (const limit of [1, 4, 23, 100]) {
        const { items, pages } = await readAllPages((cursor) => workflows.list({ project: 'shop', limit, ...cursor }));
        expect(items).toEqual(sorted);
        expect(pages).toBe(Math.ceil(23 / limit));
      }
    });

    it('are filtered by project, workflow, statuses and start', async () => {
      await using context = await create();
      const { workflows } = context.store;
      const statuses: readonly Status[] = ['RUNNING', 'SUCCESS', 'FAILED'];
      const all = Array.from({ length: 36 }, (_, i) =>
        executionRecord(`run-${String(i).padStart(2, '0')}`, {
          project: i % 9 === 0 ? 'shop-2' : 'shop',
          workflowId: i % 2 === 0 ? 'greet' : 'bill',
          status: statuses[i % 3]!,
          startedAt: timeAt(i),
        }),
      );
      for (const record of all) await workflows.upsert(record);
      const filters = [
        {},
        { workflowId: 'greet' },
        { workflowId: 'none' },
        { status: ['FAILED'] as const },
        { status: ['FAILED', 'RUNNING'] as const },
        { status: ['FAILED', 'FAILED'] as const },
        { status: ['SUCCESS', 'FAILED', 'PAUSED'] as const, workflowId: 'bill' },
        { startedFrom: timeAt(10), startedBefore: timeAt(20) },
        { startedFrom: timeAt(3), workflowId: 'bill', status: ['RUNNING', 'SUCCESS'] as const },
      ];
      for (const filter of filters) {
        const { items } = await readAllPages((cursor) =>
          workflows.list({ project: 'shop', limit: 3, ...filter, ...cursor }),
        );
        const expected = all
          .filter(
            (record) =>
              record.project === 'shop' &&
              (filter.workflowId === undefined || record.workflowId === filter.workflowId) &&
              (filter.status === undefined || (filter.status as readonly Status[]).includes(record.status)) &&
              (filter.startedFrom === undefined || record.startedAt >= filter.startedFrom) &&
              (filter.startedBefore === undefined || record.startedAt < filter.startedBefore),
          )
          .toReversed();
        expect(items).toEqual(expected);
      }
    });

    it('refuse a cursor of another list, a made-up one, and a limit that is none', async () => {
      await using context = await create();
      const { workflows, events } = context.store;
      for (const id of ['a', 'b']) await workflows.upsert(executionRecord(id));
      const { nextCursor } = await workflows.list({ project: 'shop', limit: 1 });
      const invalid = { code: 'Input.Invalid' };
      await expect(events.list({ project: 'shop', limit: 1, cursor: nextCursor! })).rejects.toMatchObject(invalid);
      for (const cursor of ['', 'x', 'bnVsbA', "' or 1=1"]) {
        await expect(workflows.list({ project: 'shop', limit: 1, cursor })).rejects.toMatchObject(invalid);
      }
      for (const limit of [0, -1, 1.5, 501, Number.NaN]) {
        await expect(workflows.list({ project: 'shop', limit })).rejects.toMatchObject(invalid);
      }
    });

    it('that are open are listed for the reconciler, longest silent first', async () => {
      await using context = await create();
      const { workflows } = context.store;
      const write = (id: string, updated: number, status: Status, project = 'shop') =>
        workflows.upsert(executionRecord(id, { updatedAt: timeAt(updated), status, project }));
      await write('late', 30, 'RUNNING');
      await write('second', 20, 'WAITING');
      await write('first', 10, 'PAUSED');
      await write('done', 5, 'SUCCESS');
      await write('elsewhere', 5, 'RUNNING', 'shop-2');
      const ids = async (before: number, limit: number) =>
        (await workflows.listOpen('shop', timeAt(before), limit)).map(({ workflowExecId }) => workflowExecId);
      expect(await ids(30, 10)).toEqual(['first', 'second']);
      expect(await ids(31, 10)).toEqual(['first', 'second', 'late']);
      expect(await ids(31, 1)).toEqual(['first']);
      const [first] = await workflows.listOpen('shop', timeAt(31), 1);
      const rest = await workflows.listOpen('shop', timeAt(31), 10, first);
      expect(rest.map(({ workflowExecId }) => workflowExecId)).toEqual(['second', 'late']);
    });
  });
}
