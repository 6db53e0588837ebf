import path from 'node:path';
import type { MemoryOperations, RateLimiter, Store } from '@compozy/core';
import { createPostgresPool } from '@compozy/core/sql';
import {
  createMemory,
  createPostgresStore as createPostgresMemory,
  createSqliteStore as createSqliteMemory,
} from '@compozy/memory';
import { createPostgresStore, createSqliteStore, withRedisCache } from '@compozy/store';
import type { HealthCheck } from '../health/health-check.js';
import type { Settings } from './resolve-settings.js';
import type { SettingValues } from './settings.js';
import { hostOf, postgresUrl, sqlitePath } from './store-location.js';

export interface OpenStore {
  readonly store: Store;
  /** Shared by the hosts when the store is; a file in the project otherwise. */
  readonly memory: MemoryOperations;
  /** Whether a second host would have a store of its own. */
  readonly isOfOneHost: boolean;
  /** Beside the one of the store itself. */
  readonly checks: readonly HealthCheck[];
  /** With Redis, the servers that share it count together. */
  readonly limiter?: RateLimiter;
  close(): Promise<void>;
}

/** What the settings of the database and of Redis say. Nothing is connected before it is used. */
export function openStore({ values, driver }: Pick<Settings, 'values' | 'driver'>, projectDir: string): OpenStore {
  const isOfOneHost = driver === 'sqlite';
  const own = isOfOneHost ? openFiles(values, projectDir) : openPostgres(values);
  const redis = redisUrl(values);
  const cached =
    redis === undefined
      ? undefined
      : withRedisCache(own.store, {
          url: redis,
          ttlMs: values['redis.cache_ttl'],
          timeoutMs: values['redis.command_timeout'],
          prefix: values['redis.prefix'],
        });
  const store = cached ?? own.store;
  return {
    store,
    memory: own.memory,
    isOfOneHost,
    ...(cached === undefined ? {} : { limiter: cached.limiter }),
    checks: cached === undefined ? [] : [{ name: 'redis', check: () => cached.pingCache() }],
    async close() {
      await own.memory.close();
      await store.close();
      await own.disconnect?.();
    },
  };
}

interface OwnStores extends Pick<OpenStore, 'store' | 'memory'> {
  readonly disconnect?: () => Promise<void>;
}

function openFiles(values: SettingValues, projectDir: string): OwnStores {
  const state = path.join(projectDir, '.compozy');
  return {
    store: createSqliteStore({
      path: sqlitePath(values, projectDir),
      busyTimeoutMs: values['database.busy_timeout'],
    }),
    memory: createMemory({ store: createSqliteMemory({ file: path.join(state, 'memory.db') }) }),
  };
}

function openPostgres(values: SettingValues): OwnStores {
  // One for all, so that the host has no more connections than it may.
  const pool = createPostgresPool({
    url: postgresUrl(values),
    maxConnections: values['database.max_open_conns'],
    connectTimeoutMs: values['database.connect_timeout'],
    idleTimeoutMs: values['database.conn_max_idle_time'],
    maxLifetimeMs: values['database.conn_max_lifetime'],
  });
  const store = createPostgresStore({ pool });
  return {
    store,
    memory: createMemory({ store: createPostgresMemory({ pool }) }),
    disconnect: () => pool.end(),
  };
}

function redisUrl(values: SettingValues): string | undefined {
  const url = values['redis.url'];
  const host = values['redis.host'];
  if (url !== undefined || host === undefined) return url;
  const password = values['redis.password'];
  const login = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  const scheme = values['redis.tls_enabled'] ? 'rediss' : 'redis';
  return `${scheme}://${login}${hostOf(host)}:${values['redis.port']}/${values['redis.db']}`;
}
