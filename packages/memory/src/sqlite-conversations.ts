import type { DatabaseSync } from 'node:sqlite';
import type { Conversation, ConversationChange, StoredMessage } from '@compozy/core/memory';
import type { ConversationId } from './memory-store.js';

export interface FoundConversation {
  readonly rowId: number;
  readonly conversation: Conversation;
}

/** The rows of conversations; every call runs inside of a transaction. */
export interface ConversationTable {
  find(id: ConversationId, at: number): FoundConversation | undefined;
  apply(
    id: ConversationId,
    found: FoundConversation | undefined,
    change: ConversationChange,
    expiresAt: number | null,
  ): void;
}

interface ConversationRow {
  readonly id: number;
  readonly count: number;
  readonly tokens: number;
  readonly flushed_at: number | null;
}

export function createConversationTable(database: DatabaseSync): ConversationTable {
  const byId = database.prepare(
    `SELECT id, count, tokens, flushed_at FROM conversations
     WHERE project = ? AND memory = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)`,
  );
  const remove = database.prepare('DELETE FROM conversations WHERE project = ? AND memory = ? AND key = ?');
  const insert = database.prepare('INSERT INTO conversations (project, memory, key) VALUES (?, ?, ?)');
  const update = database.prepare(
    `UPDATE conversations SET expires_at = :expiresAt, flushed_at = coalesce(:flushedAt, flushed_at),
       (count, tokens) = (SELECT count(*), coalesce(sum(tokens), 0) FROM messages WHERE conversation = :rowId)
     WHERE id = :rowId`,
  );
  const grow = database.prepare(
    `UPDATE conversations SET expires_at = :expiresAt, count = count + :count, tokens = tokens + :tokens
     WHERE id = :rowId`,
  );
  const allMessages = database.prepare(
    'SELECT role, content, tokens FROM messages WHERE conversation = ? ORDER BY seq',
  );
  const allSizes = database.prepare('SELECT tokens FROM messages WHERE conversation = ? ORDER BY seq');
  const allSeqs = database.prepare('SELECT seq FROM messages WHERE conversation = ? ORDER BY seq');
  const lastSeq = database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM messages WHERE conversation = ?');
  const dropOne = database.prepare('DELETE FROM messages WHERE conversation = ? AND seq = ?');
  const dropAll = database.prepare('DELETE FROM messages WHERE conversation = ?');
  const add = database.prepare(
    'INSERT INTO messages (conversation, seq, role, content, tokens) VALUES (?, ?, ?, ?, ?)',
  );
  const copy = database.prepare(
    `INSERT INTO messages (conversation, seq, role, content, tokens)
     SELECT ?, seq, role, content, tokens FROM messages WHERE conversation = ?`,
  );

  function create({ project, memory, key }: ConversationId): number {
    // One that expired may still stand there.
    remove.run(project, memory, key);
    return Number(insert.run(project, memory, key).lastInsertRowid);
  }

  function drop(rowId: number, positions: readonly number[]): void {
    const seqs = allSeqs.all(rowId);
    for (const position of positions) dropOne.run(rowId, Number(seqs[position]?.['seq']));
  }

  function append(rowId: number, messages: readonly StoredMessage[]): void {
    let seq = Number(lastSeq.get(rowId)?.['seq']);
    for (const { role, content, tokens } of messages) add.run(rowId, (seq += 1), role, content, tokens);
  }

  return {
    find({ project, memory, key }, at) {
      const row = byId.get(project, memory, key, at) as ConversationRow | undefined;
      if (row === undefined) return undefined;
      let messages: readonly StoredMessage[] | undefined;
      const conversation: Conversation = {
        count: row.count,
        tokens: row.tokens,
        sizes: () => allSizes.all(row.id).map(({ tokens }) => Number(tokens)),
        messages: () => (messages ??= allMessages.all(row.id) as unknown as readonly StoredMessage[]),
        ...(row.flushed_at === null ? {} : { flushedAt: row.flushed_at }),
      };
      return { rowId: row.id, conversation };
    },

    apply(id, found, change, expiresAt) {
      if (change.copyTo !== undefined && found !== undefined) {
        const backup = create({ ...id, key: change.copyTo });
        copy.run(backup, found.rowId);
        update.run({ rowId: backup, expiresAt, flushedAt: found.conversation.flushedAt ?? null });
      }
      if (change.remove === true) {
        remove.run(id.project, id.memory, id.key);
        return;
      }
      const rowId = found?.rowId ?? create(id);
      if (change.drop === 'all') dropAll.run(rowId);
      else if (change.drop !== undefined) drop(rowId, change.drop);
      const added = change.append ?? [];
      append(rowId, added);
      if (change.drop === undefined && change.flushedAt === undefined) {
        // The usual append does not depend on how long the conversation is.
        const tokens = added.reduce((sum, message) => sum + message.tokens, 0);
        grow.run({ rowId, expiresAt, count: added.length, tokens });
      } else update.run({ rowId, expiresAt, flushedAt: change.flushedAt ?? null });
    },
  };
}
