export { createMemoryDispatcherStore } from './create-memory-dispatcher-store.js';
