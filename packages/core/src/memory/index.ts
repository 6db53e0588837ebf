export type { Conversation, ConversationChange, StoredMessage } from './conversation.js';
export { operate, type Outcome } from './operate.js';
export { toMemoryCall } from './to-memory-call.js';
