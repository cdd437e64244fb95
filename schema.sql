-- The whole database, for whoever reads it. It is made, and changed, by src/migrations (`npm run migrate`); a test holds
-- that they come to just this.
-- STRICT tables refuse values of another type. Times are integers, milliseconds since 1970, UTC.
-- `seq` keeps the order of creation (and is the table's own key, so it costs nothing); clients see `id`.
-- D1 bills an index entry written as a row, so there is one index for each question asked, and no other.
-- `version` is what a resource's entity tag is made of: every change of what a client sees of it raises it. The Worker
-- begins it at random, so that what takes the place of something that is gone does not have its tag; at 0 begins what
-- was there before it had versions.

CREATE TABLE IF NOT EXISTS accounts (
  id TEXT NOT NULL PRIMARY KEY,
  webhook_url TEXT, -- unused and NULL, as webhook_key is: only a rebuild of the table drops a column that a CHECK names
  webhook_key TEXT,
  public_freebusy INTEGER NOT NULL DEFAULT 1 CHECK (public_freebusy IN (0, 1)),
  public_booking INTEGER NOT NULL DEFAULT 1 CHECK (public_booking IN (0, 1)),
  created INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 0,
  nearest INTEGER NOT NULL DEFAULT 0 CHECK (nearest IN (0, 1)), -- 1: replicas may answer what its callers read
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
  nearest INTEGER NOT NULL DEFAULT 0, -- as its account has it: who is asking is then known without that one's row
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
  version INTEGER NOT NULL DEFAULT 0,
  nearest INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, kid),
  CHECK ((state = 'retiring') = (retires_at IS NOT NULL))
) STRICT;

CREATE TRIGGER IF NOT EXISTS account_reads_tell_keys AFTER UPDATE OF nearest ON accounts WHEN NEW.nearest <> OLD.nearest
BEGIN
  UPDATE api_keys SET nearest = NEW.nearest WHERE account_id = NEW.id;
  UPDATE signing_keys SET nearest = NEW.nearest WHERE account_id = NEW.id;
END;

-- An account shows the newest of its active keys.
CREATE TRIGGER IF NOT EXISTS signing_key_insert_shows AFTER INSERT ON signing_keys
BEGIN
  UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;
CREATE TRIGGER IF NOT EXISTS signing_key_update_shows AFTER UPDATE OF state ON signing_keys WHEN NEW.state <> OLD.state
BEGIN
  UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;
CREATE TRIGGER IF NOT EXISTS signing_key_delete_shows AFTER DELETE ON signing_keys
BEGIN
  UPDATE accounts SET version = version + 1 WHERE id = OLD.account_id;
END;

CREATE TABLE IF NOT EXISTS users (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  metadata TEXT NOT NULL,
  not_before INTEGER, -- tokens issued before this are refused
  agenda INTEGER NOT NULL DEFAULT 0, -- raised by all that can decide whether the user can be booked: see below
  version INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, id)
) STRICT;
-- The key of the table, `seq`, is the last column of each of its indexes: what is found by this one is in order of creation.
CREATE INDEX IF NOT EXISTS users_of_account ON users (account_id);

CREATE TABLE IF NOT EXISTS calendars (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  timezone TEXT NOT NULL,
  week_start TEXT NOT NULL CHECK (week_start IN ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')),
  metadata TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, id),
  FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX IF NOT EXISTS calendars_of_user ON calendars (account_id, user_id);

-- One row for each metadata entry, so that a query for a key and a value reads its own page and nothing more.
-- Triggers keep them true to the JSON, and take them away with their owner, also where that goes by a foreign key.
-- They find each entry by the primary key, from the JSON as it was, so that an entry is one row and no index more; an
-- update writes what differs. SQLite looks up an IN of an EXCEPT by a scan, unless the EXCEPT is in parentheses.

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
  service_id TEXT, -- what it is booked for: it keeps its user busy, in whatever calendar it is
  session TEXT, -- the bookings that it was made for
  expires_at INTEGER, -- of a hold: from then on it is no event any more
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
  version INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, id),
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendars (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX IF NOT EXISTS events_in_time ON events (account_id, calendar_id, length_class, start_ts);
CREATE INDEX IF NOT EXISTS events_of_user ON events (account_id, user_id);
CREATE INDEX IF NOT EXISTS events_booked ON events (account_id, user_id, length_class, start_ts)
  WHERE service_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS events_of_service ON events (account_id, service_id, user_id, created)
  WHERE service_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS events_of_session ON events (account_id, session) WHERE session IS NOT NULL;

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

-- Schedules, services and bookings.

CREATE TABLE IF NOT EXISTS schedules (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  timezone TEXT NOT NULL,
  rules TEXT NOT NULL,
  metadata TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, id),
  FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX IF NOT EXISTS schedules_of_user ON schedules (account_id, user_id);

CREATE TABLE IF NOT EXISTS schedule_metadata (
  account_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account_id, key, value, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS schedule_metadata_insert AFTER INSERT ON schedules
BEGIN
  INSERT INTO schedule_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;
CREATE TRIGGER IF NOT EXISTS schedule_metadata_update AFTER UPDATE OF metadata ON schedules
WHEN NEW.metadata <> OLD.metadata
BEGIN
  DELETE FROM schedule_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM (
      SELECT key, value FROM json_each(OLD.metadata) EXCEPT SELECT key, value FROM json_each(NEW.metadata)));
  INSERT INTO schedule_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata) WHERE true
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER IF NOT EXISTS schedule_metadata_delete AFTER DELETE ON schedules
WHEN OLD.metadata <> '{}'
BEGIN
  DELETE FROM schedule_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM json_each(OLD.metadata));
