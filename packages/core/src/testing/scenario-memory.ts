import { operate, type Conversation, type ConversationChange, type StoredMessage } from '../memory/index.js';
import type { MemoryOperations, MemoryResult } from '../ports/memory-operations.js';

/**
 * Memory for scenarios: in this object only, without a clock (nothing expires, a flush was always at the epoch), and
 * with a token for each four characters.
 */
export function createScenarioMemory(): MemoryOperations {
  const conversations = new Map<string, Kept>();
  const done = new Map<string, MemoryResult>();
  return {
    execute: async (call) => {
      const id = (key: string) => JSON.stringify([call.project, call.memory.id, key]);
      const repeated = done.get(call.idempotencyKey);
      if (repeated !== undefined) return repeated as never;
      const incoming = ('messages' in call ? call.messages : []).map((message) => ({
        ...message,
        tokens: Math.ceil(message.content.length / 4),
      }));
      const found = conversations.get(id(call.key));
      const { result, change } = operate(call, found === undefined ? undefined : toConversation(found), {
        at: 0,
        incoming,
      });
      if (change !== undefined) {
        if (change.copyTo !== undefined) conversations.set(id(change.copyTo), found ?? { messages: [] });
        if (change.remove === true) conversations.delete(id(call.key));
        else conversations.set(id(call.key), changed(found ?? { messages: [] }, change));
        done.set(call.idempotencyKey, result);
      }
      return result as never;
    },
    check: async () => undefined,
    close: async () => undefined,
  };
}

interface Kept {
  readonly messages: readonly StoredMessage[];
  readonly flushedAt?: number;
}

function toConversation({ messages, flushedAt }: Kept): Conversation {
  return {
    count: messages.length,
    tokens: messages.reduce((sum, { tokens }) => sum + tokens, 0),
    sizes: () => messages.map(({ tokens }) => tokens),
    messages: () => messages,
    ...(flushedAt === undefined ? {} : { flushedAt }),
  };
}

function changed(kept: Kept, { drop = [], append = [], flushedAt = kept.flushedAt }: ConversationChange): Kept {
  const left = drop === 'all' ? [] : kept.messages.filter((_, position) => !drop.includes(position));
  return { messages: [...left, ...append], ...(flushedAt === undefined ? {} : { flushedAt }) };
}
