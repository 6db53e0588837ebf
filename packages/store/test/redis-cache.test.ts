import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store, TaskRecord } from '@compozy/core';
import { describeStore } from '@compozy/core/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createRecordCache } from '../src/cache/record-cache.js';
import { createRedisAttempts } from '../src/cache/redis-attempts.js';
import { connectRedis, type RedisClient } from '../src/cache/redis-client.js';
import { createPostgresStore } from '../src/create-postgres-store.js';
import { createSqliteStore } from '../src/create-sqlite-store.js';
import { withRedisCache, type CachedStore } from '../src/with-redis-cache.js';
import { executionRecord } from './sample-execution.js';
import { postgresMissing, startPostgres, type PostgresServer } from './servers/start-postgres.js';
import { redisMissing, startRedis, type RedisServer } from './servers/start-redis.js';

const LONG_MS = 600_000;
const reason = redisMissing === undefined ? '' : ` (skipped: ${redisMissing})`;
const postgresReason = postgresMissing === undefined ? '' : ` (skipped: ${postgresMissing})`;

const taskRecord = (version: number, changes: Partial<TaskRecord> = {}): TaskRecord => ({
  workflowExecId: 'run-1',
  path: 'root/a',
  version,
  task_id: 'a',
  task_exec_id: 't-1',
  type: 'basic',
  execution_type: 'basic',
  component: 'task',
  status: 'RUNNING',
  input: null,
  output: version,
  error: null,
  attempts: 1,
  started_at: null,
  ended_at: null,
  ...changes,
});

