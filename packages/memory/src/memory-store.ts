import type { MemoryResult } from '@compozy/core';
import type { Conversation, Outcome } from '@compozy/core/memory';

export interface ConversationId {
  readonly project: string;
  readonly memory: string;
  readonly key: string;
}

export interface ChangeOptions {
  /** A change that was made under this key is not made again: its result is given back. */
  readonly operationKey: string;
  /** Now; ms. */
  readonly at: number;
  /** How long the conversation lives from now on; for ever when missing. */
  readonly ttlMs?: number;
}

/** How long the results of changes are kept for retries. */
export const OPERATION_RETENTION_MS = 30 * 24 * 3_600_000;

/**
 * Where conversations are kept. An expired conversation is one that is not there.
 *
 * Throws `Memory.Unavailable`; whatever `work` throws comes out as it is, and nothing has changed then.
 */
export interface MemoryStore {
  /** Gives `work` the conversation as it is at one moment. */
  read<T>(id: ConversationId, at: number, work: (conversation: Conversation | undefined) => T): Promise<T>;
  /**
   * Makes the change that `work` asks for, whole or not at all; no other change of the conversation comes between what
   * `work` sees and what is written. `work` may be called more than once, so it has no effects of its own.
   */
  change<R extends MemoryResult>(
    id: ConversationId,
    options: ChangeOptions,
    work: (conversation: Conversation | undefined) => Outcome<R>,
  ): Promise<R>;
  /** Writes something, reads it back and takes it away. */
  check(): Promise<void>;
  close(): Promise<void>;
}
