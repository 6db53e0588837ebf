import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { WriteOptions } from '../sql/sql-database.js';
import { createWriteQueue } from './write-queue.js';

function setUp() {
  const database = new DatabaseSync(':memory:');
  database.exec('create table names (name text primary key)');
  let commits = 0;
  const durable: boolean[] = [];
  const queue = createWriteQueue<DatabaseSync>({
    async transact(work, isDurable) {
      durable.push(isDurable);
      database.exec('begin');
      try {
        const result = work(database);
        database.exec('commit');
        commits += 1;
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec('rollback');
        throw error;
      }
    },
    isIntact: (open) => open.isTransaction,
    toError: (error) => new Error('refused', { cause: error }),
  });
  const insert = (name: string, options?: WriteOptions) =>
    queue.write((open) => open.prepare('insert into names values (?) returning name').all(name), options);
  const names = () =>
    database
      .prepare('select name from names order by name')
      .all()
      .map(({ name }) => name);
  return { database, queue, insert, names, durable, commits: () => commits };
}

describe('createWriteQueue', () => {
  it('commits what is asked for at once together, and gives each its own result', async () => {
    const { insert, names, commits } = setUp();
    const results = await Promise.all(['a', 'b', 'c'].map((name) => insert(name)));
    expect(results).toEqual([[{ name: 'a' }], [{ name: 'b' }], [{ name: 'c' }]]);
    expect(names()).toEqual(['a', 'b', 'c']);
    expect(commits()).toBe(1);
    await insert('d');
    expect(commits()).toBe(2);
  });

  it('refuses one that fails, and keeps the others', async () => {
    const { insert, names } = setUp();
    const results = await Promise.allSettled(['a', 'a', 'b'].map((name) => insert(name)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(insert('a')).rejects.toThrow('refused');
    expect(names()).toEqual(['a', 'b']);
  });

  it('refuses all when one of them has ended the transaction, and goes on', async () => {
    const { queue, insert, names } = setUp();
    const breaking = queue.write((open) => {
      open.exec('rollback');
      throw new Error('the disk is full');
    });
    const results = await Promise.allSettled([insert('a'), breaking, insert('b')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await insert('c');
    expect(names()).toEqual(['c']);
  });

  it('waits for the disk when one of them has to', async () => {
    const { insert, durable } = setUp();
    const mayBeLost = { mayBeLost: true } as const;
    await Promise.all([insert('a', mayBeLost), insert('b', mayBeLost)]);
    await Promise.all([insert('c', mayBeLost), insert('d')]);
    await insert('e', mayBeLost);
    expect(durable).toEqual([false, true, false]);
  });

  it('is idle when everything is written', async () => {
    const { queue, insert, names } = setUp();
    const written = insert('a');
    await queue.idle();
    expect(names()).toEqual(['a']);
    await written;
  });
});
