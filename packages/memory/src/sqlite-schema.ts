/** Kept in `PRAGMA user_version`; a file of a later version is not touched. */
export const SCHEMA_VERSION = 1;

export const SCHEMA = `
CREATE TABLE conversations (
  id INTEGER PRIMARY KEY,
  project TEXT NOT NULL,
  memory TEXT NOT NULL,
  key TEXT NOT NULL,
  count INTEGER NOT NULL DEFAULT 0,
  tokens INTEGER NOT NULL DEFAULT 0,
  flushed_at INTEGER,
  expires_at INTEGER,
  UNIQUE (project, memory, key)
) STRICT;
CREATE INDEX conversations_by_expiry ON conversations (expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE messages (
  conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  role TEXT NOT NULL,
  content TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE operations (
  project TEXT NOT NULL,
  operation_key TEXT NOT NULL,
  result TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (project, operation_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX operations_by_time ON operations (at);
`;

/** How long a write waits for that of another process; the event loop of this one stands still meanwhile. */
const BUSY_TIMEOUT_MS = 3_000;

/** FULL: what was answered is on disk, and survives the power too. */
export const PRAGMAS = `
PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS};
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
`;