END;

CREATE TABLE IF NOT EXISTS services (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  multi_person TEXT NOT NULL,
  metadata TEXT NOT NULL,
  revision INTEGER NOT NULL DEFAULT 0, -- raised by all that decides who its hosts are, and how they share its bookings
  version INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, id)
) STRICT;
CREATE INDEX IF NOT EXISTS services_of_account ON services (account_id);

CREATE TABLE IF NOT EXISTS service_metadata (
  account_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account_id, key, value, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS service_metadata_insert AFTER INSERT ON services
BEGIN
  INSERT INTO service_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;
CREATE TRIGGER IF NOT EXISTS service_metadata_update AFTER UPDATE OF metadata ON services
WHEN NEW.metadata <> OLD.metadata
BEGIN
  DELETE FROM service_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM (
      SELECT key, value FROM json_each(OLD.metadata) EXCEPT SELECT key, value FROM json_each(NEW.metadata)));
  INSERT INTO service_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata) WHERE true
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER IF NOT EXISTS service_metadata_delete AFTER DELETE ON services
WHEN OLD.metadata <> '{}'
BEGIN
  DELETE FROM service_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM json_each(OLD.metadata));
END;

-- The hosts of services. `seq` keeps the order in which they were added.
CREATE TABLE IF NOT EXISTS service_users (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  service_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  schedule_id TEXT, -- available by a schedule, or by a calendar, or not at all
  calendar_id TEXT,
  buffer_before INTEGER NOT NULL,
  buffer_after INTEGER NOT NULL,
  closest INTEGER NOT NULL,
  furthest INTEGER,
  booking_calendar_id TEXT,
  busy TEXT NOT NULL DEFAULT '[]',
  version INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, service_id, user_id),
  CHECK (schedule_id IS NULL OR calendar_id IS NULL),
  FOREIGN KEY (account_id, service_id) REFERENCES services (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX IF NOT EXISTS service_users_of_user ON service_users (account_id, user_id);

-- What is deleted leaves the hosts that named it.
CREATE TRIGGER IF NOT EXISTS schedule_leaves_hosts AFTER DELETE ON schedules
BEGIN
  UPDATE service_users SET schedule_id = NULL, version = version + 1
  WHERE account_id = OLD.account_id AND user_id = OLD.user_id AND schedule_id = OLD.id;
END;
CREATE TRIGGER IF NOT EXISTS calendar_leaves_hosts AFTER DELETE ON calendars
BEGIN
  UPDATE service_users SET
    calendar_id = nullif(calendar_id, OLD.id),
    booking_calendar_id = nullif(booking_calendar_id, OLD.id),
    busy = (SELECT json_group_array(value) FROM json_each(busy) WHERE value <> OLD.id),
    version = version + 1
  WHERE account_id = OLD.account_id AND user_id = OLD.user_id
    AND (calendar_id = OLD.id OR booking_calendar_id = OLD.id OR instr(busy, OLD.id));
END;

-- One row a booking. Those of one session share its events: the seats of a group; any other has a session of its own.
CREATE TABLE IF NOT EXISTS bookings (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  service_id TEXT NOT NULL,
  session TEXT, -- NULL: its service is gone
  start_ts INTEGER NOT NULL,
  duration INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'cancelled')),
  expires_at INTEGER,
  hosts TEXT NOT NULL, -- ids of users, and of the events in their calendars, in JSON
  events TEXT NOT NULL,
  booked_by TEXT,
  metadata TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  stamp TEXT NOT NULL, -- of its latest change: what belongs to that change takes effect only beside it
  version INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, id),
  CHECK ((state = 'held') = (expires_at IS NOT NULL) OR state = 'cancelled')
) STRICT;
CREATE INDEX IF NOT EXISTS bookings_of_service ON bookings (account_id, service_id, start_ts);
CREATE INDEX IF NOT EXISTS bookings_of_session ON bookings (account_id, session) WHERE session IS NOT NULL;
CREATE INDEX IF NOT EXISTS bookings_by_user ON bookings (account_id, booked_by, start_ts) WHERE booked_by IS NOT NULL;

