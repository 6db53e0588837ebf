import path from 'node:path';
import type { BlobStore, RateLimiter, Store } from '@compozy/core';
import { createFileBlobStore } from '@compozy/core/blobs';
import { createPostgresStore, createSqliteStore, withRedisCache } from '@compozy/store';
import type { HealthCheck } from '../health/health-check.js';
import type { Settings } from './resolve-settings.js';
import type { SettingValues } from './settings.js';
import { hostOf, postgresUrl, sqlitePath } from './store-location.js';

export interface OpenStore {
  readonly store: Store;
  /** Shared by the hosts when the store is; files in the project otherwise. */
  readonly blobs: BlobStore;
  /** Whether a second host would have a store of its own. */
  readonly isOfOneHost: boolean;
  /** Beside the one of the store itself. */
  readonly checks: readonly HealthCheck[];
  /** With Redis, the servers that share it count together. */
  readonly limiter?: RateLimiter;
}

/** What the settings of the database and of Redis say. Nothing is connected before it is used. */
export function openStore({ values, driver }: Pick<Settings, 'values' | 'driver'>, projectDir: string): OpenStore {
  const isOfOneHost = driver === 'sqlite';
  const own = isOfOneHost ? openSqlite(values, projectDir) : openPostgres(values);
  const blobs = isOfOneHost ? createFileBlobStore({ dir: path.join(projectDir, '.compozy', 'blobs') }) : own.blobs;
  const redis = redisUrl(values);
  const cached =
    redis === undefined
      ? undefined
      : withRedisCache(own, {
          url: redis,
          ttlMs: values['redis.cache_ttl'],
          timeoutMs: values['redis.command_timeout'],
          prefix: values['redis.prefix'],
        });
  const store = cached ?? own;
  return {
    store,
    blobs,
    isOfOneHost,
    ...(cached === undefined ? {} : { limiter: cached.limiter }),
    checks: cached === undefined ? [] : [{ name: 'redis', check: () => cached.pingCache() }],
  };
}

function openSqlite(values: SettingValues, projectDir: string): Store {
  return createSqliteStore({
    path: sqlitePath(values, projectDir),
    busyTimeoutMs: values['database.busy_timeout'],
  });
}

function openPostgres(values: SettingValues): Store {
  return createPostgresStore({
    url: postgresUrl(values),
    maxConnections: values['database.max_open_conns'],
    connectTimeoutMs: values['database.connect_timeout'],
    idleTimeoutMs: values['database.conn_max_idle_time'],
    maxLifetimeMs: values['database.conn_max_lifetime'],
  });
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
