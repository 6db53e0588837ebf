import type { MemoryResult } from '@compozy/core';
import type { Conversation, ConversationChange, StoredMessage } from '@compozy/core/memory';
import { OPERATION_RETENTION_MS, type ConversationId, type MemoryStore } from './memory-store.js';

interface Kept {
  readonly messages: readonly StoredMessage[];
  readonly flushedAt?: number;
  readonly expiresAt: number;
}

/** Conversations in this object: gone with the process, for tests and for what need not last. */
export function createInProcessStore(): MemoryStore {
  const conversations = new Map<string, Kept>();
  const operations = new Map<string, { readonly result: MemoryResult; readonly at: number }>();

  function find(id: ConversationId, at: number): Kept | undefined {
    const kept = conversations.get(toText(id));
    return kept === undefined || kept.expiresAt <= at ? undefined : kept;
  }

  function dropExpired(at: number): void {
    for (const [id, { expiresAt }] of conversations) if (expiresAt <= at) conversations.delete(id);
    // The oldest stand first.
    for (const [key, operation] of operations) {
      if (operation.at + OPERATION_RETENTION_MS > at) break;
      operations.delete(key);
    }
  }

  return {
    read: async (id, at, work) => work(toConversation(find(id, at))),
    async change(id, { operationKey, at, ttlMs = Infinity }, work) {
      const operation = JSON.stringify([id.project, operationKey]);
      const done = operations.get(operation);
      if (done !== undefined) return structuredClone(done.result) as never;
      const before = find(id, at);
      const { result, change } = work(toConversation(before));
      dropExpired(at);
      if (change !== undefined) {
        const expiresAt = at + ttlMs;
        if (change.copyTo !== undefined && before !== undefined) {
          conversations.set(toText({ ...id, key: change.copyTo }), { ...before, expiresAt });
        }
        if (change.remove === true) conversations.delete(toText(id));
        else conversations.set(toText(id), { ...changed(before, change), expiresAt });
      }
      operations.set(operation, { result, at });
      return structuredClone(result);
    },
    check: async () => undefined,
    close: async () => undefined,
  };
}

function toText({ project, memory, key }: ConversationId): string {
  return JSON.stringify([project, memory, key]);
}

function toConversation(kept: Kept | undefined): Conversation | undefined {
  if (kept === undefined) return undefined;
  const { messages, flushedAt } = kept;
  return {
    count: messages.length,
    tokens: messages.reduce((sum, { tokens }) => sum + tokens, 0),
    sizes: () => messages.map(({ tokens }) => tokens),
    messages: () => messages,
    ...(flushedAt === undefined ? {} : { flushedAt }),
  };
}

function changed(kept: Kept | undefined, { drop = [], append = [], flushedAt }: ConversationChange) {
  const gone = drop === 'all' ? undefined : new Set(drop);
  const left = gone === undefined ? [] : (kept?.messages ?? []).filter((_, position) => !gone.has(position));
  const flushed = flushedAt ?? kept?.flushedAt;
  return { messages: [...left, ...append], ...(flushed === undefined ? {} : { flushedAt: flushed }) };
}
