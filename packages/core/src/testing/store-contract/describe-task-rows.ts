import type { ContractRunner } from '../describe-blob-store.js';
import { readAllPages, taskRecord, timeAt } from './sample-records.js';
import type { StoreContract } from './store-contract.js';

/** More than one statement can take in any of the databases. */
const MANY = 9_001;

export function describeTaskRows({ create }: StoreContract, { describe, it, expect }: ContractRunner): void {
  describe('tasks', () => {
    it('are read back as they were written', async () => {
      await using context = await create();
      const record = taskRecord('t-1', {
        status: 'SUCCESS',
        output: { greeting: 'Hello' },
        ended_at: timeAt(9),
        parent: 'root/all',
        parent_state_id: 'p-1',
        progress: { total: 3, settled: 3, failed: 0, active: 0 },
      });
      await context.store.tasks.upsertAll([record]);
      expect(await context.store.tasks.get('t-1')).toEqual(record);
      expect(await context.store.tasks.get('t-2')).toBe(undefined);
      await context.store.tasks.upsertAll([]);
    });

    it('take what is newer, each for itself, and change no more after a terminal status', async () => {
      await using context = await create();
      const { tasks } = context.store;
      await tasks.upsertAll([
        taskRecord('older', { version: 5, output: 'kept' }),
        taskRecord('newer', { version: 5 }),
        taskRecord('ended', { version: 5, status: 'FAILED' }),
      ]);
      await tasks.upsertAll([
        taskRecord('older', { version: 5, output: 'changed' }),
        taskRecord('newer', { version: 6, output: 'changed' }),
        taskRecord('ended', { version: 9, status: 'RUNNING' }),
        taskRecord('added', { version: 1 }),
      ]);
      expect((await tasks.get('older'))?.output).toBe('kept');
      expect((await tasks.get('newer'))?.output).toBe('changed');
      expect((await tasks.get('ended'))?.status).toBe('FAILED');
      expect((await tasks.get('added'))?.version).toBe(1);
    });

    it('may come twice in one call: the newest is written', async () => {
      await using context = await create();
      await context.store.tasks.upsertAll([2, 4, 3].map((version) => taskRecord('t-1', { version })));
      expect((await context.store.tasks.get('t-1'))?.version).toBe(4);
    });

    it('end at the newest version when two write the same ones in opposite orders', async () => {
      await using context = await create();
      const ids = Array.from({ length: 50 }, (_, i) => `t-${i}`);
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => {
          const records = ids.map((id) => taskRecord(id, { version: i + 1, output: i + 1 }));
          return i % 2 === 0
            ? context.store.tasks.upsertAll(records)
            : context.other.tasks.upsertAll(records.toReversed());
        }),
      );
      for (const id of ids) expect((await context.store.tasks.get(id))?.output).toBe(20);
    });

    it('are written all or not at all, however many', async () => {
      await using context = await create();
      const records = Array.from({ length: MANY }, (_, i) => taskRecord(`t-${String(i).padStart(5, '0')}`));
      await expect(
        context.store.tasks.upsertAll([...records, taskRecord('bad', { started_at: 'yesterday' })]),
      ).rejects.toMatchObject({ code: 'Input.Invalid' });
      expect(await context.store.tasks.get('t-00000')).toBe(undefined);
      await context.store.tasks.upsertAll(records);
      const { items } = await readAllPages((cursor) => context.other.tasks.list('run-1', { limit: 500, ...cursor }));
      expect(items.length).toBe(MANY);
      expect(items.at(-1)?.task_exec_id).toBe(`t-${MANY - 1}`.replace('t-', 't-0'));
    });

    it('are listed in the order in which they started, ties by id, those that have not at the end', async () => {
      await using context = await create();
      const { tasks } = context.store;
      await tasks.upsertAll([
        taskRecord('z-pending', { started_at: null, status: 'PENDING' }),
        taskRecord('b-second', { started_at: timeAt(2) }),
        taskRecord('a-second', { started_at: timeAt(2) }),
        taskRecord('x-first', { started_at: timeAt(1), parent_state_id: 'p-1' }),
        taskRecord('c-third', { started_at: timeAt(3), parent_state_id: 'p-1' }),
        taskRecord('elsewhere', { workflowExecId: 'run-2', parent_state_id: 'p-2' }),
      ]);
      for (const limit of [1, 2, 5]) {
        const { items } = await readAllPages((cursor) => tasks.list('run-1', { limit, ...cursor }));
        expect(items.map(({ task_exec_id }) => task_exec_id)).toEqual([
          'x-first',
          'a-second',
          'b-second',
          'c-third',
          'z-pending',
        ]);
        const children = await readAllPages((cursor) => tasks.children('p-1', { limit, ...cursor }));
        expect(children.items.map(({ task_exec_id }) => task_exec_id)).toEqual(['x-first', 'c-third']);
      }
      expect(await tasks.list('none', { limit: 5 })).toEqual({ items: [] });
    });
  });
}
