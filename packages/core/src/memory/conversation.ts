import type { MemoryMessage } from '../model/memory.js';

export interface StoredMessage extends MemoryMessage {
  readonly tokens: number;
}

/** What a store knows of one conversation. */
export interface Conversation {
  readonly count: number;
  readonly tokens: number;
  /** When messages were last dropped to make room; ms. */
  readonly flushedAt?: number;
  /** The tokens of each message, oldest first; a store has them without reading the messages. */
  sizes(): readonly number[];
  /** Oldest first; read when they are asked for. */
  messages(): readonly StoredMessage[];
}

/** What has to become of a conversation, in this order. */
export interface ConversationChange {
  /** Replaces the conversation of this key by a copy. */
  readonly copyTo?: string;
  /** Positions, ascending. */
  readonly drop?: 'all' | readonly number[];
  readonly append?: readonly StoredMessage[];
  readonly flushedAt?: number;
  /** Nothing of it stays; excludes the others. */
  readonly remove?: true;
}
