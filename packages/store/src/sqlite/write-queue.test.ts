import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createWriteQueue } from './write-queue.js';

function setUp() {
  const database = new DatabaseSync(':memory:');
  database.exec('create table names (name text primary key)');
  let commits = 0;
  const queue = createWriteQueue<DatabaseSync>({
    async transact(work) {
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
  const insert = (name: string) =>
    queue.write((open) => open.prepare('insert into names values (?) returning name').all(name));
  const names = () =>
    database
      .prepare('select name from names order by name')
      .all()
      .map(({ name }) => name);
  return { database, queue, insert, names, commits: () => commits };
}

describe('createWriteQueue', () => {
  it('commits what is asked for at once together, and gives each its own result', async () => {
    const { insert, names, commits } = setUp();
    const results = await Promise.all(['a', 'b', 'c'].map(insert));
    expect(results).toEqual([[{ name: 'a' }], [{ name: 'b' }], [{ name: 'c' }]]);
    expect(names()).toEqual(['a', 'b', 'c']);
    expect(commits()).toBe(1);
    await insert('d');
    expect(commits()).toBe(2);
  });

  it('refuses one that fails, and keeps the others', async () => {
    const { insert, names } = setUp();
    const results = await Promise.allSettled(['a', 'a', 'b'].map(insert));
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

  it('is idle when everything is written', async () => {
    const { queue, insert, names } = setUp();
    const written = insert('a');
    await queue.idle();
    expect(names()).toEqual(['a']);
    await written;
  });
});
