import { MEMORY_ROLES, type MemoryDefinition, type MemoryMessage } from '../model/memory.js';
import type { MemoryCall, MemoryCallOf, MemoryResult, MemoryResults } from '../ports/memory-operations.js';
import type { Conversation, ConversationChange, StoredMessage } from './conversation.js';
import { flushTarget, limitsOf, messagesToDrop, usage } from './trim.js';

export interface Outcome<R extends MemoryResult = MemoryResult> {
  readonly result: R;
  /** Missing when nothing changes. */
  readonly change?: ConversationChange;
}

const EMPTY: Conversation = { count: 0, tokens: 0, sizes: () => [], messages: () => [] };

/** What a call does with a conversation, and what it answers: the eight operations, without a store. */
export function operate(
  call: MemoryCall,
  found: Conversation | undefined,
  { at, incoming }: { readonly at: number; readonly incoming: readonly StoredMessage[] },
): Outcome {
  const conversation = found ?? EMPTY;
  switch (call.operation) {
    case 'read': {
      const messages = withoutTokens(conversation);
      return { result: { messages, count: messages.length, key: call.key } };
    }
    case 'write': {
      const { change, count } = added(call.memory, EMPTY, incoming, at);
      return { result: { success: true, count, key: call.key }, change: { drop: 'all', ...change } };
    }
    case 'append': {
      const { change, count } = added(call.memory, conversation, incoming, at);
      return { result: { success: true, appended: incoming.length, total_count: count, key: call.key }, change };
    }
    case 'delete':
      return { result: { success: true, key: call.key }, change: { remove: true } };
    case 'flush':
      return flush(call, conversation, at);
    case 'health':
      return { result: health(call, conversation) };
    case 'clear':
      return clear(call, conversation);
    case 'stats':
      return { result: stats(call, conversation) };
  }
}

/** New messages, and what has to go for them (the limits always hold). */
function added(
  memory: MemoryDefinition,
  conversation: Conversation,
  incoming: readonly StoredMessage[],
  at: number,
): { readonly change: ConversationChange; readonly count: number } {
  const limits = limitsOf(memory);
  const tokens = conversation.tokens + incoming.reduce((sum, message) => sum + message.tokens, 0);
  const count = conversation.count + incoming.length;
  if (count <= limits.messages && tokens <= limits.tokens) return { change: { append: incoming }, count };
  const sizes = [...conversation.sizes(), ...incoming.map((message) => message.tokens)];
  const dropped = messagesToDrop(sizes, limits, memory.flushing);
  if (dropped.length === 0) return { change: { append: incoming }, count };
  const gone = new Set(dropped);
  const append = incoming.filter((_, index) => !gone.has(conversation.count + index));
  const drop = dropped.filter((position) => position < conversation.count);
  return {
    change: { ...(drop.length === 0 ? {} : { drop }), append, flushedAt: at },
    count: count - dropped.length,
  };
}

function flush(call: MemoryCallOf<'flush'>, conversation: Conversation, at: number): Outcome<MemoryResults['flush']> {
  const limits = limitsOf(call.memory);
  const size = { messages: conversation.count, tokens: conversation.tokens };
  const isDue = call.force || usage(limits, size) >= call.threshold;
  const sizes = isDue ? conversation.sizes() : [];
  const drop = messagesToDrop(sizes, flushTarget(limits, size), call.strategy);
  const answer = { success: true, key: call.key, summary_generated: false } as const;
  if (call.dryRun) {
    const counts = { message_count: size.messages, token_count: size.tokens };
    return { result: { ...answer, ...counts, dry_run: true, would_flush: drop.length > 0 } };
  }
  const tokens = drop.reduce((sum, position) => sum + sizes[position]!, 0);
  return {
    result: { ...answer, message_count: size.messages - drop.length, token_count: size.tokens - tokens },
    ...(drop.length === 0 ? {} : { change: { drop, flushedAt: at } }),
  };
}

function clear(call: MemoryCallOf<'clear'>, conversation: Conversation): Outcome<MemoryResults['clear']> {
  const hasMessages = conversation.count > 0;
  const backup = call.backup && hasMessages;
  return {
    result: { success: true, key: call.key, messages_cleared: conversation.count, backup_created: backup },
    ...(hasMessages ? { change: { ...(backup ? { copyTo: `${call.key}:backup` } : {}), drop: 'all' } } : {}),
  };
}

function health(call: MemoryCallOf<'health'>, conversation: Conversation): MemoryResults['health'] {
  return {
    healthy: true,
    ...countsOf(call, conversation),
    ...(call.includeStats ? { ...lastFlush(conversation), current_tokens: conversation.tokens } : {}),
  };
}

function stats(call: MemoryCallOf<'stats'>, conversation: Conversation): MemoryResults['stats'] {
  const { count, tokens } = conversation;
  const average = count === 0 ? {} : { avg_tokens_per_message: Math.round((tokens / count) * 100) / 100 };
  return {
    ...countsOf(call, conversation),
    ...lastFlush(conversation),
    ...average,
    ...(call.includeContent ? { messages: withoutTokens(conversation) } : {}),
    ...(call.groupByRole ? { groups: byRole(conversation.messages()) } : {}),
  };
}

function countsOf({ key, memory }: MemoryCall, { count, tokens }: Conversation) {
  return { key, token_count: tokens, message_count: count, actual_strategy: memory.flushing };
}

function lastFlush({ flushedAt }: Conversation): { readonly last_flush?: string } {
  return flushedAt === undefined ? {} : { last_flush: new Date(flushedAt).toISOString() };
}

function byRole(messages: readonly StoredMessage[]) {
  const groups = MEMORY_ROLES.flatMap((role) => {
    const own = messages.filter((message) => message.role === role);
    const tokens = own.reduce((sum, message) => sum + message.tokens, 0);
    return own.length === 0 ? [] : [[role, { message_count: own.length, token_count: tokens }] as const];
  });
  return Object.fromEntries(groups);
}

function withoutTokens(conversation: Conversation): readonly MemoryMessage[] {
  return conversation.messages().map(({ role, content }) => ({ role, content }));
}
