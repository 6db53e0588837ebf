export { lazy, type Lazy } from './lazy.js';
export { inTransaction } from './in-transaction.js';
export { createPostgresAccess, type PostgresAccess } from './postgres-access.js';
export {
  createPostgresPool,
  type PostgresConnection,
  type PostgresPool,
  type PostgresPoolOptions,
} from './postgres-pool.js';
export type { PostgresSchema } from './postgres-schema.js';
export { waitAbout } from './wait-about.js';
