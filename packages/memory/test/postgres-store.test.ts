import { execFile } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Client, Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryCall, MemoryOperations } from '@compozy/core';
import { createMemory, createPostgresStore, migrateMemory, readMemorySchema } from '@compozy/memory';
import { describeMemoryStore } from '@compozy/memory/testing';
import { postgresMissing, startPostgres, type PostgresServer } from '../../store/test/servers/start-postgres.js';
import { watchPool } from '../../store/test/servers/watch-pool.js';

const reason = postgresMissing === undefined ? '' : ` (skipped: ${postgresMissing})`;
const unavailable = { code: 'Memory.Unavailable', retryable: true };
const chat = { id: 'chat', type: 'buffer', flushing: 'simple_fifo' } as const;
const countTokens = (text: string) => text.length;

let calls = 0;
function operate(memory: MemoryOperations, operation: string, given: object = {}): Promise<unknown> {
  const base = { project: 'p', memory: chat, key: 'k', idempotencyKey: `call-${(calls += 1)}`, operation };
  return memory.execute({ ...base, ...given } as unknown as MemoryCall);
}

const append = (memory: MemoryOperations, content: string, given: object = {}) =>
  operate(memory, 'append', { messages: [{ role: 'user', content }], ...given });

async function texts(memory: MemoryOperations, given: object = {}): Promise<readonly string[]> {
  const { messages } = (await operate(memory, 'read', given)) as { messages: readonly { content: string }[] };
  return messages.map(({ content }) => content);
}

const each = (count: number) => Array.from({ length: count }, (_, index) => index);
const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);

