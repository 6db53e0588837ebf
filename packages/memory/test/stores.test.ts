import { rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryCall, MemoryOperations } from '@compozy/core';
import {
  createInProcessStore,
  createMemory,
  createPostgresStore,
  createSqliteStore,
  type MemoryStore,
} from '@compozy/memory';
import { describeMemoryStore } from '@compozy/memory/testing';
import { postgresMissing, startPostgres, type PostgresServer } from '../../store/test/servers/start-postgres.js';

async function createFile() {
  const directory = await mkdtempDisposable(path.join(tmpdir(), 'memory-'));
  const file = path.join(directory.path, 'deep', 'memory.db');
  const store = createSqliteStore({ file });
  const dispose = async () => {
    await store.close();
    await directory.remove();
  };
  return { file, store, [Symbol.asyncDispose]: dispose };
}

async function createInProcess() {
  return { store: createInProcessStore(), [Symbol.asyncDispose]: async () => undefined };
}

describeMemoryStore({ name: 'in process', create: createInProcess }, { describe, it, expect });
describeMemoryStore({ name: 'SQLite file', create: createFile }, { describe, it, expect });

const chat = { id: 'chat', type: 'buffer', flushing: 'simple_fifo' } as const;
let calls = 0;
const base = (key = 'k') => ({ project: 'p', memory: chat, key, idempotencyKey: `call-${(calls += 1)}` });
const countTokens = (text: string) => text.length;

function append(memory: MemoryOperations, content: string, idempotencyKey?: string) {
  const call = { ...base(), operation: 'append', messages: [{ role: 'user', content }] } as const;
  return memory.execute(idempotencyKey === undefined ? call : { ...call, idempotencyKey });
}

describe('createSqliteStore', () => {
  it('finds after a restart what was answered before, and does not repeat it', async () => {
    await using context = await createFile();
    const before = createMemory({ store: context.store, countTokens });
    await append(before, 'one', 'run/task');
    await before.close();
    const after = createMemory({ store: createSqliteStore({ file: context.file }), countTokens });
    await append(after, 'one', 'run/task');
    await append(after, 'two');
    const { messages } = await after.execute({ ...base(), operation: 'read' });
    expect(messages.map(({ content }) => content)).toEqual(['one', 'two']);
    await after.close();
  });

  it('makes no file before it is used, and then one for its user alone', async () => {
    await using context = await createFile();
    expect(() => statSync(context.file)).toThrow('ENOENT');
    await append(createMemory({ store: context.store, countTokens }), 'one');
    expect(statSync(context.file).mode & 0o777).toBe(0o600);
    expect(statSync(`${context.file}-wal`).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(context.file)).mode & 0o777).toBe(0o700);
  });

  it('shares a file between stores that open and write at the same time', async () => {
    await using context = await createFile();
    const stores = Array.from({ length: 4 }, () => createSqliteStore({ file: context.file }));
    const memories = stores.map((store) => createMemory({ store, countTokens }));
    await Promise.all(Array.from({ length: 200 }, (_, index) => append(memories[index % 4]!, `${index}`)));
    const { count, messages } = await memories[0]!.execute({ ...base(), operation: 'read' });
    expect(count).toBe(200);
    expect(new Set(messages.map(({ content }) => content)).size).toBe(200);
    await Promise.all(memories.map((memory) => memory.close()));
  });

  it('says of a damaged file that it cannot be used, and health says so without failing', async () => {
    await using context = await createFile();
    const file = path.join(path.dirname(path.dirname(context.file)), 'damaged.db');
    writeFileSync(file, 'this is no database, and it is longer than the header of one'.repeat(20));
    const memory = createMemory({ store: createSqliteStore({ file }), countTokens });
    await expect(append(memory, 'one')).rejects.toMatchObject({ code: 'Memory.Unavailable', details: { file } });
    const health = { ...base(), operation: 'health', includeStats: true, checkConnectivity: true } as const;
    expect(await memory.execute(health)).toEqual({
      healthy: false,
      key: 'k',
      token_count: 0,
      message_count: 0,
      actual_strategy: 'simple_fifo',
      current_tokens: 0,
    });
  });

  it('works again when what was in the way is gone', async () => {
    await using context = await createFile();
    const dir = path.dirname(context.file);
    writeFileSync(dir, 'a file where the folder should be');
    const memory = createMemory({ store: context.store, countTokens });
    await expect(append(memory, 'one')).rejects.toMatchObject({ code: 'Memory.Unavailable' });
    rmSync(dir);
    expect(await append(memory, 'one')).toMatchObject({ total_count: 1 });
  });

  it('leaves a file of a later version alone', async () => {
    await using context = await createFile();
    const memory = createMemory({ store: context.store, countTokens });
    await append(memory, 'one');
    await memory.close();
    const database = new DatabaseSync(context.file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    const message = expect.stringContaining('format 99, known is 1');
    await expect(append(memory, 'two')).rejects.toMatchObject({ code: 'Memory.Unavailable', message });
  });

  it('removes what expired, and results that no retry can ask for any more', async () => {
    await using context = await createFile();
    let now = Date.UTC(2030, 0, 1);
    const memory = createMemory({ store: context.store, countTokens, now: () => now });
    const short = { ...chat, ttlMs: 1_000 };
    const messages = [{ role: 'user', content: 'x' }] as const;
    await memory.execute({ ...base('short'), memory: short, operation: 'append', messages });
    now += 31 * 24 * 3_600_000;
    await append(memory, 'later');
    const database = new DatabaseSync(context.file);
    expect(database.prepare('SELECT key FROM conversations').all()).toMatchObject([{ key: 'k' }]);
    expect(database.prepare('SELECT count(*) AS n FROM messages').get()).toMatchObject({ n: 1 });
    expect(database.prepare('SELECT count(*) AS n FROM operations').get()).toMatchObject({ n: 1 });
    database.close();
  });
});

