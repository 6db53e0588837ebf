import type { RateLimiter, Store, TaskRecord, TaskRepository, WorkflowRecord, WorkflowRepository } from '@compozy/core';
import { createRecordCache, type RecordCache } from './cache/record-cache.js';
import { createRedisAttempts } from './cache/redis-attempts.js';
import { connectRedis, type RedisClient } from './cache/redis-client.js';
import { createRedisHeartbeats } from './cache/redis-heartbeats.js';
import { createRedisLimiter } from './cache/redis-limiter.js';

export type RedisCacheOptions = (
  | { /** `redis://[:password@]host:port[/database]`, or `rediss://` */ readonly url: string }
  | {
      /** A client of `ioredis`. It stays the caller's: `close` leaves it open, and its `error` event has to be handled. */
      readonly client: RedisClient;
    }
) & {
  /** How long a copy may be used. Default: 5,000. */
  readonly ttlMs?: number;
  /** How long one command may take before the store is asked instead. Default: 250. */
  readonly timeoutMs?: number;
  /** Of the keys. Stores that share a Redis need different ones. Default: `compozy:`. */
  readonly prefix?: string;
};

export interface CachedStore extends Store, AsyncDisposable {
  /** @throws `Store.Unavailable` while Redis does not answer. The store works all the same. */
  pingCache(): Promise<void>;
  /** Counts in Redis, together with all processes that have the same prefix. */
  readonly limiter: RateLimiter;
}

const DEFAULT_PREFIX = 'compozy:';

/**
 * Puts Redis before a store: executions and tasks are read from it by id, and heartbeats are in it under
 * `dispatcher:heartbeat:<id>`, after the prefix where it is not the default. What this cache wrote is read at once
 * through any other one of the same Redis; a write that Redis missed is seen after `ttlMs` at the latest. While Redis is
 * down everything goes to the store, with no error and without waiting, and the cache is used again when it is back. One
 * Redis, no cluster.
 */
export function withRedisCache(store: Store, options: RedisCacheOptions): CachedStore {
  const { ttlMs = 5_000, timeoutMs = 250, prefix = DEFAULT_PREFIX } = options;
  const own = 'url' in options ? connectRedis(options.url) : undefined;
  const redis = createRedisAttempts('client' in options ? options.client : own!, timeoutMs);
  const executions = createRecordCache<WorkflowRecord>(redis, { prefix: `${prefix}execution:`, ttlMs });
  const tasks = createRecordCache<TaskRecord>(redis, { prefix: `${prefix}task:`, ttlMs });
  const close = async (): Promise<void> => {
    own?.disconnect();
    await store.close();
  };
  return {
    workflows: cachedWorkflows(store.workflows, executions),
    tasks: cachedTasks(store.tasks, tasks),
    events: store.events,
    deadLetters: store.deadLetters,
    idempotency: store.idempotency,
    schedules: store.schedules,
    apiKeys: store.apiKeys,
    leases: store.leases,
    heartbeats: createRedisHeartbeats(redis, store.heartbeats, prefix === DEFAULT_PREFIX ? '' : prefix),
    blobs: store.blobs,
    prune: (what) => store.prune(what),
    oldestRow: () => store.oldestRow(),
    ping: () => store.ping(),
    pingCache: () => redis.ping(),
    limiter: createRedisLimiter(redis, `${prefix}limit:`),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function cachedWorkflows(store: WorkflowRepository, cache: RecordCache<WorkflowRecord>): WorkflowRepository {
  return {
    async upsert(record) {
      const wrote = await store.upsert(record);
      if (wrote) await cache.keep(record.workflowExecId, record);
      return wrote;
    },
    async get(id) {
      const copy = await cache.get(id);
      if (copy !== undefined) return copy;
      const record = await store.get(id);
      if (record !== undefined) await cache.keep(id, record);
      return record;
    },
    list: (filter) => store.list(filter),
    listOpen: (project, before, limit, after) => store.listOpen(project, before, limit, after),
  };
}

function cachedTasks(store: TaskRepository, cache: RecordCache<TaskRecord>): TaskRepository {
  return {
    async upsertAll(records) {
      await store.upsertAll(records);
      // The store does not say which of them it took.
      await cache.outdate(records.map(({ task_exec_id: id, version }) => ({ id, version })));
    },
    async get(id) {
      const copy = await cache.get(id);
      if (copy !== undefined) return copy;
      const record = await store.get(id);
      if (record !== undefined) await cache.keep(id, record);
      return record;
    },
    list: (workflowExecId, options) => store.list(workflowExecId, options),
    children: (parentStateId, options) => store.children(parentStateId, options),
  };
}