describe.skipIf(postgresMissing !== undefined)(`createPostgresStore${reason}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => server?.[Symbol.asyncDispose]());

  async function create() {
    const store = createPostgresStore({ url: server.createDatabase(), maxConnections: 4 });
    return { store, [Symbol.asyncDispose]: () => store.close() };
  }

  /** As many hosts as asked for, on one new database. */
  function createHosts(count: number, now?: () => number) {
    const url = server.createDatabase();
    const options = { countTokens, ...(now === undefined ? {} : { now }) };
    const memories = each(count).map(() => createMemory({ store: createPostgresStore({ url }), ...options }));
    const dispose = async () => void (await Promise.all(memories.map((memory) => memory.close())));
    return { url, memories, [Symbol.asyncDispose]: dispose };
  }

  async function query(url: string, statement: string): Promise<readonly unknown[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  describeMemoryStore({ name: 'PostgreSQL', create }, { describe, it, expect });

  it('shows each host what the others appended, and makes one call of several hosts once', async () => {
    await using hosts = createHosts(3);
    const [ada, bob, eve] = hosts.memories as [MemoryOperations, MemoryOperations, MemoryOperations];
    await append(ada, 'one');
    await append(bob, 'two');
    expect(await texts(eve)).toEqual(['one', 'two']);
    const same = { idempotencyKey: 'run/task' };
    const answers = await Promise.all(hosts.memories.map((memory) => append(memory, 'three', same)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await append(ada, 'three', same)).toEqual(answers[0]);
    expect(await texts(bob)).toEqual(['one', 'two', 'three']);
  });

  it('makes a call once that several hosts make for different conversations', async () => {
    await using hosts = createHosts(8);
    const keys = hosts.memories.map((_, index) => `k${index}`);
    const same = (key: string) => ({ key, idempotencyKey: 'same' });
    const answers = await Promise.all(hosts.memories.map((memory, i) => append(memory, 'one', same(keys[i]!))));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const found = await Promise.all(keys.map((key) => texts(hosts.memories[0]!, { key })));
    expect(found.flat()).toEqual(['one']);
  });

  it('lets hosts copy conversations over each other at the same time', async () => {
    const url = server.createDatabase();
    const stores = each(4).map(() => createPostgresStore({ url }));
    const memory = createMemory({ store: stores[0]!, countTokens });
    await append(memory, 'a', { key: 'a' });
    await append(memory, 'b', { key: 'b' });
    const copy = (index: number) => {
      const [from, to] = index % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
      const id = { project: 'p', memory: 'chat', key: from! };
      const options = { operationKey: `copy-${index}`, at: Date.now() };
      const result = { success: true, key: from! } as const;
      return stores[index % 4]!.change(id, options, () => ({ result, change: { copyTo: to!, append: [] } }));
    };
    const copied = await Promise.all(each(80).map(copy));
    expect(copied.length).toBe(80);
    const [a, b] = [await texts(memory, { key: 'a' }), await texts(memory, { key: 'b' })];
    expect(a).toEqual(b);
    expect([['a'], ['b']]).toContainEqual(a);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('keeps every rule between processes that start on one new database', async () => {
    await using dir = await mkdtempDisposable(path.join(tmpdir(), 'compozy-memory-'));
    const program = path.join(dir.path, 'append-with-others.cjs');
    await build({
      entryPoints: [path.join(import.meta.dirname, 'programs/append-with-others.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      conditions: ['@compozy/source'],
      external: ['pg-native'],
      logLevel: 'error',
    });
    await using hosts = createHosts(1);
    const run = promisify(execFile);
    const outputs = await Promise.all(
      each(4).map((own) => run(process.execPath, [program, hosts.url, String(own)], { timeout: 110_000 })),
    );
    const answers = outputs.map(
      ({ stdout }) => JSON.parse(stdout) as { totals: { total_count: number }[]; same: { total_count: number }[] },
    );
    const totals = answers.flatMap((answer) => answer.totals.map(({ total_count: total }) => total));
    expect(sorted(totals)).toEqual(each(160).map((index) => index + 1));
    for (const { same } of answers) expect(same).toEqual(answers[0]!.same);
    const [memory] = hosts.memories as [MemoryOperations];
    const shared = await texts(memory, { key: 'shared' });
    expect([shared.length, new Set(shared).size]).toEqual([160, 160]);
    expect((await texts(memory, { key: 'same' })).toSorted()).toEqual(
      each(40)
        .map((i) => `same-${i}`)
        .toSorted(),
    );
    expect(await query(hosts.url, 'select version from compozy_memory_schema')).toEqual([{ version: 1 }]);
    const miscounted = `select c.key from compozy_memory_conversations c where (c.count, c.tokens) <>
      (select count(*), coalesce(sum(tokens), 0) from compozy_memory_messages m where m.conversation = c.id)`;
    expect(await query(hosts.url, miscounted)).toEqual([]);
  });

  it('keeps each append once when the server is killed among many, and each is tried again', async () => {
    await using own = await startPostgres();
    const url = own.createDatabase();
    const memories = each(2).map(() => createMemory({ store: createPostgresStore({ url }), countTokens }));
    await append(memories[0]!, 'first');
    let failed = 0;
    let done = 0;
    const persist = async (index: number): Promise<void> => {
      for (;;) {
        try {
          await append(memories[index % 2]!, `m${index}`, { key: `k${index % 10}`, idempotencyKey: `append-${index}` });
          done += 1;
          return;
        } catch (error) {
          expect(error).toMatchObject(unavailable);
          failed += 1;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    };
    const all = Promise.all(each(400).map(persist));
    for (const goal of [50, 150]) {
      await expect.poll(() => done, { interval: 1 }).toBeGreaterThan(goal);
      const before = failed;
      await own.stop();
      await expect.poll(() => failed).toBeGreaterThan(before);
      await own.start();
    }
    await all;
    expect(failed).toBeGreaterThan(0);
    const found = await Promise.all(each(10).map((index) => texts(memories[0]!, { key: `k${index}` })));
    expect(found.flat().toSorted()).toEqual(
      each(400)
        .map((index) => `m${index}`)
        .toSorted(),
    );
    await Promise.all(memories.map((memory) => memory.close()));
  });

  it.each([
    ['before it is committed', 'before'],
    ['when the answer to the commit is lost', 'after'],
  ] as const)('makes a change once that loses its connection %s', async (_, moment) => {
    await using hosts = createHosts(1);
    const [other] = hosts.memories as [MemoryOperations];
    await append(other, 'one');
    const pool = new Pool({ connectionString: hosts.url });
    pool.on('error', () => undefined);
    const watched = watchPool(pool);
    const memory = createMemory({ store: createPostgresStore({ pool: watched.pool }), countTokens });
    await texts(memory);
    watched.cut(moment);
    const same = { idempotencyKey: 'cut' };
    await expect(append(memory, 'two', same)).rejects.toMatchObject(unavailable);
    expect(await texts(other)).toEqual(moment === 'before' ? ['one'] : ['one', 'two']);
    expect(await append(memory, 'two', same)).toMatchObject({ total_count: 2 });
    expect(await texts(other)).toEqual(['one', 'two']);
    await memory.close();
    await pool.end();
  });

  it('says Memory.Unavailable while the server is down, and works again by itself when it is back', async () => {
    await using own = await startPostgres();
    const url = own.createDatabase();
    const [used, fresh] = each(2).map(() => createMemory({ store: createPostgresStore({ url }), countTokens }));
    await append(used!, 'before');
    await own.stop();
    await expect(append(used!, 'during')).rejects.toMatchObject(unavailable);
    await expect(texts(fresh!)).rejects.toMatchObject(unavailable);
    await expect(used!.check()).rejects.toMatchObject(unavailable);
    const health = { includeStats: false, checkConnectivity: true };
    expect(await operate(used!, 'health', health)).toMatchObject({ healthy: false });
    await own.start();
    await used!.check();
    expect(await operate(used!, 'health', health)).toMatchObject({ healthy: true, message_count: 1 });
    expect(await append(fresh!, 'after')).toMatchObject({ total_count: 2 });
    await used!.close();
    await expect(append(used!, 'closed')).rejects.toMatchObject(unavailable);
    await fresh!.close();
  });

  it('gives up on a conversation that somebody holds for too long, and serves the others meanwhile', async () => {
    await using hosts = createHosts(2);
    const [memory, other] = hosts.memories as [MemoryOperations, MemoryOperations];
    await append(memory, 'one');
    const client = new Client({ connectionString: hosts.url });
    await client.connect();
    await client.query(`begin; select * from compozy_memory_conversations for update`);
    const waiting = each(5).map(() => append(memory, 'two'));
    const held = Promise.allSettled(waiting);
    expect(await append(other, 'apart', { key: 'other' })).toMatchObject({ total_count: 1 });
    await expect(waiting[0]).rejects.toMatchObject({ ...unavailable, details: { sqlState: '55P03' } });
    await client.query('rollback');
    await client.end();
    await held;
    expect(await append(memory, 'three')).toMatchObject({ success: true });
  });

  it('takes a conversation back from a host that stands still in the middle of a change', async () => {
    await using hosts = createHosts(1);
    const [other] = hosts.memories as [MemoryOperations];
    await append(other, 'one');
    const pool = new Pool({ connectionString: hosts.url });
    pool.on('error', () => undefined);
    const watched = watchPool(pool);
    const memory = createMemory({ store: createPostgresStore({ pool: watched.pool }), countTokens });
    await texts(memory);
    watched.cut('never');
    const same = { idempotencyKey: 'still' };
    const still = append(memory, 'two', same);
    const held = `select * from pg_locks where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())`;
    await expect.poll(async () => (await pool.query(held)).rows.length).toBe(1);
    const late = await Promise.allSettled(each(4).map((index) => append(other, `late ${index}`)));
    expect(late).toMatchObject(each(4).map(() => ({ status: 'rejected', reason: unavailable })));
    // Two of them waited for the database; the others do not wait for it too, one after another.
    expect(late[3]).toMatchObject({ reason: { message: expect.stringContaining('take too long') as string } });
    await expect(still).rejects.toMatchObject(unavailable);
    expect(await append(other, 'three')).toMatchObject({ total_count: 2 });
    expect(await append(memory, 'two', same)).toMatchObject({ total_count: 3 });
    expect(await texts(other)).toEqual(['one', 'three', 'two']);
    await memory.close();
    await pool.end();
  });

  it('leaves a database of a later version alone, and says so', async () => {
    const url = server.createDatabase();
    expect(await readMemorySchema({ url })).toEqual({ version: 0, newest: 1 });
    const all = await Promise.all(each(4).map(() => migrateMemory({ url })));
    expect(all.filter(({ from }) => from === 0)).toEqual([{ from: 0, to: 1 }]);
    await query(url, 'insert into compozy_memory_schema values (99, 0)');
    expect(await readMemorySchema({ url })).toEqual({ version: 99, newest: 1 });
    const memory = createMemory({ store: createPostgresStore({ url }), countTokens });
    const message = expect.stringContaining('format 99, known is 1') as string;
    await expect(append(memory, 'one')).rejects.toMatchObject({ code: 'Memory.Unavailable', message });
    await expect(migrateMemory({ url })).rejects.toMatchObject({ code: 'Memory.Unavailable', message });
    await memory.close();
  });

  it('needs no right to make tables once they are there', async () => {
    const url = server.createDatabase();
    await migrateMemory({ url });
    await query(
      url,
      `create role writer_only login; revoke create on schema public from public;
       grant select, insert, update, delete on all tables in schema public to writer_only`,
    );
    const memory = createMemory({
      store: createPostgresStore({ url: url.replace('compozy@', 'writer_only@') }),
      countTokens,
    });
    await memory.check();
    expect(await append(memory, 'one')).toMatchObject({ total_count: 1 });
    await memory.close();
    await expect(migrateMemory({ url: server.createDatabase().replace('compozy@', 'nobody@') })).rejects.toMatchObject({
      code: 'Memory.Unavailable',
      message: expect.stringContaining('role "nobody" does not exist') as string,
    });
  });

  it('uses a pool of the caller and leaves it open', async () => {
    const pool = new Pool({ connectionString: server.createDatabase() });
    const memory = createMemory({ store: createPostgresStore({ pool }), countTokens });
    await append(memory, 'one');
    await memory.close();
    const { rows } = await pool.query('select content from compozy_memory_messages');
    expect(rows).toEqual([{ content: '"one"' }]);
    await pool.end();
  });

  it('keeps text that PostgreSQL does not have, and refuses such keys', async () => {
    await using hosts = createHosts(1);
    const [memory] = hosts.memories as [MemoryOperations];
    const odd = ['zero \u0000', 'half \ud800', '\\u0000 "quoted" {a,b} NULL', '\u2028'];
    await operate(memory, 'append', { messages: odd.map((content) => ({ role: 'user', content })) });
    await append(memory, 'x', { idempotencyKey: 'zero \u0000 half \ud800' });
    expect(await texts(memory)).toEqual([...odd, 'x']);
    for (const key of ['a\u0000', 'a\ud800']) {
      await expect(append(memory, 'x', { key })).rejects.toMatchObject({ code: 'Memory.Invalid' });
      await expect(texts(memory, { key })).rejects.toMatchObject({ code: 'Memory.Invalid' });
    }
  });

  it('appends to a long conversation without reading it', async () => {
    const pool = new Pool({ connectionString: server.createDatabase() });
    const watched = watchPool(pool);
    const memory = createMemory({ store: createPostgresStore({ pool: watched.pool }), countTokens: () => 1 });
    const content = 'x'.repeat(10_000);
    const messages = each(1_000).map(() => ({ role: 'user', content }));
    for (const _ of each(3)) await operate(memory, 'append', { messages });
    const receivedBy = async (work: () => Promise<unknown>) => {
      const before = watched.received();
      await work();
      return watched.received() - before;
    };
    expect(await receivedBy(() => append(memory, 'one more'))).toBeLessThan(1_000);
    expect(await receivedBy(() => operate(memory, 'stats'))).toBeLessThan(1_000);
    // Where it is full, the sizes of the messages are read, and not what they say.
    const full = { memory: { ...chat, maxMessages: 3_001 } };
    expect(await receivedBy(() => append(memory, 'and one', full))).toBeLessThan(200_000);
    expect(await operate(memory, 'stats')).toMatchObject({ message_count: 3_001 });
    expect(await receivedBy(() => texts(memory))).toBeGreaterThan(29_000_000);
    await memory.close();
    await pool.end();
  });

  it('removes what expired, and results that no retry can ask for any more', async () => {
    let now = Date.UTC(2030, 0, 1);
    await using hosts = createHosts(1, () => now);
    const [memory] = hosts.memories as [MemoryOperations];
    const short = { memory: { ...chat, ttlMs: 1_000 } };
    for (const index of each(250)) await append(memory, 'x', { ...short, key: `short-${index}` });
    now += 31 * 24 * 3_600_000;
    // As long as there is more, each change removes some.
    for (const index of each(3)) await append(memory, 'later', { key: `later-${index}` });
    const counts = `select (select count(*)::int from compozy_memory_conversations) as conversations,
      (select count(*)::int from compozy_memory_messages) as messages,
      (select count(*)::int from compozy_memory_operations) as operations`;
    expect(await query(hosts.url, counts)).toEqual([{ conversations: 3, messages: 3, operations: 3 }]);
  });
});