async function untilConnected(store: CachedStore): Promise<void> {
  for (;;) {
    try {
      await store.pingCache();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

describe.skipIf(redisMissing !== undefined)(`a store with Redis before it${reason}`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => redis?.[Symbol.asyncDispose]());

  /** Two processes with a cache each, and one without, on one database. */
  async function contextOf(open: () => Store, remove: () => Promise<void>, ttlMs = LONG_MS) {
    await redis.command('FLUSHALL');
    const plain = open();
    const [store, other] = [1, 2].map(() => withRedisCache(open(), { url: redis.url, ttlMs, timeoutMs: 60_000 }));
    await Promise.all([untilConnected(store!), untilConnected(other!)]);
    return {
      store: store!,
      other: other!,
      plain,
      async [Symbol.asyncDispose]() {
        await Promise.all([plain.close(), store!.close(), other!.close()]);
        await remove();
      },
    };
  }

  async function onSqlite(ttlMs?: number) {
    const dir = await mkdtemp(join(tmpdir(), 'compozy-cached-'));
    return contextOf(
      () => createSqliteStore({ path: join(dir, 'compozy.db') }),
      () => rm(dir, { recursive: true }),
      ttlMs,
    );
  }

  describeStore({ name: 'SQLite with Redis', create: () => onSqlite() }, { describe, it, expect });

  it('reads executions and tasks from Redis', async () => {
    await using context = await onSqlite();
    await context.plain.workflows.upsert(executionRecord('run-1', { version: 1 }));
    await context.plain.tasks.upsertAll([taskRecord(1)]);
    await context.store.workflows.get('run-1');
    await context.store.tasks.get('t-1');
    // Past the cache, so that a copy can be told from the row.
    await context.plain.workflows.upsert(executionRecord('run-1', { version: 2 }));
    await context.plain.tasks.upsertAll([taskRecord(2)]);
    for (const store of [context.store, context.other]) {
      expect((await store.workflows.get('run-1'))?.version).toBe(1);
      expect((await store.tasks.get('t-1'))?.version).toBe(1);
    }
  });

  it('uses a copy for a while only', async () => {
    await using context = await onSqlite(30);
    await context.store.workflows.upsert(executionRecord('run-1', { version: 1 }));
    await context.plain.workflows.upsert(executionRecord('run-1', { version: 2 }));
    let version = 0;
    while (version !== 2) version = (await context.store.workflows.get('run-1'))?.version ?? 0;
  });

  it('shows what one process wrote to all others at once', async () => {
    await using context = await onSqlite();
    for (let version = 1; version <= 30; version += 1) {
      const [writer, reader] =
        version % 2 === 0 ? [context.store, context.other] : ([context.other, context.store] as const);
      await writer.workflows.upsert(executionRecord('run-1', { version }));
      await writer.tasks.upsertAll([taskRecord(version)]);
      for (const store of [reader, writer]) {
        expect((await store.workflows.get('run-1'))?.version).toBe(version);
        expect((await store.tasks.get('t-1'))?.version).toBe(version);
      }
    }
  });

  it('lets no late reader bring back the past', async () => {
    await redis.command('FLUSHALL');
    const client = new Redis(redis.url);
    const attempts = createRedisAttempts(client, 5_000);
    const cache = createRecordCache<TaskRecord>(attempts, { prefix: 'late:', ttlMs: LONG_MS });
    await cache.keep('a', taskRecord(1));
    await cache.outdate([{ id: 'a', version: 2 }]);
    await cache.keep('a', taskRecord(1));
    expect(await cache.get('a')).toBe(undefined);
    await cache.keep('a', taskRecord(3, { status: 'SUCCESS' }));
    await cache.keep('a', taskRecord(9));
    await cache.outdate([{ id: 'a', version: 9 }]);
    expect((await cache.get('a'))?.version).toBe(3);
    client.disconnect();
  });

  it('has heartbeats under the key of the original, and they run out there too', async () => {
    await using context = await onSqlite();
    await context.store.heartbeats.beat('shop-1', { queue: 'q' }, LONG_MS);
    const text = (await redis.command('GET', 'dispatcher:heartbeat:shop-1')) as string;
    expect(JSON.parse(text)).toMatchObject({ details: { queue: 'q' } });
    expect(await redis.command('PTTL', 'dispatcher:heartbeat:shop-1')).toBeGreaterThan(0);
    await context.other.heartbeats.remove('shop-1');
    expect(await redis.command('EXISTS', 'dispatcher:heartbeat:shop-1')).toBe(0);
  });

  it('has no heartbeats of stores with another prefix on the same Redis', async () => {
    await using context = await onSqlite();
    const foreign = withRedisCache(createSqliteStore({ path: ':memory:' }), { url: redis.url, prefix: 'staging:' });
    await using _ = foreign;
    await untilConnected(foreign);
    await foreign.heartbeats.beat('reconciled:shop', { until: 'later' }, LONG_MS);
    expect((await foreign.heartbeats.listAlive('reconciled:')).map(({ id }) => id)).toEqual(['reconciled:shop']);
    expect(await context.store.heartbeats.listAlive('reconciled:')).toEqual([]);
    expect(await redis.command('EXISTS', 'staging:dispatcher:heartbeat:reconciled:shop')).toBe(1);
  });

  it('works under load while Redis goes away and comes back, and then uses it again', async () => {
    await using context = await onSqlite();
    const { store, other, plain } = context;
    await other.heartbeats.beat('i-1', { alive: true }, LONG_MS);
    let version = 0;
    const ended = new AbortController();
    const load = (async () => {
      while (!ended.signal.aborted) {
        version += 1;
        await store.workflows.upsert(executionRecord('run-1', { version }));
        await store.tasks.upsertAll([taskRecord(version)]);
        expect((await store.workflows.get('run-1'))?.version).toBe(version);
        expect((await store.tasks.get('t-1'))?.version).toBe(version);
        expect((await store.heartbeats.listAlive('i-')).map(({ id }) => id)).toEqual(['i-1']);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    /** The load has gone on so far; when it fails, so does this. */
    const passes = async (rounds: number): Promise<void> => {
      const until = version + rounds;
      await Promise.race([load, vi.waitFor(() => expect(version).toBeGreaterThan(until), { timeout: 100_000 })]);
    };
    for (let i = 0; i < 3; i += 1) {
      await passes(20);
      await redis.stop();
      await expect(store.pingCache()).rejects.toMatchObject({ code: 'Store.Unavailable' });
      await passes(20);
      await redis.start();
      await Promise.all([untilConnected(store), untilConnected(other)]);
    }
    await passes(20);
    ended.abort();
    await load;
    await store.workflows.upsert(executionRecord('run-1', { version: version + 1 }));
    await plain.workflows.upsert(executionRecord('run-1', { version: version + 2 }));
    expect((await other.workflows.get('run-1'))?.version).toBe(version + 1);
  });

  it('does not ask a Redis that hangs again and again', async () => {
    await redis.command('FLUSHALL');
    const real = connectRedis(redis.url);
    let calls = 0;
    const counting: RedisClient = {
      call(command, ...args) {
        calls += 1;
        return real.call(command, ...args);
      },
    };
    await using store = withRedisCache(createSqliteStore({ path: ':memory:' }), { client: counting, timeoutMs: 100 });
    await untilConnected(store);
    await store.workflows.upsert(executionRecord('run-1'));
    redis.freeze();
    try {
      calls = 0;
      for (let i = 0; i < 200; i += 1) {
        expect((await store.workflows.get('run-1'))?.workflowExecId).toBe('run-1');
      }
      expect(calls).toBeLessThan(20);
      await expect(store.pingCache()).rejects.toMatchObject({ code: 'Store.Unavailable' });
    } finally {
      redis.thaw();
    }
    await untilConnected(store);
    real.disconnect();
  });

  it('never had a Redis at that address, and works', async () => {
    await using store = withRedisCache(createSqliteStore({ path: ':memory:' }), { url: 'redis://127.0.0.1:1' });
    await store.workflows.upsert(executionRecord('run-1'));
    expect((await store.workflows.get('run-1'))?.version).toBe(1);
    await store.heartbeats.beat('i-1', {}, LONG_MS);
    expect((await store.heartbeats.listAlive('')).length).toBe(1);
    await expect(store.pingCache()).rejects.toMatchObject({ code: 'Store.Unavailable' });
  });

  describe.skipIf(postgresMissing !== undefined)(`on PostgreSQL${postgresReason}`, () => {
    let postgres: PostgresServer;
    beforeAll(async () => {
      postgres = await startPostgres();
    });
    afterAll(async () => postgres?.[Symbol.asyncDispose]());

    const onPostgres = () => {
      const url = postgres.createDatabase();
      return contextOf(
        () => createPostgresStore({ url, maxConnections: 4 }),
        async () => undefined,
      );
    };

    describeStore({ name: 'PostgreSQL with Redis', create: onPostgres }, { describe, it, expect });

    it('keeps heartbeats, and what is in the cache, while PostgreSQL is down', async () => {
      await using context = await onPostgres();
      const { store, other } = context;
      await store.workflows.upsert(executionRecord('run-1'));
      await postgres.stop();
      await store.heartbeats.beat('i-1', { alive: true }, LONG_MS);
      expect((await other.heartbeats.listAlive('i-')).map(({ id }) => id)).toEqual(['i-1']);
      expect((await other.workflows.get('run-1'))?.workflowExecId).toBe('run-1');
      await expect(other.workflows.get('run-2')).rejects.toMatchObject({ code: 'Store.Unavailable' });
      await redis.stop();
      await expect(store.heartbeats.beat('i-1', {}, LONG_MS)).rejects.toMatchObject({ code: 'Store.Unavailable' });
      await expect(store.heartbeats.listAlive('i-')).rejects.toMatchObject({ code: 'Store.Unavailable' });
      await Promise.all([postgres.start(), redis.start()]);
      await store.heartbeats.beat('i-2', {}, LONG_MS);
      expect((await other.heartbeats.listAlive('i-')).map(({ id }) => id)).toEqual(['i-2']);
    });
  });
});
