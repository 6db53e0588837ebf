import type { Conversation, StoredMessage } from '@compozy/core/memory';

/** What is known of a conversation before anything of its messages was read. */
export type ConversationHead = Omit<Conversation, 'sizes' | 'messages'>;

/** What was read of its messages. */
export interface KnownParts {
  readonly sizes?: readonly number[];
  readonly messages?: readonly StoredMessage[];
}

/** What the work came to, or what it asked for and is not known yet. */
export type Attempt<T> = { readonly value: T } | { readonly missing: keyof KnownParts } | { readonly thrown: unknown };

/**
 * Does `work` with what is known. Work is synchronous and asks for what it needs, and a server is not: so where something
 * is missing, it is read, and the work is done again.
 */
export function attemptWork<T>(
  work: (conversation: Conversation | undefined) => T,
  head: ConversationHead | undefined,
  known: KnownParts,
): Attempt<T> {
  let missing: keyof KnownParts | undefined;
  const read = <P extends keyof KnownParts>(part: P): NonNullable<KnownParts[P]> => {
    const value = known[part];
    if (value !== undefined) return value;
    missing ??= part;
    throw new Error(`The ${part} of the conversation are not read yet`);
  };
  const conversation =
    head === undefined ? undefined : { ...head, sizes: () => read('sizes'), messages: () => read('messages') };
  try {
    const value = work(conversation);
    if (missing === undefined) return { value };
  } catch (thrown) {
    if (missing === undefined) return { thrown };
  }
  return { missing };
}
