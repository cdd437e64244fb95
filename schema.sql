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
-- Triggers keep them true to the JSON, and take them away with their owner, also where that goes by a foreign key.
-- They find each entry by the primary key, from the JSON as it was, so that an entry is one row and no index more; an
-- update writes what differs. SQLite looks up an IN of an EXCEPT by a scan, unless the EXCEPT is in parentheses.
-- A trigger that a database has under one of these names stays as it is: also the older ones, which did the same at a
-- higher price.

CREATE TABLE IF NOT EXISTS user_metadata (
  account_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account_id, key, value, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS user_metadata_insert AFTER INSERT ON users
BEGIN
  INSERT INTO user_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;
CREATE TRIGGER IF NOT EXISTS user_metadata_update AFTER UPDATE OF metadata ON users
WHEN NEW.metadata <> OLD.metadata
BEGIN
  DELETE FROM user_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM (
      SELECT key, value FROM json_each(OLD.metadata) EXCEPT SELECT key, value FROM json_each(NEW.metadata)));
  INSERT INTO user_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata) WHERE true
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER IF NOT EXISTS user_metadata_delete AFTER DELETE ON users
WHEN OLD.metadata <> '{}'
BEGIN
  DELETE FROM user_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM json_each(OLD.metadata));
END;

CREATE TABLE IF NOT EXISTS calendar_metadata (
  account_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account_id, key, value, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS calendar_metadata_insert AFTER INSERT ON calendars
BEGIN
  INSERT INTO calendar_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;
CREATE TRIGGER IF NOT EXISTS calendar_metadata_update AFTER UPDATE OF metadata ON calendars
WHEN NEW.metadata <> OLD.metadata
BEGIN
  DELETE FROM calendar_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM (
      SELECT key, value FROM json_each(OLD.metadata) EXCEPT SELECT key, value FROM json_each(NEW.metadata)));
  INSERT INTO calendar_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata) WHERE true
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER IF NOT EXISTS calendar_metadata_delete AFTER DELETE ON calendars
WHEN OLD.metadata <> '{}'
BEGIN
  DELETE FROM calendar_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM json_each(OLD.metadata));
END;

-- An event occupies the time from start_ts to the end of its last instance. Two bounds cannot be searched by one
-- B-tree, so events are kept in classes by the length of that time, each a power of four: a window then needs, in
-- each class, only the events that start within one class length of it. `last_start` is the latest that an instance
-- may start, in whatever time zone the calendar is or will be in; NULL: the series never ends, as far as is known.
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  id TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  start_ts INTEGER NOT NULL,
  duration INTEGER NOT NULL,
  busy INTEGER NOT NULL CHECK (busy IN (0, 1)),
  recurrence TEXT,
  last_start INTEGER,
  exdates TEXT NOT NULL DEFAULT '[]',
  reminders TEXT NOT NULL,
  service_id TEXT,
  metadata TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  length_class INTEGER NOT NULL GENERATED ALWAYS AS (CASE
    WHEN last_start IS NULL THEN 9007199254740991
    WHEN last_start + duration - start_ts <= 4194304 THEN 4194304 -- 70 minutes
    WHEN last_start + duration - start_ts <= 16777216 THEN 16777216
    WHEN last_start + duration - start_ts <= 67108864 THEN 67108864
    WHEN last_start + duration - start_ts <= 268435456 THEN 268435456 -- 3 days
    WHEN last_start + duration - start_ts <= 1073741824 THEN 1073741824
    WHEN last_start + duration - start_ts <= 4294967296 THEN 4294967296
    WHEN last_start + duration - start_ts <= 17179869184 THEN 17179869184 -- 199 days
    WHEN last_start + duration - start_ts <= 68719476736 THEN 68719476736
    WHEN last_start + duration - start_ts <= 274877906944 THEN 274877906944 -- 9 years
    ELSE 9007199254740991
  END) VIRTUAL,
  UNIQUE (account_id, id),
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendars (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX IF NOT EXISTS events_in_time ON events (account_id, calendar_id, length_class, start_ts);

CREATE TABLE IF NOT EXISTS event_metadata (
  account_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account_id, key, value, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS event_metadata_insert AFTER INSERT ON events
BEGIN
  INSERT INTO event_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;
CREATE TRIGGER IF NOT EXISTS event_metadata_update AFTER UPDATE OF metadata ON events
WHEN NEW.metadata <> OLD.metadata
BEGIN
  DELETE FROM event_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM (
      SELECT key, value FROM json_each(OLD.metadata) EXCEPT SELECT key, value FROM json_each(NEW.metadata)));
  INSERT INTO event_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata) WHERE true
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER IF NOT EXISTS event_metadata_delete AFTER DELETE ON events
WHEN OLD.metadata <> '{}'
BEGIN
  DELETE FROM event_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM json_each(OLD.metadata));
END;
