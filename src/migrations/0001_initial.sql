-- The schema of the first release. It says IF NOT EXISTS, for there are databases that it was applied to as schema.sql.
-- STRICT tables refuse values of another type. Times are integers, milliseconds since 1970, UTC.
-- `seq` keeps the order of creation (and is the table's own key, so it costs nothing); clients see `id`.
-- D1 bills an index entry written as a row, so there is one index for each question asked, and no other.

CREATE TABLE IF NOT EXISTS accounts (
  id TEXT NOT NULL PRIMARY KEY,
  webhook_url TEXT,
  webhook_key TEXT,
  public_freebusy INTEGER NOT NULL DEFAULT 1 CHECK (public_freebusy IN (0, 1)),
  public_booking INTEGER NOT NULL DEFAULT 1 CHECK (public_booking IN (0, 1)),
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
  agenda INTEGER NOT NULL DEFAULT 0, -- raised by all that can decide whether the user can be booked: see below
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
  UNIQUE (account_id, id),
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendars (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX IF NOT EXISTS events_in_time ON events (account_id, calendar_id, length_class, start_ts);
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
  UNIQUE (account_id, id)
) STRICT;

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
  UNIQUE (account_id, service_id, user_id),
  CHECK (schedule_id IS NULL OR calendar_id IS NULL),
  FOREIGN KEY (account_id, service_id) REFERENCES services (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX IF NOT EXISTS service_users_of_user ON service_users (account_id, user_id);

-- What is deleted leaves the hosts that named it.
CREATE TRIGGER IF NOT EXISTS schedule_leaves_hosts AFTER DELETE ON schedules
BEGIN
  UPDATE service_users SET schedule_id = NULL
  WHERE account_id = OLD.account_id AND user_id = OLD.user_id AND schedule_id = OLD.id;
END;
CREATE TRIGGER IF NOT EXISTS calendar_leaves_hosts AFTER DELETE ON calendars
BEGIN
  UPDATE service_users SET
    calendar_id = nullif(calendar_id, OLD.id),
    booking_calendar_id = nullif(booking_calendar_id, OLD.id),
    busy = (SELECT json_group_array(value) FROM json_each(busy) WHERE value <> OLD.id)
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
  UPDATE bookings SET state = 'cancelled', updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND session = OLD.session AND state <> 'cancelled';
END;
CREATE TRIGGER IF NOT EXISTS event_moves_bookings AFTER UPDATE OF start_ts, duration ON events
WHEN NEW.session IS NOT NULL AND (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration)
BEGIN
  UPDATE bookings SET start_ts = NEW.start_ts, duration = NEW.duration, updated = NEW.updated
  WHERE account_id = NEW.account_id AND session = NEW.session AND state <> 'cancelled'
    AND (start_ts <> NEW.start_ts OR duration <> NEW.duration);
END;
CREATE TRIGGER IF NOT EXISTS user_ends_bookings AFTER DELETE ON users
BEGIN
  UPDATE bookings SET state = 'cancelled', updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND booked_by = OLD.id AND state <> 'cancelled';
END;
-- The events of a service that is gone stay, and still make their users busy.
CREATE TRIGGER IF NOT EXISTS service_ends_bookings AFTER DELETE ON services
BEGIN
  UPDATE events SET session = NULL WHERE account_id = OLD.account_id AND session IN (
    SELECT session FROM bookings WHERE account_id = OLD.account_id AND service_id = OLD.id AND session IS NOT NULL);
  UPDATE bookings SET state = 'cancelled', session = NULL, updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
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
  UPDATE services SET revision = revision + 1 WHERE account_id = NEW.account_id AND id = NEW.service_id;
  UPDATE users SET agenda = agenda + 1 WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER IF NOT EXISTS host_update_raises AFTER UPDATE ON service_users
BEGIN
  UPDATE services SET revision = revision + 1 WHERE account_id = NEW.account_id AND id = NEW.service_id;
  UPDATE users SET agenda = agenda + 1 WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER IF NOT EXISTS host_delete_raises AFTER DELETE ON service_users
BEGIN
  UPDATE services SET revision = revision + 1 WHERE account_id = OLD.account_id AND id = OLD.service_id;
  UPDATE users SET agenda = agenda + 1 WHERE account_id = OLD.account_id AND id = OLD.user_id;
END;