-- The events of a session live as long as one of its bookings does; and a booking as long as all of its events. Who
-- takes or leaves a seat of a group changes no event, so the group's revision is raised (see below).
CREATE TRIGGER IF NOT EXISTS booking_joins_events AFTER INSERT ON bookings
BEGIN
  UPDATE events SET expires_at = (
    SELECT CASE WHEN count(*) = count(expires_at) THEN max(expires_at) END FROM bookings
    WHERE account_id = NEW.account_id AND session = NEW.session AND state <> 'cancelled')
  WHERE account_id = NEW.account_id AND session = NEW.session;
  UPDATE services SET revision = revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.service_id AND multi_person ->> 'variant' = 'group';
END;
CREATE TRIGGER IF NOT EXISTS booking_ends_events AFTER UPDATE OF state, session, expires_at ON bookings
WHEN NEW.state <> OLD.state OR NEW.session IS NOT OLD.session OR NEW.expires_at IS NOT OLD.expires_at
BEGIN
  DELETE FROM events WHERE account_id = OLD.account_id AND session = OLD.session AND NOT EXISTS (
    SELECT 1 FROM bookings WHERE account_id = OLD.account_id AND session = OLD.session AND state <> 'cancelled');
  UPDATE events SET expires_at = (
    SELECT CASE WHEN count(*) = count(expires_at) THEN max(expires_at) END FROM bookings
    WHERE account_id = OLD.account_id AND session = events.session AND state <> 'cancelled')
  WHERE account_id = OLD.account_id AND session IN (OLD.session, NEW.session);
  UPDATE services SET revision = revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.service_id AND multi_person ->> 'variant' = 'group';
END;
CREATE TRIGGER IF NOT EXISTS event_ends_bookings AFTER DELETE ON events WHEN OLD.session IS NOT NULL
BEGIN
  UPDATE bookings SET state = 'cancelled', version = version + 1, updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND session = OLD.session AND state <> 'cancelled';
END;
CREATE TRIGGER IF NOT EXISTS event_moves_bookings AFTER UPDATE OF start_ts, duration ON events
WHEN NEW.session IS NOT NULL AND (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration)
BEGIN
  UPDATE bookings SET start_ts = NEW.start_ts, duration = NEW.duration, updated = NEW.updated, version = version + 1
  WHERE account_id = NEW.account_id AND session = NEW.session AND state <> 'cancelled'
    AND (start_ts <> NEW.start_ts OR duration <> NEW.duration);
END;
CREATE TRIGGER IF NOT EXISTS user_ends_bookings AFTER DELETE ON users
BEGIN
  UPDATE bookings SET state = 'cancelled', version = version + 1, updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND booked_by = OLD.id AND state <> 'cancelled';
END;
-- The events of a service that is gone stay, and still make their users busy.
CREATE TRIGGER IF NOT EXISTS service_ends_bookings AFTER DELETE ON services
BEGIN
  UPDATE events SET session = NULL WHERE account_id = OLD.account_id AND session IN (
    SELECT session FROM bookings WHERE account_id = OLD.account_id AND service_id = OLD.id AND session IS NOT NULL);
  UPDATE bookings SET state = 'cancelled', session = NULL, version = version + 1, updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND service_id = OLD.id AND session IS NOT NULL;
END;

-- Revisions. A booking is decided on rows that were read before, and written only while the agendas of its hosts and
-- the revision of its service are as they were then. Each of these writes raises what it can change the decision of.
-- Where a user or a service goes it is missed by itself; a calendar leaves the hosts that it counted for, above.

CREATE TRIGGER IF NOT EXISTS event_insert_raises AFTER INSERT ON events
BEGIN
  UPDATE users SET agenda = agenda + 1 WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER IF NOT EXISTS event_update_raises
AFTER UPDATE OF start_ts, duration, busy, recurrence, exdates, service_id, expires_at ON events
WHEN NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration OR NEW.busy <> OLD.busy
  OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates
  OR NEW.service_id IS NOT OLD.service_id OR NEW.expires_at IS NOT OLD.expires_at
BEGIN
  UPDATE users SET agenda = agenda + 1 WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER IF NOT EXISTS event_delete_raises AFTER DELETE ON events
