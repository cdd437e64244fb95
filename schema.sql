-- The whole database. Every statement may be run again without harm: `wrangler d1 execute … --file schema.sql`.
-- STRICT tables refuse values of another type. Times are integers, milliseconds since 1970, UTC.
-- `seq` keeps the order of creation (and is the table's own key, so it costs nothing); clients see `id`.
-- D1 bills an index entry written as a row, so there is one index for each question asked, and no other.

CREATE TABLE IF NOT EXISTS accounts (
  id TEXT NOT NULL PRIMARY KEY,
  webhook_url TEXT,
  webhook_key TEXT,
  public_freebusy INTEGER NOT NULL DEFAULT 1 CHECK (public_freebusy IN (0, 1)),
  created INTEGER NOT NULL,
  CHECK ((webhook_url IS NULL) = (webhook_key IS NULL))
) STRICT, WITHOUT ROWID;

-- Only the SHA-256 of a key is kept: it is looked up by that, and cannot be read back.
CREATE TABLE IF NOT EXISTS api_keys (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  name TEXT,
  hint TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires_at INTEGER,
  UNIQUE (account_id, id)
) STRICT;

-- AUTOINCREMENT: a seq is never used again, so a write that requires "the key with this seq" can never
-- mean another key. The PEM of a row never changes.
CREATE TABLE IF NOT EXISTS signing_keys (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  kid TEXT NOT NULL,
  pem TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('standby', 'active', 'retiring', 'revoked')),
  retires_at INTEGER,
  created INTEGER NOT NULL,
  UNIQUE (account_id, kid),
  CHECK ((state = 'retiring') = (retires_at IS NOT NULL))
) STRICT;

CREATE TABLE IF NOT EXISTS users (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  metadata TEXT NOT NULL,
  not_before INTEGER, -- tokens issued before this are refused
  UNIQUE (account_id, id)
) STRICT;

CREATE TABLE IF NOT EXISTS calendars (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  timezone TEXT NOT NULL,
  week_start TEXT NOT NULL CHECK (week_start IN ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')),
  metadata TEXT NOT NULL,
  UNIQUE (account_id, id),
  FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX IF NOT EXISTS calendars_of_user ON calendars (account_id, user_id);

-- One row for each metadata entry, so that a query for a key and a value reads its own page and nothing more.
-- The triggers keep them true to the JSON; the foreign keys take them away with their owner.

CREATE TABLE IF NOT EXISTS user_metadata (
  account_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  seq INTEGER NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
  PRIMARY KEY (account_id, key, value, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS user_metadata_of ON user_metadata (seq);

CREATE TRIGGER IF NOT EXISTS user_metadata_insert AFTER INSERT ON users
BEGIN
  INSERT INTO user_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;
CREATE TRIGGER IF NOT EXISTS user_metadata_update AFTER UPDATE OF metadata ON users
WHEN NEW.metadata <> OLD.metadata
BEGIN
  DELETE FROM user_metadata WHERE seq = NEW.seq;
  INSERT INTO user_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;

CREATE TABLE IF NOT EXISTS calendar_metadata (
  account_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  seq INTEGER NOT NULL REFERENCES calendars (seq) ON DELETE CASCADE,
  PRIMARY KEY (account_id, key, value, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS calendar_metadata_of ON calendar_metadata (seq);

CREATE TRIGGER IF NOT EXISTS calendar_metadata_insert AFTER INSERT ON calendars
BEGIN
  INSERT INTO calendar_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;
CREATE TRIGGER IF NOT EXISTS calendar_metadata_update AFTER UPDATE OF metadata ON calendars
WHEN NEW.metadata <> OLD.metadata
BEGIN
  DELETE FROM calendar_metadata WHERE seq = NEW.seq;
  INSERT INTO calendar_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;
