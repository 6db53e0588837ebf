import type { ConversationChange, StoredMessage } from '@compozy/core/memory';
import type { PostgresConnection } from '@compozy/core/sql';
import type { ConversationId } from './memory-store.js';
import type { ConversationHead, KnownParts } from './partial-conversation.js';

export interface ConversationRow {
  readonly rowId: string;
  readonly nextSeq: number;
  readonly head: ConversationHead;
}

/** What was read of the messages, and the numbers by which they are found. */
export interface ReadParts extends KnownParts {
  readonly seqs?: readonly string[];
}

/** Statements with more content than this are cut into several. */
const MAX_STATEMENT_CHARS = 4 * 1024 * 1024;

const HEAD = 'c.id, c.count, c.tokens, c.next_seq, c.flushed_at, c.expires_at';
const OF_ID = 'c.project = $1 and c.memory = $2 and c.key = $3';

/** 64-bit numbers come as text. */
interface HeadColumns {
  readonly id: string;
  readonly count: string;
  readonly tokens: string;
  readonly next_seq: string;
  readonly flushed_at: string | null;
}

interface MessageColumns {
  readonly seq: string;
  readonly role: StoredMessage['role'];
  readonly content: string;
  readonly message_tokens: string;
}

/** The conversation without its messages. */
export async function readHead(
  connection: PostgresConnection,
  { project, memory, key }: ConversationId,
  at: number,
): Promise<ConversationRow | undefined> {
  const statement = `select ${HEAD} from compozy_memory_conversations c
    where ${OF_ID} and (c.expires_at is null or c.expires_at > $4)`;
  const { rows } = await connection.query(statement, [project, memory, key, at]);
  return rows.length === 0 ? undefined : toRow(rows[0] as HeadColumns);
}

/** The conversation with all of its messages, as they are at one moment. */
export async function readWhole(
  connection: PostgresConnection,
  { project, memory, key }: ConversationId,
  at: number,
): Promise<{ readonly head: ConversationHead; readonly known: KnownParts } | undefined> {
  const statement = `select ${HEAD}, m.seq, m.role, m.content, m.tokens as message_tokens
    from compozy_memory_conversations c left join compozy_memory_messages m on m.conversation = c.id
    where ${OF_ID} and (c.expires_at is null or c.expires_at > $4) order by m.seq`;
  const rows = (await connection.query(statement, [project, memory, key, at])).rows as readonly (HeadColumns &
    MessageColumns)[];
  const [first] = rows;
  if (first === undefined) return undefined;
  // A conversation without messages is one row without a message.
  const messages = (first.seq === null ? [] : rows).map(toMessage);
  return { head: toRow(first).head, known: { sizes: messages.map(({ tokens }) => tokens), messages } };
}

/** The conversation, which nobody else removes now; one that has expired is removed. */
export async function takeConversation(
  connection: PostgresConnection,
  { project, memory, key }: ConversationId,
  at: number,
): Promise<ConversationRow | undefined> {
  const statement = `select ${HEAD} from compozy_memory_conversations c where ${OF_ID} for update`;
  const { rows } = await connection.query(statement, [project, memory, key]);
  const row = rows[0] as (HeadColumns & { readonly expires_at: string | null }) | undefined;
  if (row === undefined) return undefined;
  if (row.expires_at === null || Number(row.expires_at) > at) return toRow(row);
  await connection.query('delete from compozy_memory_conversations where id = $1', [row.id]);
  return undefined;
}

export async function readParts(
  connection: PostgresConnection,
  rowId: string,
  part: keyof KnownParts,
): Promise<Required<Omit<ReadParts, 'messages'>> & ReadParts> {
  const content = part === 'messages' ? 'role, content, ' : '';
  const statement = `select seq, ${content}tokens as message_tokens from compozy_memory_messages
    where conversation = $1 order by seq`;
  const rows = (await connection.query(statement, [rowId])).rows as readonly MessageColumns[];
  return {
    seqs: rows.map(({ seq }) => seq),
    sizes: rows.map((row) => Number(row.message_tokens)),
    ...(part === 'messages' ? { messages: rows.map(toMessage) } : {}),
  };
}

export interface ApplyOptions {
  readonly id: ConversationId;
  readonly found: ConversationRow | undefined;
  readonly known: ReadParts;
  readonly change: ConversationChange;
  readonly expiresAt: number | null;
}