WHEN EXISTS (SELECT 1 FROM calendars WHERE account_id = OLD.account_id AND id = OLD.calendar_id)
BEGIN
  UPDATE users SET agenda = agenda + 1 WHERE account_id = OLD.account_id AND id = OLD.user_id;
END;
CREATE TRIGGER IF NOT EXISTS calendar_update_raises AFTER UPDATE OF timezone, week_start ON calendars
WHEN NEW.timezone <> OLD.timezone OR NEW.week_start <> OLD.week_start
BEGIN
  UPDATE users SET agenda = agenda + 1 WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER IF NOT EXISTS schedule_update_raises AFTER UPDATE OF timezone, rules ON schedules
WHEN NEW.timezone <> OLD.timezone OR NEW.rules <> OLD.rules
BEGIN
  UPDATE users SET agenda = agenda + 1 WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER IF NOT EXISTS service_update_raises AFTER UPDATE OF multi_person ON services
WHEN NEW.multi_person <> OLD.multi_person
BEGIN
  UPDATE services SET revision = revision + 1 WHERE seq = NEW.seq;
END;
CREATE TRIGGER IF NOT EXISTS host_insert_raises AFTER INSERT ON service_users
BEGIN
  UPDATE services SET revision = revision + 1, version = version + 1 WHERE account_id = NEW.account_id AND id = NEW.service_id;
  UPDATE users SET agenda = agenda + 1 WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER IF NOT EXISTS host_update_raises AFTER UPDATE ON service_users
BEGIN
  UPDATE services SET revision = revision + 1, version = version + (NEW.version <> OLD.version) WHERE account_id = NEW.account_id AND id = NEW.service_id;
  UPDATE users SET agenda = agenda + 1 WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER IF NOT EXISTS host_delete_raises AFTER DELETE ON service_users
BEGIN
  UPDATE services SET revision = revision + 1, version = version + 1 WHERE account_id = OLD.account_id AND id = OLD.service_id;
  UPDATE users SET agenda = agenda + 1 WHERE account_id = OLD.account_id AND id = OLD.user_id;
END;

-- Safe retries: what was answered to a creation with an Idempotency-Key, for as long as it is to be answered again.
-- There is no index by time: the sweep reads the table once a day, which costs less than to write an entry for each row.
-- `caller` is a user's id, or empty for the account's server; an account that is just made has no account of its own.
CREATE TABLE IF NOT EXISTS remembered (
  account_id TEXT NOT NULL,
  caller TEXT NOT NULL,
  key TEXT NOT NULL, -- SHA-256 of it: with the key itself and the code of POST /account, the answer can be unsealed
  request TEXT NOT NULL, -- SHA-256 of the path, the body and the key
  answer TEXT NOT NULL, -- JSON; sealed where it holds a secret
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, caller, key)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS user_is_forgotten AFTER DELETE ON users
BEGIN
  DELETE FROM remembered WHERE account_id = OLD.account_id AND caller = OLD.id;
END;

-- Stays empty: to insert into it fails, and with it the batch. So one statement can say that none may take effect.
CREATE TABLE IF NOT EXISTS refused (
  held INTEGER NOT NULL CONSTRAINT precondition_failed CHECK (held)
) STRICT;

