import {
  CompozyError,
  type MemoryCall,
  type MemoryCallOf,
  type MemoryOperations,
  type MemoryResult,
  type MemoryResults,
} from '@compozy/core';
import { operate, type StoredMessage } from '@compozy/core/memory';
import { countTokens as countWithEncoding } from './count-tokens.js';
import type { ConversationId, MemoryStore } from './memory-store.js';

/** What a model adds to each message beside its role and content. */
const TOKENS_OF_MESSAGE = 2;

export interface CreateMemoryOptions {
  readonly store: MemoryStore;
  /** By default those of the encoding o200k_base. */
  readonly countTokens?: (text: string) => number | Promise<number>;
  /** By default `Date.now`; ms. */
  readonly now?: () => number;
}

/**
 * The operations of memory tasks over a store. Every memory of a project uses that store, whatever its
 * `persistence.type` says; `close` closes it.
 */
export function createMemory(options: CreateMemoryOptions): MemoryOperations {
  const { store, countTokens = countWithEncoding, now = Date.now } = options;

  async function execute(call: MemoryCall): Promise<MemoryResult> {
    const id = { project: call.project, memory: call.memory.id, key: call.key };
    switch (call.operation) {
      case 'health':
        return await health(call, id);
      case 'read':
      case 'stats': {
        const at = now();
        return await store.read(id, at, (found) => operate(call, found, { at, incoming: [] }).result);
      }
      default: {
        const incoming = 'messages' in call ? await counted(call.messages) : [];
        const at = now();
        const { ttlMs } = call.memory;
        const change = { operationKey: call.idempotencyKey, at, ...(ttlMs === undefined ? {} : { ttlMs }) };
        return await store.change(id, change, (found) => operate(call, found, { at, incoming }));
      }
    }
  }

  /** That the store cannot be reached is an answer here, not a failure. */
  async function health(call: MemoryCallOf<'health'>, id: ConversationId): Promise<MemoryResult> {
    const at = now();
    try {
      if (call.checkConnectivity) await store.check();
      return await store.read(id, at, (found) => operate(call, found, { at, incoming: [] }).result);
    } catch (error) {
      if (!CompozyError.isInstance(error) || error.code !== 'Memory.Unavailable') throw error;
      const { result } = operate(call, undefined, { at, incoming: [] });
      return { ...(result as MemoryResults['health']), healthy: false };
    }
  }

  async function counted(messages: MemoryCallOf<'append'>['messages']): Promise<readonly StoredMessage[]> {
    const stored: StoredMessage[] = [];
    for (const { role, content } of messages) {
      const tokens = TOKENS_OF_MESSAGE + (await countTokens(role)) + (await countTokens(content));
      stored.push({ role, content, tokens });
    }
    return stored;
  }

  return {
    // An operation answers in its own shape: `operate` is a table by operation.
    execute: async (call) => (await execute(call)) as MemoryResults[(typeof call)['operation']],
    check: () => store.check(),
    close: () => store.close(),
  };
}