/** Makes a change of a conversation that was taken; inside of the same transaction. */
export async function applyChange(connection: PostgresConnection, options: ApplyOptions): Promise<void> {
  const { id, found, known, change, expiresAt } = options;
  if (change.copyTo !== undefined && found !== undefined) await copy(connection, options, found, change.copyTo);
  if (change.remove === true) {
    if (found !== undefined) {
      await connection.query('delete from compozy_memory_conversations where id = $1', [found.rowId]);
    }
    return;
  }
  const { append = [], drop } = change;
  const dropped = found === undefined || drop === undefined ? NOTHING : await remove(connection, found, known, drop);
  const seq = found?.nextSeq ?? 1;
  const count = (found?.head.count ?? 0) - dropped.count + append.length;
  const added = append.reduce((sum, { tokens }) => sum + tokens, 0);
  const tokens = (found?.head.tokens ?? 0) - dropped.tokens + added;
  const values = [count, tokens, seq + append.length, change.flushedAt ?? null, expiresAt];
  let rowId = found?.rowId;
  if (rowId === undefined) {
    const statement = `insert into compozy_memory_conversations
      (project, memory, key, count, tokens, next_seq, flushed_at, expires_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`;
    const { rows } = await connection.query(statement, [id.project, id.memory, id.key, ...values]);
    rowId = (rows[0] as { id: string }).id;
  } else {
    const statement = `update compozy_memory_conversations set count = $2, tokens = $3, next_seq = $4,
      flushed_at = coalesce($5, flushed_at), expires_at = $6 where id = $1`;
    await connection.query(statement, [rowId, ...values]);
  }
  await insertMessages(connection, rowId, seq, append);
}

const NOTHING = { count: 0, tokens: 0 };

async function remove(
  connection: PostgresConnection,
  { rowId, head }: ConversationRow,
  known: ReadParts,
  drop: 'all' | readonly number[],
): Promise<{ readonly count: number; readonly tokens: number }> {
  if (drop === 'all') {
    await connection.query('delete from compozy_memory_messages where conversation = $1', [rowId]);
    return head;
  }
  const seqs = known.seqs ?? (await readParts(connection, rowId, 'sizes')).seqs;
  const gone = drop.flatMap((position) => seqs[position] ?? []);
  const statement =
    'delete from compozy_memory_messages where conversation = $1 and seq = any($2::bigint[]) returning tokens';
  const rows = (await connection.query(statement, [rowId, gone])).rows as readonly { readonly tokens: string }[];
  return { count: rows.length, tokens: rows.reduce((sum, { tokens }) => sum + Number(tokens), 0) };
}

async function copy(
  connection: PostgresConnection,
  { id, expiresAt }: ApplyOptions,
  { rowId }: ConversationRow,
  key: string,
): Promise<void> {
  const place = [id.project, id.memory, key];
  await connection.query(`delete from compozy_memory_conversations c where ${OF_ID}`, place);
  const statement = `with copied as (
      insert into compozy_memory_conversations
        (project, memory, key, count, tokens, next_seq, flushed_at, expires_at)
      select $1, $2, $3, count, tokens, next_seq, flushed_at, $4 from compozy_memory_conversations where id = $5
      returning id)
    insert into compozy_memory_messages (conversation, seq, role, content, tokens)
    select copied.id, m.seq, m.role, m.content, m.tokens from copied, compozy_memory_messages m
    where m.conversation = $5`;
  await connection.query(statement, [...place, expiresAt, rowId]);
}

async function insertMessages(
  connection: PostgresConnection,
  rowId: string,
  firstSeq: number,
  messages: readonly StoredMessage[],
): Promise<void> {
  const statement = `insert into compozy_memory_messages (conversation, seq, role, content, tokens)
    select $1, $2 + position - 1, role, content, tokens
    from unnest($3::text[], $4::text[], $5::bigint[]) with ordinality as added (role, content, tokens, position)`;
  let next = 0;
  while (next < messages.length) {
    const from = next;
    let chars = 0;
    while (next < messages.length && (next === from || chars < MAX_STATEMENT_CHARS)) {
      chars += messages[next]!.content.length;
      next += 1;
    }
    const part = messages.slice(from, next);
    await connection.query(statement, [
      rowId,
      firstSeq + from,
      part.map(({ role }) => role),
      part.map(({ content }) => JSON.stringify(content)),
      part.map(({ tokens }) => tokens),
    ]);
  }
}

function toRow({ id, count, tokens, next_seq: nextSeq, flushed_at: flushedAt }: HeadColumns): ConversationRow {
  return {
    rowId: id,
    nextSeq: Number(nextSeq),
    head: {
      count: Number(count),
      tokens: Number(tokens),
      ...(flushedAt === null ? {} : { flushedAt: Number(flushedAt) }),
    },
  };
}

function toMessage({ role, content, message_tokens: tokens }: MessageColumns): StoredMessage {
  return { role, content: JSON.parse(content) as string, tokens: Number(tokens) };
}
