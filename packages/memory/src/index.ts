export { countTokens } from './count-tokens.js';
export { createInProcessStore } from './in-process-store.js';
export { createMemory, type CreateMemoryOptions } from './create-memory.js';
export type { ChangeOptions, ConversationId, MemoryStore } from './memory-store.js';
export { migrateMemory, readMemorySchema, type MemoryLocation } from './migrate-memory.js';
export { createPostgresStore, type PostgresStoreOptions } from './postgres-store.js';
export { createSqliteStore, type SqliteStoreOptions } from './sqlite-store.js';