-- What the cursors of lists are sealed with: 256 bits in hex, made here and never changed.
CREATE TABLE IF NOT EXISTS secrets (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO secrets VALUES ('cursors', hex(randomblob(32))) ON CONFLICT DO NOTHING;

-- What is told: webhooks, and the outbox of their deliveries. Triggers write a notification in the very statement of
-- its change, by whatever path that comes, where the account's webhook asks for it; any other account pays a look-up.

-- `url` NULL: it was removed. `next_at`: when the earliest of its deliveries is due; NULL: none is pending. Who
-- delivers takes the lease. `since`: from when on its events' reminders are sent; `filed`: of the events that were
-- there before, the last one whose reminders are filed; NULL: all are.
CREATE TABLE IF NOT EXISTS webhooks (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  url TEXT,
  key TEXT,
  secret TEXT,
  old_secret TEXT,
  old_secret_until INTEGER,
  events TEXT NOT NULL, -- the types that are asked for, in JSON
  since INTEGER NOT NULL,
  filed TEXT,
  next_at INTEGER,
  lease TEXT,
  lease_until INTEGER,
  CHECK ((url IS NULL) = (key IS NULL) AND (url IS NULL) = (secret IS NULL) AND (url IS NOT NULL OR events = '[]'))
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS webhook_insert_changes_account AFTER INSERT ON webhooks
BEGIN
  UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;
CREATE TRIGGER IF NOT EXISTS webhook_update_changes_account AFTER UPDATE OF url, key, secret, events ON webhooks
WHEN NEW.url IS NOT OLD.url OR NEW.secret IS NOT OLD.secret OR NEW.events <> OLD.events
BEGIN
  UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;
CREATE INDEX IF NOT EXISTS webhooks_due ON webhooks (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS webhooks_filing ON webhooks (filed) WHERE filed IS NOT NULL;

-- The id is a UUIDv7 (RFC 9562, 5.7), so that the key keeps the order of creation. `content` is the row of what
-- changed, with the names of its columns, which the delivery makes the resource on the wire; or what is reminded of.
-- Due a minute before it is made: the clocks of the Worker and of the database need not agree.
CREATE TABLE IF NOT EXISTS deliveries (
  account_id TEXT NOT NULL REFERENCES webhooks (account_id) ON DELETE CASCADE,
  id TEXT NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%04x-%012x',
    CAST(unixepoch('subsec') * 1000 AS INTEGER) >> 16, CAST(unixepoch('subsec') * 1000 AS INTEGER) & 0xffff,
    random() & 0xfff, 0x8000 | (random() & 0x3fff), random() & 0xffffffffffff)),
  type TEXT NOT NULL,
  content TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  last_status INTEGER,
  last_error TEXT,
  created INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
  next_at INTEGER DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000), -- of a pending one
  expires_at INTEGER, -- of any other: until when it is kept
  PRIMARY KEY (account_id, id),
  CHECK ((state = 'pending') = (next_at IS NOT NULL) AND (state = 'pending') = (expires_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (account_id, next_at) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_failed ON deliveries (account_id, id) WHERE state = 'failed';
CREATE INDEX IF NOT EXISTS deliveries_kept ON deliveries (expires_at) WHERE expires_at IS NOT NULL;

CREATE TRIGGER IF NOT EXISTS delivery_insert_is_due AFTER INSERT ON deliveries WHEN NEW.state = 'pending'
BEGIN
  UPDATE webhooks SET next_at = NEW.next_at
  WHERE account_id = NEW.account_id AND (next_at IS NULL OR next_at > NEW.next_at);
END;
CREATE TRIGGER IF NOT EXISTS delivery_update_is_due AFTER UPDATE OF next_at ON deliveries WHEN NEW.state = 'pending'
BEGIN
  UPDATE webhooks SET next_at = NEW.next_at
  WHERE account_id = NEW.account_id AND (next_at IS NULL OR next_at > NEW.next_at);
END;

-- What goes with its owner is not told: its owner is. The columns are those that src/resources/*/rows.ts read.

CREATE TRIGGER IF NOT EXISTS user_insert_told AFTER INSERT ON users
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'user.created', json_object('id', NEW.id, 'metadata', NEW.metadata)
  FROM webhooks WHERE account_id = NEW.account_id AND (instr(events, '"*"') OR instr(events, '"user.created"'));
END;
CREATE TRIGGER IF NOT EXISTS user_update_told AFTER UPDATE OF metadata ON users
WHEN NEW.metadata <> OLD.metadata
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'user.updated', json_object('id', NEW.id, 'metadata', NEW.metadata)
  FROM webhooks WHERE account_id = NEW.account_id AND (instr(events, '"*"') OR instr(events, '"user.updated"'));
END;
CREATE TRIGGER IF NOT EXISTS user_delete_told AFTER DELETE ON users
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT OLD.account_id, 'user.deleted', json_object('id', OLD.id, 'metadata', OLD.metadata)
  FROM webhooks WHERE account_id = OLD.account_id AND (instr(events, '"*"') OR instr(events, '"user.deleted"'));
END;

CREATE TRIGGER IF NOT EXISTS calendar_insert_told AFTER INSERT ON calendars
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'calendar.created', json_object('id', NEW.id, 'user_id', NEW.user_id,
    'timezone', NEW.timezone, 'week_start', NEW.week_start, 'metadata', NEW.metadata)
  FROM webhooks WHERE account_id = NEW.account_id AND (instr(events, '"*"') OR instr(events, '"calendar.created"'));
END;
CREATE TRIGGER IF NOT EXISTS calendar_update_told AFTER UPDATE OF timezone, week_start, metadata ON calendars
WHEN NEW.timezone <> OLD.timezone OR NEW.week_start <> OLD.week_start OR NEW.metadata <> OLD.metadata
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'calendar.updated', json_object('id', NEW.id, 'user_id', NEW.user_id,
    'timezone', NEW.timezone, 'week_start', NEW.week_start, 'metadata', NEW.metadata)
  FROM webhooks WHERE account_id = NEW.account_id AND (instr(events, '"*"') OR instr(events, '"calendar.updated"'));
END;
CREATE TRIGGER IF NOT EXISTS calendar_delete_told AFTER DELETE ON calendars
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT OLD.account_id, 'calendar.deleted', json_object('id', OLD.id, 'user_id', OLD.user_id,
    'timezone', OLD.timezone, 'week_start', OLD.week_start, 'metadata', OLD.metadata)
  FROM webhooks WHERE account_id = OLD.account_id AND (instr(events, '"*"') OR instr(events, '"calendar.deleted"'))
    AND EXISTS (SELECT 1 FROM users WHERE account_id = OLD.account_id AND id = OLD.user_id);
END;

-- An expired hold is no event, and no booking, any more: nothing is told of it.
CREATE TRIGGER IF NOT EXISTS event_insert_told AFTER INSERT ON events
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'event.created', json_object('id', NEW.id, 'calendar_id', NEW.calendar_id,
    'user_id', NEW.user_id, 'start_ts', NEW.start_ts, 'duration', NEW.duration, 'busy', NEW.busy,
    'recurrence', NEW.recurrence, 'exdates', NEW.exdates, 'reminders', NEW.reminders, 'metadata', NEW.metadata,
    'created', NEW.created, 'updated', NEW.updated)
  FROM webhooks WHERE account_id = NEW.account_id AND (instr(events, '"*"') OR instr(events, '"event.created"'));
END;
CREATE TRIGGER IF NOT EXISTS event_update_told
AFTER UPDATE OF start_ts, duration, busy, recurrence, exdates, reminders, metadata ON events
WHEN (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration OR NEW.busy <> OLD.busy
  OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates OR NEW.reminders <> OLD.reminders
  OR NEW.metadata <> OLD.metadata)
  AND (NEW.expires_at IS NULL OR NEW.expires_at > unixepoch('subsec') * 1000)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'event.updated', json_object('id', NEW.id, 'calendar_id', NEW.calendar_id,
    'user_id', NEW.user_id, 'start_ts', NEW.start_ts, 'duration', NEW.duration, 'busy', NEW.busy,
    'recurrence', NEW.recurrence, 'exdates', NEW.exdates, 'reminders', NEW.reminders, 'metadata', NEW.metadata,
    'created', NEW.created, 'updated', NEW.updated)
  FROM webhooks WHERE account_id = NEW.account_id AND (instr(events, '"*"') OR instr(events, '"event.updated"'));
END;
CREATE TRIGGER IF NOT EXISTS event_delete_told AFTER DELETE ON events
WHEN OLD.expires_at IS NULL OR OLD.expires_at > unixepoch('subsec') * 1000
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT OLD.account_id, 'event.deleted', json_object('id', OLD.id, 'calendar_id', OLD.calendar_id,
    'user_id', OLD.user_id, 'start_ts', OLD.start_ts, 'duration', OLD.duration, 'busy', OLD.busy,
    'recurrence', OLD.recurrence, 'exdates', OLD.exdates, 'reminders', OLD.reminders, 'metadata', OLD.metadata,
    'created', OLD.created, 'updated', OLD.updated)
  FROM webhooks WHERE account_id = OLD.account_id AND (instr(events, '"*"') OR instr(events, '"event.deleted"'))
    AND EXISTS (SELECT 1 FROM calendars WHERE account_id = OLD.account_id AND id = OLD.calendar_id);
END;

CREATE TRIGGER IF NOT EXISTS schedule_insert_told AFTER INSERT ON schedules
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'schedule.created', json_object('id', NEW.id, 'user_id', NEW.user_id,
    'timezone', NEW.timezone, 'rules', NEW.rules, 'metadata', NEW.metadata)
  FROM webhooks WHERE account_id = NEW.account_id AND (instr(events, '"*"') OR instr(events, '"schedule.created"'));
END;
CREATE TRIGGER IF NOT EXISTS schedule_update_told AFTER UPDATE OF timezone, rules, metadata ON schedules
WHEN NEW.timezone <> OLD.timezone OR NEW.rules <> OLD.rules OR NEW.metadata <> OLD.metadata
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'schedule.updated', json_object('id', NEW.id, 'user_id', NEW.user_id,
    'timezone', NEW.timezone, 'rules', NEW.rules, 'metadata', NEW.metadata)
  FROM webhooks WHERE account_id = NEW.account_id AND (instr(events, '"*"') OR instr(events, '"schedule.updated"'));
END;
CREATE TRIGGER IF NOT EXISTS schedule_delete_told AFTER DELETE ON schedules
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT OLD.account_id, 'schedule.deleted', json_object('id', OLD.id, 'user_id', OLD.user_id,
    'timezone', OLD.timezone, 'rules', OLD.rules, 'metadata', OLD.metadata)
  FROM webhooks WHERE account_id = OLD.account_id AND (instr(events, '"*"') OR instr(events, '"schedule.deleted"'))
    AND EXISTS (SELECT 1 FROM users WHERE account_id = OLD.account_id AND id = OLD.user_id);
END;

CREATE TRIGGER IF NOT EXISTS service_insert_told AFTER INSERT ON services
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'service.created', json_object('id', NEW.id, 'multi_person', NEW.multi_person,
    'metadata', NEW.metadata)
  FROM webhooks WHERE account_id = NEW.account_id AND (instr(events, '"*"') OR instr(events, '"service.created"'));
END;
CREATE TRIGGER IF NOT EXISTS service_update_told AFTER UPDATE OF multi_person, metadata ON services
WHEN NEW.multi_person <> OLD.multi_person OR NEW.metadata <> OLD.metadata
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'service.updated', json_object('id', NEW.id, 'multi_person', NEW.multi_person,
    'metadata', NEW.metadata)
  FROM webhooks WHERE account_id = NEW.account_id AND (instr(events, '"*"') OR instr(events, '"service.updated"'));
END;
CREATE TRIGGER IF NOT EXISTS service_delete_told AFTER DELETE ON services
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT OLD.account_id, 'service.deleted', json_object('id', OLD.id, 'multi_person', OLD.multi_person,
    'metadata', OLD.metadata)
  FROM webhooks WHERE account_id = OLD.account_id AND (instr(events, '"*"') OR instr(events, '"service.deleted"'));
END;

-- Hosts are part of their service. That one leaves with its user, its schedule or a calendar is not told.
CREATE TRIGGER IF NOT EXISTS host_insert_told AFTER INSERT ON service_users
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'service.updated', json_object('id', s.id, 'multi_person', s.multi_person,
    'metadata', s.metadata)
  FROM webhooks w JOIN services s ON s.account_id = NEW.account_id AND s.id = NEW.service_id
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.updated"'));
END;
CREATE TRIGGER IF NOT EXISTS host_update_told AFTER UPDATE ON service_users
WHEN NEW.schedule_id IS NOT OLD.schedule_id OR NEW.calendar_id IS NOT OLD.calendar_id
  OR NEW.buffer_before <> OLD.buffer_before OR NEW.buffer_after <> OLD.buffer_after OR NEW.closest <> OLD.closest
  OR NEW.furthest IS NOT OLD.furthest OR NEW.booking_calendar_id IS NOT OLD.booking_calendar_id
  OR NEW.busy <> OLD.busy
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'service.updated', json_object('id', s.id, 'multi_person', s.multi_person,
    'metadata', s.metadata)
  FROM webhooks w JOIN services s ON s.account_id = NEW.account_id AND s.id = NEW.service_id
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.updated"'))
    AND (OLD.schedule_id IS NULL
      OR EXISTS (SELECT 1 FROM schedules WHERE account_id = OLD.account_id AND id = OLD.schedule_id))
    AND NOT EXISTS (
      SELECT 1 FROM (
        SELECT value AS id FROM json_each(OLD.busy) UNION SELECT OLD.calendar_id UNION SELECT OLD.booking_calendar_id
      ) named
      WHERE named.id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM calendars c WHERE c.account_id = OLD.account_id AND c.id = named.id));
END;
CREATE TRIGGER IF NOT EXISTS host_delete_told AFTER DELETE ON service_users
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT OLD.account_id, 'service.updated', json_object('id', s.id, 'multi_person', s.multi_person,
    'metadata', s.metadata)
  FROM webhooks w JOIN services s ON s.account_id = OLD.account_id AND s.id = OLD.service_id
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.updated"'))
    AND EXISTS (SELECT 1 FROM users WHERE account_id = OLD.account_id AND id = OLD.user_id);
END;

-- A booking outlives what it is cancelled with, so that is told too.
CREATE TRIGGER IF NOT EXISTS booking_insert_told AFTER INSERT ON bookings
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'booking.created', json_object('id', NEW.id, 'service_id', NEW.service_id,
    'start_ts', NEW.start_ts, 'duration', NEW.duration, 'state', NEW.state, 'expires_at', NEW.expires_at,
    'hosts', NEW.hosts, 'events', NEW.events, 'booked_by', NEW.booked_by, 'metadata', NEW.metadata,
    'created', NEW.created, 'updated', NEW.updated)
  FROM webhooks WHERE account_id = NEW.account_id AND (instr(events, '"*"') OR instr(events, '"booking.created"'));
END;
CREATE TRIGGER IF NOT EXISTS booking_update_told
AFTER UPDATE OF start_ts, duration, state, hosts, events, metadata ON bookings
WHEN NEW.state <> 'cancelled' AND (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration
  OR NEW.state <> OLD.state OR NEW.hosts <> OLD.hosts OR NEW.events <> OLD.events OR NEW.metadata <> OLD.metadata)
  AND (NEW.expires_at IS NULL OR NEW.expires_at > unixepoch('subsec') * 1000)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'booking.updated', json_object('id', NEW.id, 'service_id', NEW.service_id,
    'start_ts', NEW.start_ts, 'duration', NEW.duration, 'state', NEW.state, 'expires_at', NEW.expires_at,
    'hosts', NEW.hosts, 'events', NEW.events, 'booked_by', NEW.booked_by, 'metadata', NEW.metadata,
    'created', NEW.created, 'updated', NEW.updated)
  FROM webhooks WHERE account_id = NEW.account_id AND (instr(events, '"*"') OR instr(events, '"booking.updated"'));
END;
CREATE TRIGGER IF NOT EXISTS booking_cancel_told AFTER UPDATE OF state ON bookings
WHEN NEW.state = 'cancelled' AND OLD.state <> 'cancelled'
  AND (OLD.expires_at IS NULL OR OLD.expires_at > unixepoch('subsec') * 1000)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'booking.cancelled', json_object('id', NEW.id, 'service_id', NEW.service_id,
    'start_ts', NEW.start_ts, 'duration', NEW.duration, 'state', NEW.state, 'expires_at', NEW.expires_at,
    'hosts', NEW.hosts, 'events', NEW.events, 'booked_by', NEW.booked_by, 'metadata', NEW.metadata,
    'created', NEW.created, 'updated', NEW.updated)
  FROM webhooks WHERE account_id = NEW.account_id AND (instr(events, '"*"') OR instr(events, '"booking.cancelled"'));
END;

-- Reminders: of each event that has any, when to look at it next. `since`: all that were due before it have been
-- told. `stamp` is another after each change, so that what was computed from an event is filed only while the event is
-- as it was. What is due when depends on the calendar's zone: src/jobs/ finds it, as the event comes due.
CREATE TABLE IF NOT EXISTS reminders (
  event INTEGER PRIMARY KEY REFERENCES events (seq) ON DELETE CASCADE,
  since INTEGER NOT NULL,
  due INTEGER NOT NULL,
  stamp INTEGER NOT NULL DEFAULT (random() & 0xffffffffffff)
) STRICT;
CREATE INDEX IF NOT EXISTS reminders_due ON reminders (due);

CREATE TRIGGER IF NOT EXISTS event_insert_reminds AFTER INSERT ON events WHEN NEW.reminders <> '[]'
BEGIN
  INSERT INTO reminders (event, since, due) SELECT NEW.seq, NEW.updated, NEW.updated
  FROM webhooks WHERE account_id = NEW.account_id AND url IS NOT NULL;
END;
-- Of an event at another time nothing is due that has passed; of any other, what was due and has not been told still is.
CREATE TRIGGER IF NOT EXISTS event_update_reminds
AFTER UPDATE OF start_ts, duration, recurrence, exdates, reminders, expires_at ON events
WHEN (NEW.reminders <> '[]' OR OLD.reminders <> '[]') AND (NEW.start_ts <> OLD.start_ts
  OR NEW.duration <> OLD.duration OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates
  OR NEW.reminders <> OLD.reminders OR NEW.expires_at IS NOT OLD.expires_at)
BEGIN
  DELETE FROM reminders WHERE event = NEW.seq AND (NEW.reminders = '[]'
    OR NEW.start_ts <> OLD.start_ts OR NEW.recurrence IS NOT OLD.recurrence);
  INSERT INTO reminders (event, since, due) SELECT NEW.seq, NEW.updated, NEW.updated
  FROM webhooks WHERE account_id = NEW.account_id AND url IS NOT NULL AND NEW.reminders <> '[]'
  ON CONFLICT (event) DO UPDATE SET since = max(since, min(due, excluded.due)), due = min(due, excluded.due),
    stamp = random() & 0xffffffffffff;
END;
CREATE TRIGGER IF NOT EXISTS calendar_update_reminds AFTER UPDATE OF timezone, week_start ON calendars
WHEN (NEW.timezone <> OLD.timezone OR NEW.week_start <> OLD.week_start)
  AND EXISTS (SELECT 1 FROM webhooks WHERE account_id = NEW.account_id AND url IS NOT NULL)
BEGIN
  UPDATE reminders SET
    since = max(since, min(due, CAST(unixepoch('subsec') * 1000 AS INTEGER))),
    due = min(due, CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    stamp = random() & 0xffffffffffff
  WHERE event IN (SELECT seq FROM events WHERE account_id = NEW.account_id AND calendar_id = NEW.id);
END;
