import type { JsonObject } from '../model/json.js';
import type { FlushStrategy, MemoryDefinition, MemoryMessage, MemoryOperation } from '../model/memory.js';

interface CallBase {
  readonly project: string;
  readonly memory: MemoryDefinition;
  /** Which conversation of the memory; taken literally. */
  readonly key: string;
  /** The same for every attempt of one logical call: a change that was made is not made again. */
  readonly idempotencyKey: string;
}

interface OperationParameters {
  readonly read: object;
  /** Replaces the conversation. */
  readonly write: { readonly messages: readonly MemoryMessage[] };
  readonly append: { readonly messages: readonly MemoryMessage[] };
  /** Removes the conversation and all that is known of it. */
  readonly delete: object;
  readonly flush: {
    readonly strategy: FlushStrategy;
    readonly threshold: number;
    readonly force: boolean;
    readonly dryRun: boolean;
  };
  readonly health: { readonly includeStats: boolean; readonly checkConnectivity: boolean };
  /** Removes the messages. A backup is the conversation `<key>:backup` of the same memory. */
  readonly clear: { readonly backup: boolean };
  readonly stats: { readonly includeContent: boolean; readonly groupByRole: boolean };
}

export type MemoryCall = {
  [O in MemoryOperation]: CallBase & { readonly operation: O } & OperationParameters[O];
}[MemoryOperation];

export type MemoryCallOf<O extends MemoryOperation> = Extract<MemoryCall, { operation: O }>;

/** What each operation answers, in the words of the language. Times are ISO 8601. */
export interface MemoryResults {
  readonly read: { readonly messages: readonly MemoryMessage[]; readonly count: number; readonly key: string };
  readonly write: { readonly success: true; readonly count: number; readonly key: string };
  readonly append: {
    readonly success: true;
    readonly appended: number;
    readonly total_count: number;
    readonly key: string;
  };
  readonly delete: { readonly success: true; readonly key: string };
  /** Counts are those after the flush. */
  readonly flush: {
    readonly success: true;
    readonly key: string;
    readonly summary_generated: false;
    readonly message_count: number;
    readonly token_count: number;
    readonly dry_run?: true;
    readonly would_flush?: boolean;
  };
  readonly health: {
    readonly healthy: boolean;
    readonly key: string;
    readonly token_count: number;
    readonly message_count: number;
    readonly actual_strategy: FlushStrategy;
    readonly last_flush?: string;
    readonly current_tokens?: number;
  };
  readonly clear: {
    readonly success: true;
    readonly key: string;
    readonly messages_cleared: number;
    readonly backup_created: boolean;
  };
  readonly stats: {
    readonly key: string;
    readonly message_count: number;
    readonly token_count: number;
    readonly actual_strategy: FlushStrategy;
    readonly last_flush?: string;
    readonly avg_tokens_per_message?: number;
    readonly messages?: readonly MemoryMessage[];
    readonly groups?: JsonObject;
  };
}

export type MemoryResult = MemoryResults[MemoryOperation];

/**
 * Does the operations of memory tasks (D-38). A change happens whole or not at all, and once for one idempotency key;
 * two changes of one conversation never mix. Throws `Memory.Unavailable` when the store cannot be reached.
 */
export interface MemoryOperations {
  execute<C extends MemoryCall>(call: C): Promise<MemoryResults[C['operation']]>;
  /** Resolves when the store can be written and read. @throws `Memory.Unavailable` */
  check(): Promise<void>;
  close(): Promise<void>;
}