describe(`the stores${postgresMissing === undefined ? '' : ` (without PostgreSQL: ${postgresMissing})`}`, () => {
  let server: PostgresServer | undefined;
  let postgres: MemoryStore | undefined;
  beforeAll(async () => {
    if (postgresMissing !== undefined) return;
    server = await startPostgres();
    postgres = createPostgresStore({ url: server.createDatabase() });
  });
  afterAll(async () => {
    await postgres?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const memory = fc.record(
    {
      id: fc.constantFrom('a', 'b'),
      type: fc.constant('buffer' as const),
      flushing: fc.constantFrom('simple_fifo' as const, 'lru' as const, 'token_aware_lru' as const),
      maxMessages: fc.integer({ min: 1, max: 6 }),
      maxTokens: fc.integer({ min: 1, max: 40 }),
      ttlMs: fc.integer({ min: 1, max: 20 }),
    },
    { requiredKeys: ['id', 'type', 'flushing'] },
  );
  const message = fc.record({
    role: fc.constantFrom('user' as const, 'assistant' as const),
    content: fc.string({ maxLength: 8 }),
  });
  const operation = fc.oneof(
    fc.record({ operation: fc.constantFrom('read', 'delete') }),
    fc.record({
      operation: fc.constantFrom('append', 'append', 'write'),
      messages: fc.array(message, { maxLength: 4 }),
    }),
    fc.record({
      operation: fc.constant('flush'),
      strategy: fc.constantFrom('simple_fifo', 'token_aware_lru'),
      threshold: fc.constantFrom(0, 0.5, 0.8),
      force: fc.boolean(),
      dryRun: fc.boolean(),
    }),
    fc.record({ operation: fc.constant('clear'), backup: fc.boolean() }),
    fc.record({ operation: fc.constant('stats'), includeContent: fc.constant(true), groupByRole: fc.constant(true) }),
  );
  const step = fc.record({
    call: operation,
    memory,
    key: fc.constantFrom('k', 'l', 'k:backup'),
    idempotencyKey: fc.integer({ min: 1, max: 60 }).map(String),
    passed: fc.integer({ min: 0, max: 8 }),
  });

  it('answer the same to any sequence of operations, and their counts are those of what they hold', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        await using file = await createFile();
        let at = 1_000;
        const options = { countTokens, now: () => at };
        const stores = [createInProcessStore(), file.store, ...(postgres === undefined ? [] : [postgres])];
        const memories = stores.map((store) => createMemory({ store, ...options }));
        // The database is the same for all runs.
        const project = `p${(runs += 1)}`;
        for (const { call, passed, ...rest } of steps) {
          at += passed;
          const whole = { project, ...rest, ...call } as MemoryCall;
          const [inProcess, inFile, ...others] = await Promise.all(memories.map((each) => each.execute(whole)));
          expect(inFile).toEqual(inProcess);
          for (const other of others) expect(other).toEqual(inProcess);
          if (inFile === undefined || !('token_count' in inFile) || !('messages' in inFile)) continue;
          const tokens = (inFile.messages ?? []).map(({ role, content }) => 2 + role.length + content.length);
          expect(inFile.token_count).toBe(tokens.reduce((sum, count) => sum + count, 0));
          expect(inFile.message_count).toBe(tokens.length);
        }
      }),
      { numRuns: 150, seed: 20_261_124 },
    );
  });
});
