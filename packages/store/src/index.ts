export { createPostgresStore, type PostgresStoreOptions } from './create-postgres-store.js';
export { createSqliteStore, type SqliteStoreOptions } from './create-sqlite-store.js';
export type { PostgresPool } from '@compozy/core/sql';
export type { RedisClient } from './cache/redis-client.js';
export { withRedisCache, type CachedStore, type RedisCacheOptions } from './with-redis-cache.js';
export { migrateStore, readSchema, type Migration, type SchemaState, type StoreLocation } from './migrate-store.js';
