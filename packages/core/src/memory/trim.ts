import type { FlushStrategy, MemoryDefinition } from '../model/memory.js';

export interface Limits {
  readonly messages: number;
  readonly tokens: number;
}

export function limitsOf({ maxMessages, maxTokens }: MemoryDefinition): Limits {
  return { messages: maxMessages ?? Infinity, tokens: maxTokens ?? Infinity };
}

/** How much of its tighter limit a conversation takes; 1 is full. A memory without limits counts as full. */
export function usage(limits: Limits, size: Limits): number {
  if (limits.messages === Infinity && limits.tokens === Infinity) return size.messages === 0 ? 0 : 1;
  return Math.max(size.messages / limits.messages, size.tokens / limits.tokens);
}

/** What a flush leaves at most: half of the limits, or three quarters of the messages where there are none. */
export function flushTarget(limits: Limits, size: Limits): Limits {
  if (limits.messages === Infinity && limits.tokens === Infinity) {
    return { messages: Math.floor(size.messages * 0.75), tokens: Infinity };
  }
  return { messages: Math.floor(limits.messages / 2), tokens: Math.floor(limits.tokens / 2) };
}

/**
 * Positions of the messages to drop, ascending, so that the rest fits; `sizes` are their tokens. The newest message
 * stays, whatever its size. `simple_fifo` drops the oldest. So does `lru`: each read uses all messages, hence the oldest
 * is the least recently used. `token_aware_lru` drops the longest messages of the older half first, which keeps more.
 */
export function messagesToDrop(sizes: readonly number[], target: Limits, strategy: FlushStrategy): readonly number[] {
  let count = sizes.length;
  let tokens = sizes.reduce((sum, size) => sum + size, 0);
  const dropped: number[] = [];
  for (const position of dropOrder(sizes, strategy)) {
    if (count <= Math.max(1, target.messages) && tokens <= target.tokens) break;
    dropped.push(position);
    count -= 1;
    tokens -= sizes[position]!;
  }
  return dropped.toSorted((a, b) => a - b);
}

function dropOrder(sizes: readonly number[], strategy: FlushStrategy): readonly number[] {
  const positions = Array.from({ length: Math.max(0, sizes.length - 1) }, (_, position) => position);
  if (strategy !== 'token_aware_lru') return positions;
  const half = Math.ceil(positions.length / 2);
  // A stable sort: of equally long ones the older goes first.
  const older = positions.slice(0, half).toSorted((a, b) => sizes[b]! - sizes[a]!);
  return [...older, ...positions.slice(half)];
}
