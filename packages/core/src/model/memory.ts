/** D-38. */
export type MemoryOperation = 'read' | 'write' | 'append' | 'delete' | 'flush' | 'health' | 'clear' | 'stats';

export const MEMORY_ROLES = ['user', 'assistant', 'system', 'tool'] as const;

export interface MemoryMessage {
  readonly role: (typeof MEMORY_ROLES)[number];
  readonly content: string;
}

export const FLUSH_STRATEGIES = ['simple_fifo', 'lru', 'token_aware_lru'] as const;

/** Which messages go first when there are too many. */
export type FlushStrategy = (typeof FLUSH_STRATEGIES)[number];

/** A memory of the project: what its conversations may hold. Every conversation has a key of its own. */
export interface MemoryDefinition {
  readonly id: string;
  readonly type: 'token_based' | 'message_count_based' | 'buffer';
  readonly maxTokens?: number;
  readonly maxMessages?: number;
  readonly flushing: FlushStrategy;
  /** How long a conversation lives after it was last changed; for ever when missing. */
  readonly ttlMs?: number;
  /** For operations that give no key of their own; a template. */
  readonly defaultKeyTemplate?: string;
}

/** What an operation may be told beside its key and payload. Each operation reads its own of them. */
export interface MemoryOptions {
  /** `flush`: instead of the memory's own. */
  readonly strategy?: string;
  /** `flush`: share of the limit, from 0 to 1, below which nothing is dropped. */
  readonly threshold?: number;
  /** `flush`: drop whatever the share is. */
  readonly force?: boolean;
  /** `flush`: only say whether something would be dropped. */
  readonly dryRun?: boolean;
  /** `health`: with the time of the last flush and the tokens. */
  readonly includeStats?: boolean;
  /** `health`: write to the store and read back. */
  readonly checkConnectivity?: boolean;
  /** `stats`: with the messages. */
  readonly includeContent?: boolean;
  /** `stats`: with counts by role. */
  readonly groupBy?: string;
  /** `clear`: keep a copy under the key `<key>:backup`. */
  readonly backup?: boolean;
}
