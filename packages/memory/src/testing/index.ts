export { describeMemoryStore, type MemoryStoreContract } from './describe-memory-store.js';
