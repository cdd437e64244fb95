-- The whole database, to read. src/migrations builds it (`npm run migrate`), and a test checks that both are the same.
--
-- Tables are STRICT: they refuse a value of another type. Times are integers: milliseconds since 1970, in UTC.
-- `seq` keeps the order of creation and is the key of the table, so it costs nothing. Clients see `id`.
-- D1 bills each index entry as a row written, so each index serves a query that a request sends.
-- `version` makes the entity tag of a resource: every change that a client can see raises it. The Worker starts it at a
-- random number, so that a resource never has the tag of a deleted one with the same id; 0 is that of older rows.
--
-- First the tables, then the triggers by purpose: metadata entries, revisions, cascades, the account's version,
-- notifications, reminders. The end serves the previous release.

CREATE TABLE accounts (
  id TEXT NOT NULL PRIMARY KEY,
  webhook_url TEXT, -- unused and NULL, as webhook_key is: only a rebuild of the table drops a column that a CHECK names
  webhook_key TEXT,
  public_freebusy INTEGER NOT NULL DEFAULT 1 CHECK (public_freebusy IN (0, 1)),
  public_booking INTEGER NOT NULL DEFAULT 1 CHECK (public_booking IN (0, 1)),
  created INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 0,
  reads_replica INTEGER NOT NULL DEFAULT 0 CHECK (reads_replica IN (0, 1)), -- 1: replicas may serve its callers' reads
  CHECK ((webhook_url IS NULL) = (webhook_key IS NULL))
) STRICT, WITHOUT ROWID;

-- The database has only the SHA-256 of a key. A request is looked up by that, and nobody can read the key back.
CREATE TABLE api_keys (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  name TEXT,
  hint TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires_at INTEGER,
  reads_replica INTEGER NOT NULL DEFAULT 0, -- a copy of its account's, so that authentication reads the key alone
  UNIQUE (account_id, id)
) STRICT;

-- AUTOINCREMENT never uses a `seq` again, so a write that requires the key with a `seq` never accepts another key. The
-- PEM of a row never changes.
CREATE TABLE signing_keys (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  kid TEXT NOT NULL,
  pem TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('standby', 'active', 'retiring', 'revoked')),
  retires_at INTEGER,
  created INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 0,
  reads_replica INTEGER NOT NULL DEFAULT 0, -- a copy, as in api_keys
  UNIQUE (account_id, kid),
  CHECK ((state = 'retiring') = (retires_at IS NOT NULL))
) STRICT;

CREATE TABLE users (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  metadata TEXT NOT NULL,
  not_before INTEGER, -- the Worker refuses tokens issued before this time
  availability_revision INTEGER NOT NULL DEFAULT 0, -- see "Revisions"
  version INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, id)
) STRICT;
-- SQLite ends every index entry with the key of the table, `seq`, so this index returns users in the order of creation.
CREATE INDEX users_of_account ON users (account_id);

CREATE TABLE calendars (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  timezone TEXT NOT NULL,
  week_start TEXT NOT NULL CHECK (week_start IN ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')),
  metadata TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 0,
  changed_at INTEGER, -- when its time zone or week start changed; NULL: its events' reminders are computed with both
  kib INTEGER GENERATED ALWAYS AS ((2 * octet_length(metadata)) >> 10) VIRTUAL,
  UNIQUE (account_id, id),
  FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX calendars_of_user ON calendars (account_id, user_id);
CREATE INDEX calendars_changed ON calendars (account_id) WHERE changed_at IS NOT NULL;

-- The calendars whose events come from a URL. The Worker alone writes their events: it sets `open` for the transaction in
-- which it does, and triggers refuse any other write.
CREATE TABLE subscriptions (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  url TEXT NOT NULL,
  refresh_minutes INTEGER NOT NULL,
  busy TEXT NOT NULL CHECK (busy IN ('as-written', 'all', 'none')),
  fetched_at INTEGER, -- when the feed last answered
  changed_at INTEGER, -- when its events last changed
  error TEXT,
  version INTEGER NOT NULL DEFAULT 0, -- rises with every change; that of the calendar has it added
  next_at INTEGER NOT NULL DEFAULT 0, -- when the next fetch is due
  begun_at INTEGER NOT NULL DEFAULT 0, -- when the latest fetch began
  failures INTEGER NOT NULL DEFAULT 0, -- in a row
  etag TEXT, -- of the text that the events are from; NULL: fetch all of it
  last_modified TEXT,
  hash TEXT,
  empty_since INTEGER, -- since when a feed that had events has none
  open INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, calendar_id),
  -- A calendar is inserted after its subscription, so that its notification has both.
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendars (account_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX subscriptions_due ON subscriptions (account_id, next_at);

-- The addresses under which a calendar can be read as iCalendar text. The database has only the SHA-256 of the secret in an
-- address, as of API keys.
CREATE TABLE feeds (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  id TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  name TEXT,
  detail TEXT NOT NULL CHECK (detail IN ('full', 'busy')),
  hint TEXT NOT NULL,
  created INTEGER NOT NULL,
  UNIQUE (account_id, calendar_id, id),
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendars (account_id, id) ON DELETE CASCADE
) STRICT;

-- An event occupies the time from `start_ts` to the end of its last instance. One B-tree cannot search two bounds, so
-- each event has a class by the length of that time, and each class is four times as long as the one before. To find
-- the events in a window, a query reads from each class those that start at most one class length before the window.
-- Free/busy and the busy calendars of slots read busy events alone, so the index has `busy` before the class.
-- `last_start` is the latest time at which an instance can start, in any time zone that the calendar may get; NULL: the
-- series has no known end.
CREATE TABLE events (
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
  service_id TEXT, -- of a booked event: its user is busy, whichever calendar has it
  session TEXT, -- of a booked event: its bookings have the same one. See `session_events`
  expires_at INTEGER, -- of a hold: from then on the event does not count
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
  kib INTEGER GENERATED ALWAYS AS ((2 * octet_length(metadata)
    + coalesce(octet_length(recurrence), 0) + octet_length(exdates) + octet_length(reminders)) >> 10) VIRTUAL,
  UNIQUE (account_id, id),
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendars (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX events_of_user ON events (account_id, user_id);
-- In these three, NULL is one value of `expires_at`: a query finds the events that do not expire, and then those that have
-- not expired yet, so it reads no hold that is over.
CREATE INDEX events_in_time ON events (account_id, calendar_id, busy, expires_at, length_class, start_ts);
CREATE INDEX events_booked ON events (account_id, user_id, expires_at, length_class, start_ts)
  WHERE service_id IS NOT NULL;
CREATE INDEX events_of_service ON events (account_id, service_id, user_id, (session IS NULL), expires_at, created)
  WHERE service_id IS NOT NULL;

-- The events that came from a calendar file, by their UID there, and their version in the file. An event that did not come
-- from one costs no row here.
CREATE TABLE imported_events (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  uid TEXT NOT NULL,
  piece TEXT NOT NULL, -- of a file's event that is several of ours: which of them; else empty
  event_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  UNIQUE (account_id, calendar_id, uid, piece),
  UNIQUE (account_id, event_id),
  FOREIGN KEY (account_id, event_id) REFERENCES events (account_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE schedules (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  timezone TEXT NOT NULL,
  rules TEXT NOT NULL,
  metadata TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 0,
  kib INTEGER GENERATED ALWAYS AS ((2 * octet_length(metadata) + octet_length(rules)) >> 10) VIRTUAL,
  UNIQUE (account_id, id),
  FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX schedules_of_user ON schedules (account_id, user_id);

CREATE TABLE services (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  multi_person TEXT NOT NULL,
  metadata TEXT NOT NULL,
  revision INTEGER NOT NULL DEFAULT 0, -- see "Revisions"
  version INTEGER NOT NULL DEFAULT 0,
  kib INTEGER GENERATED ALWAYS AS ((2 * octet_length(metadata)) >> 10) VIRTUAL,
  UNIQUE (account_id, id)
) STRICT;
CREATE INDEX services_of_account ON services (account_id);

-- The hosts of services. `seq` keeps the order in which the account added them.
CREATE TABLE service_users (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  service_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  schedule_id TEXT, -- a host is available by a schedule or by a calendar; with neither, never
  calendar_id TEXT,
  buffer_before INTEGER NOT NULL,
  buffer_after INTEGER NOT NULL,
  closest INTEGER NOT NULL,
  furthest INTEGER,
  booking_calendar_id TEXT,
  busy TEXT NOT NULL DEFAULT '[]', -- ids of calendars, in JSON
  version INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, service_id, user_id),
  CHECK (schedule_id IS NULL OR calendar_id IS NULL),
  FOREIGN KEY (account_id, service_id) REFERENCES services (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX service_users_of_user ON service_users (account_id, user_id);

-- The bookings of one session share its events: they are the seats of a group. Any other booking has its own session.
CREATE TABLE bookings (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  service_id TEXT NOT NULL,
  session TEXT, -- NULL: somebody deleted the service
  start_ts INTEGER NOT NULL,
  duration INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'cancelled')),
  expires_at INTEGER,
  hosts TEXT NOT NULL, -- ids of users, in JSON
  events TEXT NOT NULL, -- ids of the events in their calendars, in JSON
  booked_by TEXT,
  metadata TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  stamp TEXT NOT NULL, -- the former name of change_token, for the previous release: see the end
  version INTEGER NOT NULL DEFAULT 0,
  change_token TEXT, -- of the latest change: the statements that follow it in its batch take effect only beside it
  kib INTEGER GENERATED ALWAYS AS ((octet_length(metadata) + octet_length(hosts) + octet_length(events)) >> 10) VIRTUAL,
  UNIQUE (account_id, id),
  CHECK ((state = 'held') = (expires_at IS NOT NULL) OR state = 'cancelled')
) STRICT;
CREATE INDEX bookings_of_service ON bookings (account_id, service_id, start_ts);
CREATE INDEX bookings_by_user ON bookings (account_id, booked_by, start_ts) WHERE booked_by IS NOT NULL;

-- How far a run has come through a whole table, by the name of its work. `position` NULL: it has come to the end, and begins
-- again some time after `started_at`. An index by time would cost a row for each row of the table, and one more when it
-- goes; to read a row costs a thousandth of that.
CREATE TABLE walks (
  name TEXT NOT NULL PRIMARY KEY,
  position TEXT, -- JSON
  started_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When each job last ended.
CREATE TABLE job_runs (
  job TEXT NOT NULL PRIMARY KEY,
  ended_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A session of a group with a live booking: one that is confirmed or held. Triggers keep it, and the session keeps its
-- events: they expire with it, and go with it.
CREATE TABLE sessions (
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  service_id TEXT NOT NULL,
  start_ts INTEGER NOT NULL,
  duration INTEGER NOT NULL,
  confirmed INTEGER NOT NULL, -- the number of confirmed bookings
  expires_at INTEGER, -- when its last hold expires; NULL: a booking is confirmed
  PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_service ON sessions (account_id, service_id, expires_at, start_ts);

-- The sessions whose events somebody deleted, and that have more bookings than one statement changes: all of them are
-- cancelled, whatever their rows say. The job of every minute changes the rows, and then deletes this one.
CREATE TABLE cancellations (
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  session TEXT NOT NULL,
  cancelled_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, session)
) STRICT, WITHOUT ROWID;

-- Metadata entries, one row each, so that a query by key and value reads only the rows it returns. The primary key is
-- the only index of an entry.

CREATE TABLE user_metadata (
  account_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account_id, key, value, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE calendar_metadata (
  account_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account_id, key, value, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_metadata (
  account_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account_id, key, value, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE schedule_metadata (
  account_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account_id, key, value, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE service_metadata (
  account_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account_id, key, value, seq)
) STRICT, WITHOUT ROWID;

-- `url` NULL: the account removed its webhook. `next_at`: when the earliest pending delivery is due; NULL: none is
-- pending. Only the holder of the lease delivers. `since`: the account gets the reminders that are due from this time
-- on. `backfilled_to`: the backfill gives each event that is older than the webhook its row in `reminders`, and this is
-- the id of the last one; NULL: the backfill is complete.
CREATE TABLE webhooks (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  url TEXT,
  key TEXT,
  secret TEXT,
  old_secret TEXT,
  old_secret_until INTEGER,
  events TEXT NOT NULL, -- the event types that it receives, in JSON
  since INTEGER NOT NULL,
  backfilled_to TEXT,
  next_at INTEGER,
  lease TEXT,
  lease_until INTEGER,
  CHECK ((url IS NULL) = (key IS NULL) AND (url IS NULL) = (secret IS NULL) AND (url IS NOT NULL OR events = '[]'))
) STRICT, WITHOUT ROWID;

-- The outbox. The id is a UUIDv7 (RFC 9562, section 5.7), so the key keeps the order of creation. `content` is the
-- changed row, by the names of its columns; the Worker converts it to the resource when it delivers. A delivery is due
-- one minute before its creation, because the clocks of the Worker and of the database can differ.
CREATE TABLE deliveries (
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
  next_at INTEGER DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000), -- NULL: not pending
  expires_at INTEGER, -- the sweep deletes it then; NULL: pending
  attempted_at INTEGER, -- the latest attempt
  PRIMARY KEY (account_id, id),
  CHECK ((state = 'pending') = (next_at IS NOT NULL) AND (state = 'pending') = (expires_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_failed ON deliveries (account_id, id) WHERE state = 'failed';
CREATE INDEX deliveries_kept ON deliveries (expires_at) WHERE expires_at IS NOT NULL;

-- When to look at an event with reminders next. `since`: every reminder that was due before it is in the outbox. The
-- time zone of the calendar decides when a reminder is due, so the Worker computes it, at the time `due`. Every change
-- gives the row another `change_token`; the Worker writes its result only if the token is still the same.
CREATE TABLE reminders (
  event INTEGER PRIMARY KEY REFERENCES events (seq) ON DELETE CASCADE,
  since INTEGER NOT NULL,
  due INTEGER NOT NULL,
  stamp INTEGER NOT NULL DEFAULT (random() & 0xffffffffffff), -- the former name of change_token, as in bookings
  change_token INTEGER NOT NULL DEFAULT 0,
  account_id TEXT NOT NULL DEFAULT '', -- the event's
  failures INTEGER NOT NULL DEFAULT 0, -- how often in a row its reminders could not be computed, and why
  error TEXT
) STRICT;
CREATE INDEX reminders_due ON reminders (account_id, due);
CREATE INDEX reminders_failing ON reminders (account_id) WHERE failures > 0;

-- The idempotency records: the response to each creation with an Idempotency-Key, for as long as the Worker replays it.
-- The sweep reads the whole table once a day; an index by time would cost a row for each record. `caller`: the id of a
-- user, or empty for the account itself. `account_id` is empty for a record of POST /account; where there are several
-- shards, the caller 'place' stands for the choice of a shard, in shard 0.
CREATE TABLE remembered ( -- the former name: see the end
  account_id TEXT NOT NULL,
  caller TEXT NOT NULL,
  key TEXT NOT NULL, -- its SHA-256: who has the key itself, and the code of POST /account, can unseal the response
  request TEXT NOT NULL, -- SHA-256 of the path, the body and the key
  answer TEXT NOT NULL, -- the response in JSON; sealed if it has a secret
  expires_at INTEGER NOT NULL,
  weight INTEGER NOT NULL DEFAULT 0, -- former name; 0: it is not counted
  PRIMARY KEY (account_id, caller, key)
) STRICT, WITHOUT ROWID;

-- Deletes are marks. A deleted user, calendar, schedule, service or account has a row here, and from then on it exists for
-- nobody, nor does what belongs to it. The queue deletes the rows in steps, and the row here last. The table is empty most
-- of the time, so that looking into it reads no row. An account has its own id twice.
CREATE TABLE removals (
  account_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('user', 'calendar', 'schedule', 'service', 'account')),
  created INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
  next_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)), -- when the next step is due
  failures INTEGER NOT NULL DEFAULT 0, -- of the steps, one after the other
  position TEXT, -- JSON: how far the steps have come in a table whose rows stay
  PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX removals_in_turn ON removals (account_id, next_at);

-- The accounts that the operator has suspended: nobody can use them, and they get no notification. The table is empty most
-- of the time, so that looking into it reads no row.
CREATE TABLE suspensions (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Always empty: every insert of 0 fails, and the whole batch with it. So one statement can refuse the others.
CREATE TABLE refused (
  held INTEGER NOT NULL CONSTRAINT precondition_failed CHECK (held)
) STRICT;

-- The Worker seals the cursors of lists and exports with this secret: 256 bits in hex, which never change.
CREATE TABLE secrets (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO secrets VALUES ('cursors', hex(randomblob(32))) ON CONFLICT DO NOTHING;

-- Metadata entries.
--
-- Each trigger keeps the entries equal to the JSON of the row. It finds an entry by the primary key, from the old JSON,
-- and an update writes only the entries that differ. The cascade of a foreign key fires the triggers, too. The EXCEPT
-- stands in a subquery of its own, because SQLite would otherwise answer the IN with a scan.

CREATE TRIGGER user_metadata_insert AFTER INSERT ON users
BEGIN
  INSERT INTO user_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;
CREATE TRIGGER user_metadata_update AFTER UPDATE OF metadata ON users
WHEN NEW.metadata <> OLD.metadata
BEGIN
  DELETE FROM user_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM (
      SELECT key, value FROM json_each(OLD.metadata) EXCEPT SELECT key, value FROM json_each(NEW.metadata)));
  INSERT INTO user_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata) WHERE true
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER user_metadata_delete AFTER DELETE ON users
WHEN OLD.metadata <> '{}'
BEGIN
  DELETE FROM user_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM json_each(OLD.metadata));
END;

CREATE TRIGGER calendar_metadata_insert AFTER INSERT ON calendars
BEGIN
  INSERT INTO calendar_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;
CREATE TRIGGER calendar_metadata_update AFTER UPDATE OF metadata ON calendars
WHEN NEW.metadata <> OLD.metadata
BEGIN
  DELETE FROM calendar_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM (
      SELECT key, value FROM json_each(OLD.metadata) EXCEPT SELECT key, value FROM json_each(NEW.metadata)));
  INSERT INTO calendar_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata) WHERE true
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER calendar_metadata_delete AFTER DELETE ON calendars
WHEN OLD.metadata <> '{}'
BEGIN
  DELETE FROM calendar_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM json_each(OLD.metadata));
END;

CREATE TRIGGER event_metadata_delete AFTER DELETE ON events
WHEN OLD.metadata <> '{}'
BEGIN
  DELETE FROM event_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM json_each(OLD.metadata));
END;

CREATE TRIGGER schedule_metadata_insert AFTER INSERT ON schedules
BEGIN
  INSERT INTO schedule_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;
CREATE TRIGGER schedule_metadata_update AFTER UPDATE OF metadata ON schedules
WHEN NEW.metadata <> OLD.metadata
BEGIN
  DELETE FROM schedule_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM (
      SELECT key, value FROM json_each(OLD.metadata) EXCEPT SELECT key, value FROM json_each(NEW.metadata)));
  INSERT INTO schedule_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata) WHERE true
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER schedule_metadata_delete AFTER DELETE ON schedules
WHEN OLD.metadata <> '{}'
BEGIN
  DELETE FROM schedule_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM json_each(OLD.metadata));
END;

CREATE TRIGGER service_metadata_insert AFTER INSERT ON services
BEGIN
  INSERT INTO service_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;
CREATE TRIGGER service_metadata_update AFTER UPDATE OF metadata ON services
WHEN NEW.metadata <> OLD.metadata
BEGIN
  DELETE FROM service_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM (
      SELECT key, value FROM json_each(OLD.metadata) EXCEPT SELECT key, value FROM json_each(NEW.metadata)));
  INSERT INTO service_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata) WHERE true
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER service_metadata_delete AFTER DELETE ON services
WHEN OLD.metadata <> '{}'
BEGIN
  DELETE FROM service_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM json_each(OLD.metadata));
END;

-- Revisions.
--
-- For the previous release: it reads rows, decides on a booking, and writes it only if the availability revisions of its hosts
-- and the revision of its service are still the same. Every change that can affect such a decision raises one of them. The
-- deletion of a user or a service needs no revision, because its row is missing then.

CREATE TRIGGER calendar_update_raises_revision AFTER UPDATE OF timezone, week_start ON calendars
WHEN NEW.timezone <> OLD.timezone OR NEW.week_start <> OLD.week_start
BEGIN
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER schedule_update_raises_revision AFTER UPDATE OF timezone, rules ON schedules
WHEN NEW.timezone <> OLD.timezone OR NEW.rules <> OLD.rules
BEGIN
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER service_update_raises_revision AFTER UPDATE OF multi_person ON services
WHEN NEW.multi_person <> OLD.multi_person
BEGIN
  UPDATE services SET revision = revision + 1 WHERE seq = NEW.seq;
END;

-- Cascades.

-- A deleted schedule or calendar disappears from the hosts that use it.
CREATE TRIGGER schedule_delete_clears_hosts AFTER DELETE ON schedules
BEGIN
  UPDATE service_users SET schedule_id = NULL, version = version + 1
  WHERE account_id = OLD.account_id AND user_id = OLD.user_id AND schedule_id = OLD.id;
END;
CREATE TRIGGER calendar_delete_clears_hosts AFTER DELETE ON calendars
BEGIN
  UPDATE service_users SET
    calendar_id = nullif(calendar_id, OLD.id),
    booking_calendar_id = nullif(booking_calendar_id, OLD.id),
    busy = (SELECT json_group_array(value) FROM json_each(busy) WHERE value <> OLD.id),
    version = version + 1
  WHERE account_id = OLD.account_id AND user_id = OLD.user_id
    AND (calendar_id = OLD.id OR booking_calendar_id = OLD.id OR instr(busy, OLD.id));
END;

CREATE TRIGGER user_delete_deletes_records AFTER DELETE ON users
BEGIN
  DELETE FROM remembered WHERE account_id = OLD.account_id AND caller = OLD.id; -- the former name
END;

CREATE TRIGGER account_update_sets_keys AFTER UPDATE OF reads_replica ON accounts
WHEN NEW.reads_replica <> OLD.reads_replica
BEGIN
  UPDATE api_keys SET reads_replica = NEW.reads_replica WHERE account_id = NEW.id;
  UPDATE signing_keys SET reads_replica = NEW.reads_replica WHERE account_id = NEW.id;
END;

-- The version of an account: its resource shows its webhook and the newest active signing key.

CREATE TRIGGER signing_key_insert_changes_account AFTER INSERT ON signing_keys
BEGIN
  UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;
CREATE TRIGGER signing_key_update_changes_account AFTER UPDATE OF state ON signing_keys WHEN NEW.state <> OLD.state
BEGIN
  UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;
CREATE TRIGGER signing_key_delete_changes_account AFTER DELETE ON signing_keys
BEGIN
  UPDATE accounts SET version = version + 1 WHERE id = OLD.account_id;
END;
CREATE TRIGGER webhook_insert_changes_account AFTER INSERT ON webhooks
BEGIN
  UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;

-- Notifications.
--
-- A trigger writes each notification to the outbox in the statement of the change itself, if the account's webhook
-- receives its type; for any other account the trigger costs one look-up. The deletion of a resource sends no
-- notifications for the resources that go with it. `content` has the columns that the Worker converts to the resource.

-- The JSON of each resource, as notifications store it. The notifying triggers and the reminders read it, so that its
-- columns stand once.
CREATE VIEW user_json AS
SELECT seq, json_object('id', id, 'metadata', metadata, 'version', version) AS json FROM users;
-- A subscription as clients see it, as text.
CREATE VIEW subscription_json AS
SELECT account_id, calendar_id, version, json_object('url', url, 'refreshMinutes', refresh_minutes, 'busy', busy,
  'fetchedAt', fetched_at, 'changedAt', changed_at, 'error', error) || '' AS json
FROM subscriptions;
CREATE VIEW calendar_json AS
SELECT c.seq, json_object('id', c.id, 'user_id', c.user_id, 'timezone', c.timezone, 'week_start', c.week_start,
  'metadata', c.metadata, 'version', c.version + coalesce(s.version, 0), 'subscription', s.json) AS json
FROM calendars c LEFT JOIN subscription_json s ON s.account_id = c.account_id AND s.calendar_id = c.id;
CREATE VIEW event_json AS
SELECT v.seq, v.account_id, v.reminders, json_object('id', v.id, 'calendar_id', v.calendar_id, 'user_id', v.user_id,
  'start_ts', v.start_ts, 'duration', v.duration, 'busy', v.busy, 'recurrence',
  CASE WHEN instr(v.recurrence, '"weekStart"') OR NOT json_valid(v.recurrence) THEN v.recurrence
    ELSE json_insert(v.recurrence, '$.weekStart', coalesce(c.event_week_start, c.week_start)) || '' END, -- as text
  'exdates', v.exdates, 'overridden', v.overridden, 'reminders', v.reminders, 'metadata', v.metadata, 'created', v.created,
  'updated', v.updated, 'version', v.version, 'days', v.days, 'timezone',
  CASE WHEN v.days IS NULL THEN coalesce(v.timezone, c.event_timezone, c.timezone) ELSE c.timezone END) AS json
FROM events v LEFT JOIN calendars c ON c.account_id = v.account_id AND c.id = v.calendar_id;
CREATE VIEW schedule_json AS
SELECT seq, json_object('id', id, 'user_id', user_id, 'timezone', timezone, 'rules', rules,
  'metadata', metadata, 'version', version) AS json
FROM schedules;
CREATE VIEW service_json AS
SELECT seq, account_id, id, json_object('id', id, 'multi_person', multi_person, 'metadata', metadata, 'version', version) AS json
FROM services;
CREATE VIEW booking_json AS
SELECT seq, json_object('id', id, 'service_id', service_id, 'start_ts', start_ts, 'duration', duration,
  'state', state, 'expires_at', expires_at, 'hosts', hosts, 'events', events, 'booked_by', booked_by,
  'metadata', metadata, 'created', created, 'updated', updated, 'version', version) AS json
FROM bookings;

CREATE TRIGGER user_insert_notifies AFTER INSERT ON users
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'user.created', r.json FROM webhooks w CROSS JOIN user_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"user.created"'));
END;

CREATE TRIGGER calendar_insert_notifies AFTER INSERT ON calendars
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'calendar.created', r.json FROM webhooks w CROSS JOIN calendar_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"calendar.created"'));
END;

CREATE TRIGGER schedule_insert_notifies AFTER INSERT ON schedules
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'schedule.created', r.json FROM webhooks w CROSS JOIN schedule_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"schedule.created"'));
END;

CREATE TRIGGER service_insert_notifies AFTER INSERT ON services
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'service.created', r.json FROM webhooks w CROSS JOIN service_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.created"'));
END;

-- Hosts are part of their service. The deletion of a user, a schedule or a calendar sends no service.updated.
CREATE TRIGGER host_insert_notifies AFTER INSERT ON service_users
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'service.updated', s.json
  FROM webhooks w JOIN service_json s ON s.account_id = NEW.account_id AND s.id = NEW.service_id
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.updated"'));
END;

-- A booking stays when it is cancelled, whichever deletion cancels it, so every cancellation sends a notification.

-- Removals.

-- The notification goes with the mark. A removed schedule or calendar may have decided a booking, so the availability
-- revision rises; the removal of a user or a service needs none, because a decision requires both to exist. A removed
-- account gets no notification any more.
CREATE TRIGGER removal_insert_takes_effect AFTER INSERT ON removals
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, NEW.kind || '.deleted', CASE NEW.kind
    WHEN 'user' THEN (SELECT r.json FROM users x JOIN user_json r ON r.seq = x.seq WHERE x.account_id = NEW.account_id AND x.id = NEW.id)
    WHEN 'calendar' THEN (SELECT r.json FROM calendars x JOIN calendar_json r ON r.seq = x.seq WHERE x.account_id = NEW.account_id AND x.id = NEW.id)
    WHEN 'schedule' THEN (SELECT r.json FROM schedules x JOIN schedule_json r ON r.seq = x.seq WHERE x.account_id = NEW.account_id AND x.id = NEW.id)
    WHEN 'service' THEN (SELECT r.json FROM services x JOIN service_json r ON r.seq = x.seq WHERE x.account_id = NEW.account_id AND x.id = NEW.id)
  END
  FROM webhooks w
  WHERE w.account_id = NEW.account_id AND NEW.kind <> 'account'
    AND (instr(w.events, '"*"') OR instr(w.events, '"' || NEW.kind || '.deleted"'));
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = NEW.account_id AND id = CASE NEW.kind
    WHEN 'calendar' THEN (SELECT user_id FROM calendars WHERE account_id = NEW.account_id AND id = NEW.id)
    WHEN 'schedule' THEN (SELECT user_id FROM schedules WHERE account_id = NEW.account_id AND id = NEW.id) END;
  UPDATE webhooks SET url = NULL, key = NULL, secret = NULL, old_secret = NULL, old_secret_until = NULL,
    events = '[]', backfilled_to = NULL, next_at = NULL, lease = NULL, lease_until = NULL
  WHERE NEW.kind = 'account' AND account_id = NEW.account_id;
END;

-- What goes with its parent sends no notification of its own, and changes no booking: the steps cancel those.
CREATE TRIGGER user_delete_notifies BEFORE DELETE ON users
WHEN NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.id)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'user.deleted', r.json FROM webhooks w CROSS JOIN user_json r ON r.seq = OLD.seq
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"user.deleted"'));
END;

CREATE TRIGGER user_delete_cancels_bookings AFTER DELETE ON users
WHEN NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.id)
BEGIN
  UPDATE bookings SET state = 'cancelled', version = version + 1, updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND booked_by = OLD.id AND state <> 'cancelled';
END;

CREATE TRIGGER calendar_delete_notifies BEFORE DELETE ON calendars
WHEN NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id IN (OLD.id, OLD.user_id))
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'calendar.deleted', r.json FROM webhooks w CROSS JOIN calendar_json r ON r.seq = OLD.seq
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"calendar.deleted"'))
    AND EXISTS (SELECT 1 FROM users WHERE account_id = OLD.account_id AND id = OLD.user_id);
END;

CREATE TRIGGER schedule_delete_notifies BEFORE DELETE ON schedules
WHEN NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id IN (OLD.id, OLD.user_id))
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'schedule.deleted', r.json FROM webhooks w CROSS JOIN schedule_json r ON r.seq = OLD.seq
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"schedule.deleted"'))
    AND EXISTS (SELECT 1 FROM users WHERE account_id = OLD.account_id AND id = OLD.user_id);
END;

CREATE TRIGGER service_delete_notifies BEFORE DELETE ON services
WHEN NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.id)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'service.deleted', r.json FROM webhooks w CROSS JOIN service_json r ON r.seq = OLD.seq
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.deleted"'));
END;

CREATE TRIGGER host_update_notifies AFTER UPDATE ON service_users
WHEN (NEW.schedule_id IS NOT OLD.schedule_id OR NEW.calendar_id IS NOT OLD.calendar_id
  OR NEW.buffer_before <> OLD.buffer_before OR NEW.buffer_after <> OLD.buffer_after OR NEW.closest <> OLD.closest
  OR NEW.furthest IS NOT OLD.furthest OR NEW.booking_calendar_id IS NOT OLD.booking_calendar_id
  OR NEW.busy <> OLD.busy)
  AND NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id IN (OLD.service_id, OLD.user_id))
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'service.updated', s.json
  FROM webhooks w JOIN service_json s ON s.account_id = NEW.account_id AND s.id = NEW.service_id
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.updated"'))
    AND (OLD.schedule_id IS NULL
      OR EXISTS (SELECT 1 FROM schedules WHERE account_id = OLD.account_id AND id = OLD.schedule_id))
    AND NOT EXISTS (
      SELECT 1 FROM (
        SELECT value AS id FROM json_each(OLD.busy) UNION SELECT OLD.calendar_id UNION SELECT OLD.booking_calendar_id
      ) named
      WHERE named.id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM calendars c WHERE c.account_id = OLD.account_id AND c.id = named.id))
    -- Nobody saw what is removed, so its steps change nothing that anybody sees.
    AND (NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id) OR
      json_array((SELECT NEW.schedule_id WHERE NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = NEW.schedule_id)),
        (SELECT NEW.calendar_id WHERE NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = NEW.calendar_id)),
        (SELECT NEW.booking_calendar_id WHERE NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = NEW.booking_calendar_id)),
        NEW.buffer_before, NEW.buffer_after, NEW.closest, NEW.furthest,
        (SELECT group_concat(value) FROM json_each(NEW.busy) WHERE NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = value)))
      <> json_array((SELECT OLD.schedule_id WHERE NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.schedule_id)),
        (SELECT OLD.calendar_id WHERE NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.calendar_id)),
        (SELECT OLD.booking_calendar_id WHERE NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.booking_calendar_id)),
        OLD.buffer_before, OLD.buffer_after, OLD.closest, OLD.furthest,
        (SELECT group_concat(value) FROM json_each(OLD.busy) WHERE NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = value))));
END;

CREATE TRIGGER host_delete_notifies AFTER DELETE ON service_users
WHEN NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id IN (OLD.service_id, OLD.user_id))
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT OLD.account_id, 'service.updated', s.json
  FROM webhooks w JOIN service_json s ON s.account_id = OLD.account_id AND s.id = OLD.service_id
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.updated"'))
    AND EXISTS (SELECT 1 FROM users WHERE account_id = OLD.account_id AND id = OLD.user_id);
END;

CREATE TRIGGER host_delete_raises_revision AFTER DELETE ON service_users
BEGIN
  UPDATE services SET revision = revision + 1, version = version + 1 + (
    SELECT count(DISTINCT removals.id) FROM (
      SELECT OLD.schedule_id AS id UNION ALL SELECT OLD.calendar_id UNION ALL SELECT OLD.booking_calendar_id
      UNION ALL SELECT value FROM json_each(OLD.busy)) part
    CROSS JOIN removals ON removals.account_id = OLD.account_id AND removals.id = part.id)
  WHERE account_id = OLD.account_id AND id = OLD.service_id;
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = OLD.account_id AND id = OLD.user_id;
END;

-- Reminders.

CREATE TRIGGER event_insert_sets_reminder AFTER INSERT ON events WHEN NEW.reminders <> '[]'
BEGIN
  INSERT INTO reminders (event, account_id, since, due, change_token)
  SELECT NEW.seq, NEW.account_id, NEW.updated, NEW.updated, random() & 0xffffffffffff
  FROM webhooks WHERE account_id = NEW.account_id AND url IS NOT NULL;
END;

-- A change only marks its calendar, so it costs the same however many events there are. `webhooks.rechecked_to` starts over.
CREATE TRIGGER calendar_update_sets_reminders AFTER UPDATE OF timezone, week_start ON calendars
WHEN (NEW.timezone <> OLD.timezone OR NEW.week_start <> OLD.week_start)
  AND EXISTS (SELECT 1 FROM webhooks WHERE account_id = NEW.account_id AND url IS NOT NULL)
BEGIN
  UPDATE calendars SET changed_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE seq = NEW.seq;
  UPDATE webhooks SET rechecked_to = json_array(0, 0, random() & 0xffffffffffff) WHERE account_id = NEW.account_id;
END;

-- webhooks.remind_at: when the earliest row of an account is due. The release before this one inserts rows without their
-- account.
CREATE TRIGGER reminder_insert_sets_remind_at AFTER INSERT ON reminders WHEN NEW.account_id <> ''
BEGIN
  UPDATE webhooks SET remind_at = NEW.due
  WHERE account_id = NEW.account_id AND (remind_at IS NULL OR remind_at > NEW.due);
END;
CREATE TRIGGER reminder_update_sets_remind_at AFTER UPDATE OF due ON reminders WHEN NEW.due < OLD.due
BEGIN
  UPDATE webhooks SET remind_at = NEW.due
  WHERE account_id = NEW.account_id AND (remind_at IS NULL OR remind_at > NEW.due);
END;
CREATE TRIGGER reminder_insert_sets_account AFTER INSERT ON reminders WHEN NEW.account_id = ''
BEGIN
  UPDATE reminders SET account_id = (SELECT account_id FROM events WHERE seq = NEW.event) WHERE event = NEW.event;
  UPDATE webhooks SET remind_at = NEW.due
  WHERE account_id = (SELECT account_id FROM events WHERE seq = NEW.event) AND (remind_at IS NULL OR remind_at > NEW.due);
END;

-- For the previous release, bundle 3, which knows only the former names. test/e2e/releases/README.md says which
-- migration drops what. It writes bookings.stamp, reminders.stamp and the table `remembered`: they stand above. It does
-- not change reminders.change_token, but each write of its own changes `due`: the next release compares both.

-- users.availability_revision: only triggers write it.
ALTER TABLE users ADD COLUMN agenda INTEGER GENERATED ALWAYS AS (availability_revision) VIRTUAL;

-- accounts.reads_replica, and the copies in the keys: whichever column a release writes, the other follows.
ALTER TABLE accounts ADD COLUMN nearest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_keys ADD COLUMN nearest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signing_keys ADD COLUMN nearest INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER account_nearest_syncs AFTER UPDATE OF nearest ON accounts WHEN NEW.nearest <> NEW.reads_replica
BEGIN
  UPDATE accounts SET reads_replica = NEW.nearest WHERE id = NEW.id;
END;
CREATE TRIGGER account_reads_replica_syncs AFTER UPDATE OF reads_replica ON accounts
WHEN NEW.reads_replica <> OLD.reads_replica
BEGIN
  UPDATE accounts SET nearest = NEW.reads_replica WHERE id = NEW.id AND nearest <> NEW.reads_replica;
  UPDATE api_keys SET nearest = NEW.reads_replica WHERE account_id = NEW.id;
  UPDATE signing_keys SET nearest = NEW.reads_replica WHERE account_id = NEW.id;
END;
CREATE TRIGGER api_key_insert_syncs_nearest AFTER INSERT ON api_keys WHEN NEW.nearest <> NEW.reads_replica
BEGIN
  UPDATE api_keys SET nearest = 1, reads_replica = 1 WHERE seq = NEW.seq;
END;
CREATE TRIGGER signing_key_insert_syncs_nearest AFTER INSERT ON signing_keys WHEN NEW.nearest <> NEW.reads_replica
BEGIN
  UPDATE signing_keys SET nearest = 1, reads_replica = 1 WHERE seq = NEW.seq;
END;

-- webhooks.backfilled_to: likewise, so that no release backfills what the other has.
ALTER TABLE webhooks ADD COLUMN filed TEXT;
CREATE INDEX webhooks_filed ON webhooks (filed) WHERE filed IS NOT NULL;
CREATE TRIGGER webhook_insert_syncs_filed AFTER INSERT ON webhooks WHEN NEW.filed IS NOT NEW.backfilled_to
BEGIN
  UPDATE webhooks SET filed = coalesce(NEW.filed, NEW.backfilled_to),
    backfilled_to = coalesce(NEW.filed, NEW.backfilled_to)
  WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER webhook_filed_syncs AFTER UPDATE OF filed ON webhooks
WHEN NEW.filed IS NOT OLD.filed AND NEW.filed IS NOT NEW.backfilled_to
BEGIN
  UPDATE webhooks SET backfilled_to = NEW.filed WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER webhook_backfilled_to_syncs AFTER UPDATE OF backfilled_to ON webhooks
WHEN NEW.backfilled_to IS NOT OLD.backfilled_to AND NEW.backfilled_to IS NOT NEW.filed
BEGIN
  UPDATE webhooks SET filed = NEW.backfilled_to WHERE account_id = NEW.account_id;
END;

-- When the earliest row of the account in `reminders` is due; NULL: there is none. It follows `filed`.
ALTER TABLE webhooks ADD COLUMN remind_at INTEGER;
-- The last row of `reminders` that has been looked at since a calendar changed, in JSON: its `due`, its `event`, and a
-- value that each change renews; NULL: all have been.
ALTER TABLE webhooks ADD COLUMN rechecked_to TEXT;
CREATE INDEX webhooks_to_backfill ON webhooks (account_id) WHERE backfilled_to IS NOT NULL OR rechecked_to IS NOT NULL;
CREATE INDEX webhooks_to_remind ON webhooks (remind_at) WHERE remind_at IS NOT NULL;

-- The lanes of delivery. `slow_since`: since when the endpoint has not answered in time; NULL: it is in the fast lane.
-- After a change of the URL, the runs make the retries due that were attempted before `hurry_before`; `hurry_from` is the
-- `next_at` up to which they have come. After a removal, they delete what was pending before `dropped_before`.
ALTER TABLE webhooks ADD COLUMN slow_since INTEGER;
ALTER TABLE webhooks ADD COLUMN last_status INTEGER;
ALTER TABLE webhooks ADD COLUMN last_error TEXT;
ALTER TABLE webhooks ADD COLUMN hurry_before INTEGER;
ALTER TABLE webhooks ADD COLUMN hurry_from INTEGER;
ALTER TABLE webhooks ADD COLUMN dropped_before INTEGER;
CREATE INDEX webhooks_due ON webhooks (next_at) WHERE next_at IS NOT NULL AND slow_since IS NULL;
CREATE INDEX webhooks_due_slow ON webhooks (next_at) WHERE next_at IS NOT NULL AND slow_since IS NOT NULL;
CREATE INDEX webhooks_dropping ON webhooks (dropped_before) WHERE dropped_before IS NOT NULL;

-- Quotas.
--
-- Triggers count what an account stores, in the transaction of the write, so that every path counts: a request, an import,
-- a cascade, a sweep. `usage` has one row an account; only what rises above its limit is refused, so a deletion never is.
-- Nobody counts by reading: users, calendars, schedules, services and bookings cost this row once each. Events would make
-- it the price of every write, so `usage` adds up what `user_events` rounds up to: exactly up to 16 events of a user, then at
-- most an eighth more, 64 at a time. Idempotency records and deliveries are counted one in sixteen, at random, as sixteen:
-- those with a `weight`.
--
-- `kib`: what a row has in text beyond its first kibibyte. A resource counts as one KiB and this. Metadata counts twice,
-- because its entries are rows too; a booking's has no entries.

CREATE TABLE usage (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  quotas TEXT NOT NULL DEFAULT '{}', -- the limits that the operator set for this account, in JSON
  users INTEGER NOT NULL DEFAULT 0,
  calendars INTEGER NOT NULL DEFAULT 0,
  events INTEGER NOT NULL DEFAULT 0,
  schedules INTEGER NOT NULL DEFAULT 0,
  services INTEGER NOT NULL DEFAULT 0,
  bookings INTEGER NOT NULL DEFAULT 0,
  kib INTEGER NOT NULL DEFAULT 0,
  records INTEGER NOT NULL DEFAULT 0,
  pending INTEGER NOT NULL DEFAULT 0, -- deliveries
  pending_kib INTEGER NOT NULL DEFAULT 0,
  kept_kib INTEGER NOT NULL DEFAULT 0, -- of deliveries that are no longer pending
  bytes INTEGER NOT NULL GENERATED ALWAYS AS
    (1024 * (users + calendars + events + schedules + services + bookings + kib)) VIRTUAL
) STRICT, WITHOUT ROWID;

-- The live holds, to count them: an account has few.
CREATE INDEX bookings_held ON bookings (account_id, expires_at, booked_by) WHERE state = 'held';

ALTER TABLE users ADD COLUMN events INTEGER NOT NULL DEFAULT 0; -- a part of their number: see `user_events`
ALTER TABLE users ADD COLUMN kib INTEGER GENERATED ALWAYS AS ((2 * octet_length(metadata)) >> 10) VIRTUAL;
ALTER TABLE deliveries ADD COLUMN weight INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN kib INTEGER GENERATED ALWAYS AS (1 + (octet_length(content) >> 10)) VIRTUAL;
-- Notifications that were dropped because the account had too many pending ones, and the minute of the latest.
ALTER TABLE webhooks ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN dropped_at INTEGER;
CREATE INDEX webhooks_dropped ON webhooks (dropped_at) WHERE dropped_at IS NOT NULL;

-- The limits of each account: the operator's, or those of src/limits.ts; a test compares them.
CREATE VIEW quota_limits AS
SELECT account_id,
  coalesce(quotas ->> 'users', 200000) AS users,
  coalesce(quotas ->> 'calendars', 400000) AS calendars,
  coalesce(quotas ->> 'events', 2000000) AS events,
  coalesce(quotas ->> 'schedules', 400000) AS schedules,
  coalesce(quotas ->> 'services', 10000) AS services,
  coalesce(quotas ->> 'bookings', 1000000) AS bookings,
  coalesce(quotas ->> 'holds', 1000) AS holds,
  coalesce(quotas ->> 'userHolds', 20) AS userHolds,
  coalesce(quotas ->> 'guestHolds', 500) AS guestHolds,
  coalesce(quotas ->> 'bytes', 4294967296) AS bytes,
  coalesce(quotas ->> 'idempotencyRecords', 250000) AS idempotencyRecords,
  coalesce(quotas ->> 'pendingDeliveries', 200000) AS pendingDeliveries,
  coalesce(quotas ->> 'pendingBytes', 268435456) AS pendingBytes,
  coalesce(quotas ->> 'keptBytes', 268435456) AS keptBytes
FROM usage;

CREATE VIEW live_holds AS
SELECT account_id, booked_by FROM bookings WHERE state = 'held' AND expires_at > unixepoch('subsec') * 1000;

-- What an account may have, and has, as clients see it. `userHolds` is what the user with the most holds has.
CREATE VIEW quotas_json AS
SELECT u.account_id, json_object(
  'users', json_object('limit', l.users, 'use', u.users),
  'calendars', json_object('limit', l.calendars, 'use', u.calendars),
  'events', json_object('limit', l.events, 'use', u.events),
  'schedules', json_object('limit', l.schedules, 'use', u.schedules),
  'services', json_object('limit', l.services, 'use', u.services),
  'bookings', json_object('limit', l.bookings, 'use', u.bookings),
  'holds', json_object('limit', l.holds, 'use', (SELECT count(*) FROM live_holds h WHERE h.account_id = u.account_id)),
  'userHolds', json_object('limit', l.userHolds, 'use', (SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM live_holds h
    WHERE h.account_id = u.account_id AND booked_by IS NOT NULL GROUP BY booked_by))),
  'guestHolds', json_object('limit', l.guestHolds, 'use', (SELECT count(*) FROM live_holds h WHERE h.account_id = u.account_id AND booked_by IS NULL)),
  'bytes', json_object('limit', l.bytes, 'use', u.bytes),
  'idempotencyRecords', json_object('limit', l.idempotencyRecords, 'use', u.records),
  'pendingDeliveries', json_object('limit', l.pendingDeliveries, 'use', u.pending),
  'pendingBytes', json_object('limit', l.pendingBytes, 'use', 1024 * u.pending_kib),
  'keptBytes', json_object('limit', l.keptBytes, 'use', 1024 * u.kept_kib)) AS json
FROM usage u CROSS JOIN quota_limits l ON l.account_id = u.account_id;

CREATE TRIGGER account_insert_starts_usage AFTER INSERT ON accounts
BEGIN
  INSERT INTO usage (account_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
END;

-- A removed user, calendar, schedule or service counts no longer, though its rows go later; its text and what belongs to it
-- count until then.
CREATE TRIGGER removal_insert_counts AFTER INSERT ON removals WHEN NEW.kind <> 'account'
BEGIN
  UPDATE usage SET users = users - (NEW.kind = 'user'), calendars = calendars - (NEW.kind = 'calendar'),
    schedules = schedules - (NEW.kind = 'schedule'), services = services - (NEW.kind = 'service')
  WHERE account_id = NEW.account_id;
END;

CREATE TRIGGER user_insert_counts AFTER INSERT ON users
BEGIN
  UPDATE usage SET users = users + 1, kib = kib + NEW.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER user_update_counts AFTER UPDATE OF metadata ON users WHEN NEW.kib <> OLD.kib
BEGIN
  UPDATE usage SET kib = kib + NEW.kib - OLD.kib WHERE account_id = NEW.account_id;
END;

CREATE TRIGGER calendar_insert_counts AFTER INSERT ON calendars
BEGIN
  UPDATE usage SET calendars = calendars + 1, kib = kib + NEW.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER calendar_update_counts AFTER UPDATE OF metadata ON calendars WHEN NEW.kib <> OLD.kib
BEGIN
  UPDATE usage SET kib = kib + NEW.kib - OLD.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER calendar_delete_counts AFTER DELETE ON calendars
BEGIN
  UPDATE usage SET calendars = calendars - NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.id), kib = kib - OLD.kib WHERE account_id = OLD.account_id;
END;

CREATE TRIGGER schedule_insert_counts AFTER INSERT ON schedules
BEGIN
  UPDATE usage SET schedules = schedules + 1, kib = kib + NEW.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER schedule_update_counts AFTER UPDATE OF rules, metadata ON schedules WHEN NEW.kib <> OLD.kib
BEGIN
  UPDATE usage SET kib = kib + NEW.kib - OLD.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER schedule_delete_counts AFTER DELETE ON schedules
BEGIN
  UPDATE usage SET schedules = schedules - NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.id), kib = kib - OLD.kib WHERE account_id = OLD.account_id;
END;

CREATE TRIGGER service_insert_counts AFTER INSERT ON services
BEGIN
  UPDATE usage SET services = services + 1, kib = kib + NEW.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER service_update_counts AFTER UPDATE OF metadata ON services WHEN NEW.kib <> OLD.kib
BEGIN
  UPDATE usage SET kib = kib + NEW.kib - OLD.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER service_delete_counts AFTER DELETE ON services
BEGIN
  UPDATE usage SET services = services - NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.id), kib = kib - OLD.kib WHERE account_id = OLD.account_id;
END;

CREATE TRIGGER booking_insert_counts AFTER INSERT ON bookings
BEGIN
  UPDATE usage SET bookings = bookings + 1, kib = kib + NEW.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER booking_update_counts AFTER UPDATE OF metadata, hosts, events ON bookings WHEN NEW.kib <> OLD.kib
BEGIN
  UPDATE usage SET kib = kib + NEW.kib - OLD.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER booking_delete_counts AFTER DELETE ON bookings
BEGIN
  UPDATE usage SET bookings = bookings - 1, kib = kib - OLD.kib WHERE account_id = OLD.account_id;
END;

CREATE TRIGGER event_update_counts AFTER UPDATE OF recurrence, exdates, reminders, metadata ON events
WHEN NEW.kib <> OLD.kib
BEGIN
  UPDATE usage SET kib = kib + NEW.kib - OLD.kib WHERE account_id = NEW.account_id;
END;

CREATE TRIGGER booking_insert_stays_within_holds AFTER INSERT ON bookings
WHEN NEW.state = 'held' AND NEW.expires_at > unixepoch('subsec') * 1000
BEGIN
  SELECT RAISE(ABORT, 'quota_exceeded ' || exceeded) FROM (
    SELECT CASE
      WHEN n > holds THEN 'holds ' || holds || ' ' || (n - 1)
      WHEN NEW.booked_by IS NULL AND own > guestHolds THEN 'guestHolds ' || guestHolds || ' ' || (own - 1)
      WHEN NEW.booked_by IS NOT NULL AND own > userHolds THEN 'userHolds ' || userHolds || ' ' || (own - 1)
    END AS exceeded
    FROM (SELECT count(*) AS n, coalesce(sum(booked_by IS NEW.booked_by), 0) AS own FROM live_holds
      WHERE account_id = NEW.account_id)
    CROSS JOIN quota_limits WHERE account_id = NEW.account_id)
  WHERE exceeded IS NOT NULL;
END;

-- REPLACE deletes a row without its triggers, so a counted one goes first.
CREATE TRIGGER record_insert_stays_within_quota BEFORE INSERT ON remembered -- the former name
BEGIN
  SELECT RAISE(ABORT, 'quota_exceeded idempotencyRecords ' || idempotencyRecords || ' ' || records)
  FROM usage CROSS JOIN quota_limits l ON l.account_id = usage.account_id
  WHERE usage.account_id = NEW.account_id AND records >= idempotencyRecords;
  DELETE FROM remembered -- the former name
  WHERE account_id = NEW.account_id AND caller = NEW.caller AND key = NEW.key AND weight > 0;
END;
CREATE TRIGGER record_insert_counts AFTER INSERT ON remembered WHEN random() & 15 = 0 -- the former name
BEGIN
  UPDATE remembered SET weight = 16 * (1 + octet_length(answer) / 4096) -- the former name
  WHERE account_id = NEW.account_id AND caller = NEW.caller AND key = NEW.key;
  UPDATE usage SET records = records + 16 * (1 + octet_length(NEW.answer) / 4096) WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER record_delete_counts AFTER DELETE ON remembered WHEN OLD.weight > 0 -- the former name
BEGIN
  UPDATE usage SET records = records - OLD.weight WHERE account_id = OLD.account_id;
END;

CREATE TRIGGER delivery_insert_counts AFTER INSERT ON deliveries WHEN random() & 15 = 0
BEGIN
  UPDATE deliveries SET weight = 16 WHERE account_id = NEW.account_id AND id = NEW.id;
  UPDATE usage SET
    pending = pending + 16 * (NEW.state = 'pending'),
    pending_kib = pending_kib + 16 * NEW.kib * (NEW.state = 'pending'),
    kept_kib = kept_kib + 16 * NEW.kib * (NEW.state <> 'pending')
  WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER delivery_update_counts AFTER UPDATE OF state, content ON deliveries
WHEN NEW.weight > 0 AND (NEW.state <> OLD.state OR NEW.kib <> OLD.kib)
BEGIN
  UPDATE usage SET
    pending = pending + NEW.weight * ((NEW.state = 'pending') - (OLD.state = 'pending')),
    pending_kib = pending_kib + NEW.weight * (NEW.kib * (NEW.state = 'pending') - OLD.kib * (OLD.state = 'pending')),
    kept_kib = kept_kib + NEW.weight * (NEW.kib * (NEW.state <> 'pending') - OLD.kib * (OLD.state <> 'pending'))
  WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER delivery_delete_counts AFTER DELETE ON deliveries WHEN OLD.weight > 0
BEGIN
  UPDATE usage SET
    pending = pending - OLD.weight * (OLD.state = 'pending'),
    pending_kib = pending_kib - OLD.weight * OLD.kib * (OLD.state = 'pending'),
    kept_kib = kept_kib - OLD.weight * OLD.kib * (OLD.state <> 'pending')
  WHERE account_id = OLD.account_id;
END;
-- Where the account keeps as much as it may, what has been delivered or has failed is not kept.
CREATE TRIGGER delivery_update_keeps_within_quota AFTER UPDATE OF state ON deliveries
WHEN NEW.state <> 'pending' AND OLD.state = 'pending' AND EXISTS (
  SELECT 1 FROM usage CROSS JOIN quota_limits l ON l.account_id = usage.account_id
  WHERE usage.account_id = NEW.account_id AND 1024 * kept_kib > keptBytes)
BEGIN
  DELETE FROM deliveries WHERE account_id = NEW.account_id AND id = NEW.id;
END;

-- The bookings of each host of a service that distributes them equally.
--
-- `booked` counts the confirmed ones that start at `booked_from` or later. Nothing is counted where `booked_from` is NULL.
-- A host who is added begins at the average, and for thirty days keeps the difference as a head start.
ALTER TABLE service_users ADD COLUMN booked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE service_users ADD COLUMN booked_from INTEGER;
ALTER TABLE service_users ADD COLUMN head_start INTEGER NOT NULL DEFAULT 0;
ALTER TABLE service_users ADD COLUMN head_start_until INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER event_insert_counts_for_host AFTER INSERT ON events WHEN NEW.session IS NOT NULL AND NEW.expires_at IS NULL
BEGIN
  UPDATE service_users SET booked = booked + 1
  WHERE account_id = NEW.account_id AND service_id = NEW.service_id AND user_id = NEW.user_id AND booked_from <= NEW.start_ts;
END;
CREATE TRIGGER event_update_counts_for_host AFTER UPDATE OF start_ts, session, expires_at ON events
WHEN NEW.start_ts <> OLD.start_ts OR NEW.session IS NOT OLD.session OR NEW.expires_at IS NOT OLD.expires_at
BEGIN
  UPDATE service_users SET booked = max(booked + (NEW.session IS NOT NULL AND NEW.expires_at IS NULL AND NEW.start_ts >= booked_from)
    - (OLD.session IS NOT NULL AND OLD.expires_at IS NULL AND OLD.start_ts >= booked_from), 0)
  WHERE account_id = NEW.account_id AND service_id = NEW.service_id AND user_id = NEW.user_id
    AND (NEW.session IS NOT NULL AND NEW.expires_at IS NULL AND NEW.start_ts >= booked_from)
      <> (OLD.session IS NOT NULL AND OLD.expires_at IS NULL AND OLD.start_ts >= booked_from);
END;
CREATE TRIGGER event_delete_counts_for_host AFTER DELETE ON events WHEN OLD.session IS NOT NULL AND OLD.expires_at IS NULL
BEGIN
  UPDATE service_users SET booked = max(booked - 1, 0)
  WHERE account_id = OLD.account_id AND service_id = OLD.service_id AND user_id = OLD.user_id AND booked_from <= OLD.start_ts;
END;
-- At most 10,000 bookings, so that the work is bounded.
CREATE TRIGGER host_update_counts AFTER UPDATE OF booked_from ON service_users
WHEN NEW.booked_from IS NOT OLD.booked_from
BEGIN
  UPDATE service_users SET booked = (SELECT count(*) FROM (
    SELECT 1 FROM (VALUES (4194304), (16777216), (67108864), (268435456), (1073741824),
      (4294967296), (17179869184), (68719476736), (274877906944), (9007199254740991)) class
    CROSS JOIN events e ON e.account_id = NEW.account_id AND e.user_id = NEW.user_id AND e.expires_at IS NULL
      AND e.length_class = class.column1 AND e.start_ts >= NEW.booked_from
    WHERE e.service_id IS NOT NULL AND +e.service_id = NEW.service_id AND e.session IS NOT NULL LIMIT 10000))
  WHERE seq = NEW.seq AND OLD.booked_from IS NULL;
  UPDATE service_users SET booked = max(booked - (SELECT count(*) FROM (
    SELECT 1 FROM (VALUES (4194304), (16777216), (67108864), (268435456), (1073741824),
      (4294967296), (17179869184), (68719476736), (274877906944), (9007199254740991)) class
    CROSS JOIN events e ON e.account_id = NEW.account_id AND e.user_id = NEW.user_id AND e.expires_at IS NULL
      AND e.length_class = class.column1 AND e.start_ts >= OLD.booked_from AND e.start_ts < NEW.booked_from
    WHERE e.service_id IS NOT NULL AND +e.service_id = NEW.service_id AND e.session IS NOT NULL LIMIT 10000)), 0)
  WHERE seq = NEW.seq AND OLD.booked_from < NEW.booked_from;
END;
CREATE TRIGGER service_update_starts_count AFTER UPDATE OF multi_person ON services
WHEN (NEW.multi_person ->> 'data' IS 'equalDistribution') <> (OLD.multi_person ->> 'data' IS 'equalDistribution')
BEGIN
  UPDATE service_users SET head_start = 0,
    booked_from = CASE WHEN NEW.multi_person ->> 'data' IS 'equalDistribution' THEN CAST(unixepoch('subsec') * 1000 AS INTEGER) - 2592000000 END
  WHERE account_id = NEW.account_id AND service_id = NEW.id;
END;
CREATE TRIGGER host_insert_starts_count AFTER INSERT ON service_users WHEN EXISTS (
  SELECT 1 FROM services WHERE account_id = NEW.account_id AND id = NEW.service_id AND multi_person ->> 'data' IS 'equalDistribution')
BEGIN
  UPDATE service_users SET booked_from = CAST(unixepoch('subsec') * 1000 AS INTEGER) - 2592000000 WHERE seq = NEW.seq;
  UPDATE service_users SET head_start_until = CAST(unixepoch('subsec') * 1000 AS INTEGER) + 2592000000,
    head_start = max((SELECT coalesce(round(avg(other.booked + (other.head_start_until > unixepoch('subsec') * 1000) * other.head_start)), 0)
      FROM service_users other
      WHERE other.account_id = NEW.account_id AND other.service_id = NEW.service_id AND other.seq <> NEW.seq) - booked, 0)
  WHERE seq = NEW.seq;
END;
-- A count of bookings changes nothing that a decision depends on, as any other change of a host does.
CREATE TRIGGER host_update_raises_revision
AFTER UPDATE OF schedule_id, calendar_id, buffer_before, buffer_after, closest, furthest, booking_calendar_id, busy, version
ON service_users
BEGIN
  UPDATE services SET revision = revision + 1, version = version + NEW.version - OLD.version
  WHERE account_id = NEW.account_id AND id = NEW.service_id;
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;

-- For how many days a cancelled booking is kept.
ALTER TABLE accounts ADD COLUMN keep_cancelled_days INTEGER NOT NULL DEFAULT 365;

-- The id of the account's latest export, and when it began: an older one ends.
ALTER TABLE usage ADD COLUMN latest_export TEXT;
ALTER TABLE usage ADD COLUMN latest_export_at INTEGER;

-- Too many pending notifications fail no change: the notification is dropped, and the account sees how many were. A delivery
-- that was created earlier is a part of one that counts already, which a run has divided.
CREATE TRIGGER delivery_insert_stays_within_quotas BEFORE INSERT ON deliveries
WHEN NEW.state = 'pending' AND NEW.created >= CAST(unixepoch('subsec') * 1000 AS INTEGER) AND EXISTS (
  SELECT 1 FROM usage CROSS JOIN quota_limits l ON l.account_id = usage.account_id
  WHERE usage.account_id = NEW.account_id AND (pending >= pendingDeliveries OR 1024 * pending_kib >= pendingBytes))
BEGIN
  UPDATE webhooks SET dropped = dropped + 1, dropped_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) / 60000 * 60000
  WHERE account_id = NEW.account_id;
  SELECT RAISE(IGNORE);
END;

ALTER TABLE bookings ADD COLUMN seats INTEGER; -- the seats of the group; NULL: the booking was made alone
ALTER TABLE sessions ADD COLUMN hosts TEXT; -- those of the first seat, in JSON
ALTER TABLE sessions ADD COLUMN mixed INTEGER NOT NULL DEFAULT 0; -- 1: seats have been booked with different hosts
-- For the previous release, and for an export from it: they know no `seats`. A booking of today that was made alone has its
-- own id as its session.
CREATE TRIGGER booking_insert_sets_seats AFTER INSERT ON bookings
WHEN NEW.seats IS NULL AND NEW.session <> NEW.id AND EXISTS (
  SELECT 1 FROM services WHERE account_id = NEW.account_id AND id = NEW.service_id AND multi_person ->> 'variant' = 'group')
BEGIN
  UPDATE bookings SET seats = (
    SELECT multi_person ->> 'data' FROM services WHERE account_id = NEW.account_id AND id = NEW.service_id)
  WHERE seq = NEW.seq;
END;
-- Its guard of a group is the revision of the service, which each of its bookings raises.
CREATE TRIGGER booking_insert_raises_revision AFTER INSERT ON bookings WHEN NEW.seats IS NOT NULL OR NEW.session <> NEW.id
BEGIN
  UPDATE services SET revision = revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.service_id AND multi_person ->> 'variant' = 'group';
END;
CREATE TRIGGER booking_update_raises_revision AFTER UPDATE OF state, session, expires_at ON bookings
WHEN NEW.seats IS NOT NULL AND (NEW.state <> OLD.state OR NEW.session IS NOT OLD.session OR NEW.expires_at IS NOT OLD.expires_at)
BEGIN
  UPDATE services SET revision = revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.service_id AND multi_person ->> 'variant' = 'group';
END;

-- Only a host can make a booking so long, in its calendar.
CREATE INDEX bookings_long_of_service ON bookings (account_id, service_id, start_ts) WHERE duration > 86400000;
CREATE INDEX bookings_long_by_user ON bookings (account_id, booked_by, start_ts)
  WHERE booked_by IS NOT NULL AND duration > 86400000;

-- Notifications of updates.
--
-- `version` of the resource says which of two notifications is newer. `previous` has the columns that the update changed, as
-- they were, so what is stored is bounded by the change. An expired hold no longer counts as a booking, so it sends none.

CREATE TRIGGER user_update_notifies AFTER UPDATE OF metadata ON users
WHEN NEW.metadata <> OLD.metadata
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'user.updated', json_set(r.json, '$.previous', json_object('metadata', OLD.metadata))
  FROM webhooks w CROSS JOIN user_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"user.updated"'));
END;

CREATE TRIGGER calendar_update_notifies AFTER UPDATE OF timezone, week_start, metadata ON calendars
WHEN NEW.timezone <> OLD.timezone OR NEW.week_start <> OLD.week_start OR NEW.metadata <> OLD.metadata
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'calendar.updated', json_set(r.json, '$.previous', json_remove(
      json_object('timezone', OLD.timezone, 'week_start', OLD.week_start, 'metadata', OLD.metadata),
      iif(NEW.timezone IS OLD.timezone, '$.timezone', '$._'),
      iif(NEW.week_start IS OLD.week_start, '$.week_start', '$._'),
      iif(NEW.metadata IS OLD.metadata, '$.metadata', '$._')))
  FROM webhooks w CROSS JOIN calendar_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"calendar.updated"'));
END;

CREATE TRIGGER schedule_update_notifies AFTER UPDATE OF timezone, rules, metadata ON schedules
WHEN NEW.timezone <> OLD.timezone OR NEW.rules <> OLD.rules OR NEW.metadata <> OLD.metadata
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'schedule.updated', json_set(r.json, '$.previous', json_remove(
      json_object('timezone', OLD.timezone, 'rules', OLD.rules, 'metadata', OLD.metadata),
      iif(NEW.timezone IS OLD.timezone, '$.timezone', '$._'), iif(NEW.rules IS OLD.rules, '$.rules', '$._'),
      iif(NEW.metadata IS OLD.metadata, '$.metadata', '$._')))
  FROM webhooks w CROSS JOIN schedule_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"schedule.updated"'));
END;

CREATE TRIGGER service_update_notifies AFTER UPDATE OF multi_person, metadata ON services
WHEN NEW.multi_person <> OLD.multi_person OR NEW.metadata <> OLD.metadata
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'service.updated', json_set(r.json, '$.previous', json_remove(
      json_object('multi_person', OLD.multi_person, 'metadata', OLD.metadata),
      iif(NEW.multi_person IS OLD.multi_person, '$.multi_person', '$._'),
      iif(NEW.metadata IS OLD.metadata, '$.metadata', '$._')))
  FROM webhooks w CROSS JOIN service_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.updated"'));
END;

-- A booking begins held or confirmed, which has a type of its own beside `booking.created`.
CREATE TRIGGER booking_insert_notifies AFTER INSERT ON bookings WHEN NEW.state <> 'cancelled'
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, t.type, r.json FROM webhooks w CROSS JOIN booking_json r ON r.seq = NEW.seq
  CROSS JOIN (SELECT 'booking.created' AS type UNION ALL SELECT 'booking.' || NEW.state) t
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"' || t.type || '"'));
END;

CREATE TRIGGER booking_update_notifies
AFTER UPDATE OF start_ts, duration, state, hosts, events, metadata ON bookings
WHEN NEW.state <> 'cancelled' AND (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration
  OR NEW.state <> OLD.state OR NEW.hosts <> OLD.hosts OR NEW.events <> OLD.events OR NEW.metadata <> OLD.metadata)
  AND (NEW.expires_at IS NULL OR NEW.expires_at > unixepoch('subsec') * 1000)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, t.type, json_set(r.json, '$.previous', json_remove(
      json_object('start_ts', OLD.start_ts, 'duration', OLD.duration, 'state', OLD.state, 'expires_at', OLD.expires_at,
      'hosts', OLD.hosts, 'events', OLD.events, 'metadata', OLD.metadata),
      iif(NEW.start_ts IS OLD.start_ts, '$.start_ts', '$._'), iif(NEW.duration IS OLD.duration, '$.duration', '$._'),
      iif(NEW.state IS OLD.state, '$.state', '$._'), iif(NEW.expires_at IS OLD.expires_at, '$.expires_at', '$._'),
      iif(NEW.hosts IS OLD.hosts, '$.hosts', '$._'), iif(NEW.events IS OLD.events, '$.events', '$._'),
      iif(NEW.metadata IS OLD.metadata, '$.metadata', '$._')))
  FROM webhooks w CROSS JOIN booking_json r ON r.seq = NEW.seq CROSS JOIN (SELECT CASE
    WHEN NEW.state <> OLD.state THEN 'booking.confirmed'
    WHEN NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration THEN 'booking.moved'
    ELSE 'booking.updated' END AS type) t
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"' || t.type || '"'));
END;

CREATE TRIGGER booking_cancel_notifies AFTER UPDATE OF state ON bookings
WHEN NEW.state = 'cancelled' AND OLD.state <> 'cancelled'
  AND (OLD.expires_at IS NULL OR OLD.expires_at > unixepoch('subsec') * 1000)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'booking.cancelled', json_set(r.json, '$.previous', json_object('state', OLD.state))
  FROM webhooks w CROSS JOIN booking_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"booking.cancelled"'));
END;

-- The newest trigger fires first, so the notification of a new host has the version that the host raises.
CREATE TRIGGER host_insert_raises_revision AFTER INSERT ON service_users
BEGIN
  UPDATE services SET revision = revision + 1, version = version + 1
  WHERE account_id = NEW.account_id AND id = NEW.service_id;
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;

-- The health of an endpoint. `failing_since`: since when each attempt has failed; NULL: the latest one did not. `paused_at`:
-- nothing is delivered since then, until the account sets the webhook again; `paused_because` says why: `gone` or `failing`.
-- `old_secrets`: [[secret, until], …], each secret that a roll replaced and that signs until then.
ALTER TABLE webhooks ADD COLUMN failing_since INTEGER;
ALTER TABLE webhooks ADD COLUMN paused_at INTEGER;
ALTER TABLE webhooks ADD COLUMN paused_because TEXT;
ALTER TABLE webhooks ADD COLUMN old_secrets TEXT NOT NULL DEFAULT '[]';
-- Every attempt: [[at, status, milliseconds, cause], …].
ALTER TABLE deliveries ADD COLUMN history TEXT NOT NULL DEFAULT '[]';

-- How many events a user has, without a row for each: `nth` of the newest one plus `users.events`. The Worker gives each
-- event the `nth` after that of the newest; where it is not so, `users.events` takes the difference, so that the sum is right
-- whatever is written. `seq` only rises. `usage` has the sum of what the numbers of all users round up to, `counted`; `step`
-- is how much that rose with the latest event.
ALTER TABLE events ADD COLUMN nth INTEGER NOT NULL DEFAULT 0;
CREATE VIEW user_events AS
SELECT account_id, id, n + mask & ~mask AS counted, (mask + 1) * (mask = 0 OR n & mask = 1) AS step FROM (
  SELECT account_id, id, n, (n > 16) + 2 * (n > 32) + 4 * (n > 64) + 8 * (n > 128) + 16 * (n > 256) + 32 * (n > 512) AS mask FROM (
    SELECT u.account_id, u.id, u.events + coalesce(newest.nth, 0) AS n
    FROM users u LEFT JOIN events newest ON newest.seq = (SELECT max(e.seq) FROM events e INDEXED BY events_of_user
      WHERE e.account_id = u.account_id AND e.user_id = u.id)));

CREATE TRIGGER event_insert_counts AFTER INSERT ON events
BEGIN
  UPDATE users SET events = events + 1 + before.nth - NEW.nth
  FROM (SELECT coalesce(max(nth), 0) AS nth FROM (SELECT nth FROM events e INDEXED BY events_of_user
    WHERE e.account_id = NEW.account_id AND e.user_id = NEW.user_id AND e.seq < NEW.seq ORDER BY e.seq DESC LIMIT 1)) before
  WHERE account_id = NEW.account_id AND id = NEW.user_id AND NEW.nth <> before.nth + 1;
  UPDATE usage SET events = usage.events + u.step, kib = kib + NEW.kib
  FROM (SELECT step FROM user_events WHERE account_id = NEW.account_id AND id = NEW.user_id) u
  WHERE account_id = NEW.account_id AND (u.step > 0 OR NEW.kib > 0);
END;
-- The events of a deleted user are not counted one by one: `user_delete_uncounts_events` took them off.
CREATE TRIGGER event_delete_uncounts BEFORE DELETE ON events
BEGIN
  UPDATE usage SET events = usage.events - u.step, kib = kib - OLD.kib
  FROM (SELECT coalesce(max(step), 0) AS step FROM user_events WHERE account_id = OLD.account_id AND id = OLD.user_id) u
  WHERE account_id = OLD.account_id AND (u.step > 0 OR OLD.kib > 0);
END;
CREATE TRIGGER user_delete_uncounts_events BEFORE DELETE ON users
BEGIN
  UPDATE usage SET events = usage.events - u.counted
  FROM (SELECT counted FROM user_events WHERE account_id = OLD.account_id AND id = OLD.id) u
  WHERE account_id = OLD.account_id AND u.counted > 0;
END;
CREATE TRIGGER user_delete_counts AFTER DELETE ON users
BEGIN
  UPDATE usage SET users = users - NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.id), kib = kib - OLD.kib WHERE account_id = OLD.account_id;
END;

-- A booking that was made alone has its own id as its session, and so has its first event: both are found by it, and are
-- in no index of sessions. These two find all of a session.
CREATE INDEX bookings_of_session ON bookings (account_id, session, expires_at) WHERE session <> id AND state <> 'cancelled';
CREATE INDEX events_of_session ON events (account_id, session) WHERE session <> id;
CREATE VIEW session_bookings AS
SELECT seq, account_id, id AS session, id, service_id, state, expires_at, hosts, events, booked_by
FROM bookings WHERE session = id AND state <> 'cancelled'
UNION ALL SELECT seq, account_id, session, id, service_id, state, expires_at, hosts, events, booked_by
FROM bookings WHERE session <> id AND state <> 'cancelled';
CREATE VIEW session_events AS
SELECT seq, account_id, id AS session, id FROM events WHERE session = id
UNION ALL SELECT seq, account_id, session, id FROM events WHERE session <> id;
-- The events of a group's session: how many of its bookings have each, and when the last of them expires; NULL: never.
CREATE VIEW seat_events AS
SELECT seq, account_id, session,
  (SELECT count(*) FROM bookings b WHERE b.account_id = e.account_id AND b.session = e.session AND b.session <> b.id
    AND b.state <> 'cancelled' AND instr(b.events, e.id)) AS bookings,
  (SELECT CASE WHEN count(*) = count(b.expires_at) THEN max(b.expires_at) END FROM bookings b WHERE b.account_id = e.account_id
    AND b.session = e.session AND b.session <> b.id AND b.state <> 'cancelled' AND instr(b.events, e.id)) AS expires_at
FROM events e WHERE session <> id;

CREATE TRIGGER event_update_moves_session AFTER UPDATE OF start_ts, duration ON events
WHEN NEW.session IS NOT NULL AND (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration)
  AND NOT EXISTS (SELECT 1 FROM removals WHERE account_id = NEW.account_id AND id = NEW.service_id)
BEGIN
  UPDATE sessions SET start_ts = NEW.start_ts, duration = NEW.duration
  WHERE account_id = NEW.account_id AND id = NEW.session AND (start_ts <> NEW.start_ts OR duration <> NEW.duration);
  UPDATE bookings SET start_ts = NEW.start_ts, duration = NEW.duration, updated = NEW.updated, version = version + 1
  WHERE seq IN (SELECT seq FROM session_bookings WHERE account_id = NEW.account_id AND session = NEW.session)
    AND (start_ts <> NEW.start_ts OR duration <> NEW.duration);
END;

-- Sessions: the seats that are booked in a group, and the events that stand for them. A booking that is no seat was made
-- alone, and keeps its events itself, with its own id as their session.

-- Seats may have been booked with different hosts: then each event lasts as long as the bookings that have it. These stand
-- before the triggers of `sessions`, because SQLite fires the newest first.
CREATE TRIGGER booking_insert_settles_events AFTER INSERT ON bookings
WHEN EXISTS (SELECT 1 FROM sessions WHERE account_id = NEW.account_id AND id = NEW.session AND mixed)
BEGIN
  UPDATE events SET expires_at = s.expires_at FROM seat_events s
  WHERE s.account_id = NEW.account_id AND s.session = NEW.session AND events.seq = s.seq;
END;
CREATE TRIGGER booking_update_settles_events AFTER UPDATE OF state, session, expires_at ON bookings
WHEN (NEW.state <> OLD.state OR NEW.session IS NOT OLD.session OR NEW.expires_at IS NOT OLD.expires_at)
  AND EXISTS (SELECT 1 FROM sessions WHERE account_id = NEW.account_id AND id IN (OLD.session, NEW.session) AND mixed)
BEGIN
  DELETE FROM events WHERE seq IN (
    SELECT seq FROM seat_events WHERE account_id = OLD.account_id AND session = OLD.session AND bookings = 0);
  UPDATE events SET expires_at = s.expires_at FROM seat_events s
  WHERE s.account_id = NEW.account_id AND s.session IN (OLD.session, NEW.session) AND events.seq = s.seq;
END;
CREATE TRIGGER booking_delete_settles_events AFTER DELETE ON bookings
WHEN EXISTS (SELECT 1 FROM sessions WHERE account_id = OLD.account_id AND id = OLD.session AND mixed)
BEGIN
  DELETE FROM events WHERE seq IN (
    SELECT seq FROM seat_events WHERE account_id = OLD.account_id AND session = OLD.session AND bookings = 0);
  UPDATE events SET expires_at = s.expires_at FROM seat_events s
  WHERE s.account_id = OLD.account_id AND s.session = OLD.session AND events.seq = s.seq;
END;

CREATE TRIGGER booking_insert_joins_session AFTER INSERT ON bookings
WHEN NEW.seats IS NOT NULL AND NEW.session IS NOT NULL AND NEW.state <> 'cancelled'
BEGIN
  INSERT INTO sessions (account_id, id, service_id, start_ts, duration, confirmed, expires_at, hosts)
  VALUES (NEW.account_id, NEW.session, NEW.service_id, NEW.start_ts, NEW.duration, NEW.state = 'confirmed', NEW.expires_at, NEW.hosts)
  ON CONFLICT DO UPDATE SET confirmed = confirmed + excluded.confirmed, mixed = mixed OR hosts <> excluded.hosts,
    expires_at = CASE WHEN confirmed + excluded.confirmed = 0 THEN max(expires_at, excluded.expires_at) END;
END;
CREATE TRIGGER booking_update_joins_session AFTER UPDATE OF state, session, expires_at, seats ON bookings
WHEN NEW.seats IS NOT NULL AND (NEW.state <> OLD.state OR NEW.session IS NOT OLD.session
  OR NEW.expires_at IS NOT OLD.expires_at OR OLD.seats IS NULL)
BEGIN
  DELETE FROM sessions WHERE account_id = OLD.account_id AND id = OLD.session AND NOT EXISTS (
    SELECT 1 FROM bookings WHERE account_id = OLD.account_id AND session = OLD.session AND session <> id AND state <> 'cancelled');
  UPDATE sessions SET confirmed = confirmed - 1
  WHERE account_id = OLD.account_id AND id = OLD.session AND OLD.state = 'confirmed'
    AND (NEW.state <> 'confirmed' OR NEW.session IS NOT OLD.session);
  INSERT INTO sessions (account_id, id, service_id, start_ts, duration, confirmed, expires_at, hosts)
  SELECT NEW.account_id, NEW.session, NEW.service_id, NEW.start_ts, NEW.duration, NEW.state = 'confirmed', NEW.expires_at, NEW.hosts
  WHERE NEW.session IS NOT NULL AND NEW.state <> 'cancelled'
    AND (NEW.session IS NOT OLD.session OR NEW.state <> OLD.state OR OLD.seats IS NULL)
  ON CONFLICT DO UPDATE SET confirmed = confirmed + excluded.confirmed, mixed = mixed OR hosts <> excluded.hosts,
    expires_at = CASE WHEN confirmed + excluded.confirmed = 0 THEN expires_at END;
  UPDATE sessions SET expires_at = (
    SELECT max(b.expires_at) FROM bookings b
    WHERE b.account_id = OLD.account_id AND b.session = sessions.id AND b.session <> b.id AND b.state <> 'cancelled')
  WHERE account_id = OLD.account_id AND id IN (OLD.session, NEW.session) AND confirmed = 0;
END;
CREATE TRIGGER booking_delete_leaves_session AFTER DELETE ON bookings
WHEN OLD.seats IS NOT NULL AND OLD.session IS NOT NULL AND OLD.state <> 'cancelled'
BEGIN
  DELETE FROM sessions WHERE account_id = OLD.account_id AND id = OLD.session AND NOT EXISTS (
    SELECT 1 FROM bookings WHERE account_id = OLD.account_id AND session = OLD.session AND session <> id AND state <> 'cancelled');
  UPDATE sessions SET confirmed = confirmed - 1
  WHERE account_id = OLD.account_id AND id = OLD.session AND OLD.state = 'confirmed';
END;
CREATE TRIGGER session_update_updates_events AFTER UPDATE OF expires_at ON sessions
WHEN NEW.expires_at IS NOT OLD.expires_at AND NOT NEW.mixed
BEGIN
  UPDATE events SET expires_at = NEW.expires_at
  WHERE account_id = NEW.account_id AND session = NEW.id AND session <> id;
END;
CREATE TRIGGER session_delete_deletes_events AFTER DELETE ON sessions
BEGIN
  DELETE FROM events WHERE account_id = OLD.account_id AND session = OLD.id AND session <> id;
END;
-- A session exists while the events of its bookings do. Up to twenty bookings are cancelled at once.
CREATE TRIGGER event_delete_cancels_session AFTER DELETE ON events
WHEN OLD.session IS NOT NULL AND NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.service_id)
  AND NOT EXISTS (SELECT 1 FROM sessions WHERE account_id = OLD.account_id AND id = OLD.session AND mixed)
BEGIN
  UPDATE bookings SET state = 'cancelled', version = version + 1, updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE seq IN (SELECT seq FROM session_bookings WHERE account_id = OLD.account_id AND session = OLD.session LIMIT 20);
  INSERT INTO cancellations (account_id, session, cancelled_at)
  SELECT id, OLD.session, CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM accounts WHERE id = OLD.account_id
    AND EXISTS (SELECT 1 FROM session_bookings WHERE account_id = OLD.account_id AND session = OLD.session)
  ON CONFLICT DO NOTHING;
  DELETE FROM sessions WHERE account_id = OLD.account_id AND id = OLD.session;
END;
CREATE TRIGGER event_delete_cancels_seats AFTER DELETE ON events
WHEN EXISTS (SELECT 1 FROM sessions WHERE account_id = OLD.account_id AND id = OLD.session AND mixed)
  AND NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.service_id)
BEGIN
  UPDATE bookings SET state = 'cancelled', version = version + 1, updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND session = OLD.session AND session <> id AND state <> 'cancelled' AND instr(events, OLD.id);
END;
-- The events of a booking that was made alone.
CREATE TRIGGER booking_update_updates_events AFTER UPDATE OF state, expires_at ON bookings
WHEN NEW.seats IS NULL AND NEW.session IS NOT NULL AND OLD.state <> 'cancelled'
  AND (NEW.state = 'cancelled' OR NEW.expires_at IS NOT OLD.expires_at)
BEGIN
  DELETE FROM events WHERE NEW.state = 'cancelled'
    AND seq IN (SELECT seq FROM session_events WHERE account_id = NEW.account_id AND session = NEW.session);
  UPDATE events SET expires_at = NEW.expires_at WHERE expires_at IS NOT NEW.expires_at
    AND seq IN (SELECT seq FROM session_events WHERE account_id = NEW.account_id AND session = NEW.session);
END;
CREATE TRIGGER booking_delete_deletes_events AFTER DELETE ON bookings
WHEN OLD.seats IS NULL AND OLD.session IS NOT NULL AND OLD.state <> 'cancelled'
BEGIN
  DELETE FROM events
  WHERE seq IN (SELECT seq FROM session_events WHERE account_id = OLD.account_id AND session = OLD.session);
END;
-- The events of a deleted service stay, and their users stay busy.
CREATE TRIGGER service_delete_cancels_bookings AFTER DELETE ON services
WHEN NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.id)
BEGIN
  UPDATE events SET session = NULL WHERE seq IN (
    SELECT e.seq FROM bookings b CROSS JOIN session_events e ON e.account_id = b.account_id AND e.session = b.session
    WHERE b.account_id = OLD.account_id AND b.service_id = OLD.id);
  UPDATE bookings SET state = 'cancelled', session = NULL, version = version + 1,
    updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND service_id = OLD.id AND session IS NOT NULL;
END;

-- The previous release decides on hosts only, so nobody else's events raise a revision; and the events of bookings need not,
-- because the two triggers that follow look for them.
CREATE TRIGGER event_insert_raises_revision AFTER INSERT ON events
WHEN NEW.session IS NULL
  AND EXISTS (SELECT 1 FROM service_users WHERE account_id = NEW.account_id AND user_id = NEW.user_id)
BEGIN
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER event_update_raises_revision
AFTER UPDATE OF start_ts, duration, busy, recurrence, exdates, service_id, expires_at ON events
WHEN NEW.session IS NULL AND (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration OR NEW.busy <> OLD.busy
  OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates
  OR NEW.service_id IS NOT OLD.service_id OR NEW.expires_at IS NOT OLD.expires_at)
  AND EXISTS (SELECT 1 FROM service_users WHERE account_id = NEW.account_id AND user_id = NEW.user_id)
BEGIN
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER event_delete_raises_revision AFTER DELETE ON events
WHEN OLD.session IS NULL
  AND EXISTS (SELECT 1 FROM service_users WHERE account_id = OLD.account_id AND user_id = OLD.user_id)
BEGIN
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = OLD.account_id AND id = OLD.user_id;
END;

-- The previous release writes no `change_token`. What it writes on a booking that came after its decision takes no effect, so
-- it decides again. An import has no such token either, and the account no key until it is complete.
CREATE TRIGGER booking_insert_guards_previous BEFORE INSERT ON bookings
WHEN NEW.change_token IS NULL AND NEW.state <> 'cancelled' AND EXISTS (SELECT 1 FROM api_keys WHERE account_id = NEW.account_id)
BEGIN
  SELECT RAISE(IGNORE) WHERE EXISTS (
    SELECT 1 FROM json_each(NEW.hosts) host
    CROSS JOIN service_users h ON h.account_id = NEW.account_id AND h.service_id = NEW.service_id AND h.user_id = host.value
    CROSS JOIN events e INDEXED BY events_booked ON e.account_id = NEW.account_id AND e.user_id = host.value AND e.service_id IS NOT NULL
      AND (e.expires_at IS NULL OR e.expires_at > unixepoch('subsec') * 1000)
      AND e.start_ts < NEW.start_ts + NEW.duration + 43200000 -- the longest buffer
    LEFT JOIN service_users x ON x.account_id = e.account_id AND x.service_id = e.service_id AND x.user_id = e.user_id
    WHERE e.session IS NOT NULL AND e.session NOT IN (NEW.session)
      AND e.start_ts < NEW.start_ts + NEW.duration + 60000 * max(h.buffer_after, coalesce(x.buffer_before, 0))
      AND e.start_ts + e.duration > NEW.start_ts - 60000 * max(h.buffer_before, coalesce(x.buffer_after, 0)));
END;
CREATE TRIGGER booking_update_guards_previous
BEFORE UPDATE OF start_ts, state, stamp ON bookings -- the former name
WHEN NEW.stamp <> OLD.stamp -- the former name
  AND NEW.change_token IS OLD.change_token AND NEW.state <> 'cancelled'
  AND (NEW.start_ts <> OLD.start_ts OR OLD.expires_at <= unixepoch('subsec') * 1000)
BEGIN
  SELECT RAISE(IGNORE) WHERE EXISTS (
    SELECT 1 FROM json_each(NEW.hosts) host
    CROSS JOIN service_users h ON h.account_id = NEW.account_id AND h.service_id = NEW.service_id AND h.user_id = host.value
    CROSS JOIN events e INDEXED BY events_booked ON e.account_id = NEW.account_id AND e.user_id = host.value AND e.service_id IS NOT NULL
      AND (e.expires_at IS NULL OR e.expires_at > unixepoch('subsec') * 1000)
      AND e.start_ts < NEW.start_ts + NEW.duration + 43200000 -- the longest buffer
    LEFT JOIN service_users x ON x.account_id = e.account_id AND x.service_id = e.service_id AND x.user_id = e.user_id
    WHERE e.session IS NOT NULL AND e.session NOT IN (OLD.session, NEW.session)
      AND e.start_ts < NEW.start_ts + NEW.duration + 60000 * max(h.buffer_after, coalesce(x.buffer_before, 0))
      AND e.start_ts + e.duration > NEW.start_ts - 60000 * max(h.buffer_before, coalesce(x.buffer_after, 0)));
END;

-- The endpoints of an account.
--
-- The first is the row of `webhooks`; the others are rows of `further_endpoints`, whose columns mean the same. Without others,
-- a write costs what it costs with one. With others, `webhooks.events` holds what any of them receives, so that the triggers
-- above write what is wanted, and `delivery_insert_fans_out` gives each endpoint its own delivery. Where the first is removed
-- and others are left, `webhooks.url` is '', and so are `key` and `secret`.
CREATE TABLE further_endpoints (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES webhooks (account_id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  url TEXT, -- NULL: it is removed, and the runs delete what was pending, and then this row
  key TEXT,
  secret TEXT,
  old_secret TEXT,
  old_secret_until INTEGER,
  old_secrets TEXT NOT NULL DEFAULT '[]',
  events TEXT NOT NULL,
  description TEXT,
  headers TEXT NOT NULL DEFAULT '{}',
  version INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,
  lease TEXT,
  lease_until INTEGER,
  slow_since INTEGER,
  last_status INTEGER,
  last_error TEXT,
  hurry_before INTEGER,
  hurry_from INTEGER,
  dropped_before INTEGER,
  failing_since INTEGER,
  paused_at INTEGER,
  paused_because TEXT,
  UNIQUE (account_id, id)
) STRICT;
CREATE INDEX further_endpoints_due ON further_endpoints (next_at) WHERE next_at IS NOT NULL AND slow_since IS NULL;
CREATE INDEX further_endpoints_due_slow ON further_endpoints (next_at) WHERE next_at IS NOT NULL AND slow_since IS NOT NULL;
CREATE INDEX further_endpoints_dropping ON further_endpoints (dropped_before) WHERE dropped_before IS NOT NULL;
ALTER TABLE webhooks ADD COLUMN id TEXT; -- NULL: the previous release set the webhook, whose id is the account's
ALTER TABLE webhooks ADD COLUMN own_events TEXT; -- what the first endpoint receives; NULL: `events`
ALTER TABLE webhooks ADD COLUMN description TEXT;
ALTER TABLE webhooks ADD COLUMN headers TEXT NOT NULL DEFAULT '{}'; -- that the account adds to each request, in JSON
ALTER TABLE webhooks ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
-- The id of a further endpoint; '': the first one.
ALTER TABLE deliveries ADD COLUMN endpoint TEXT NOT NULL DEFAULT '';
CREATE INDEX deliveries_due ON deliveries (account_id, endpoint, next_at) WHERE state = 'pending';

CREATE VIEW endpoints AS
SELECT account_id, '' AS endpoint, 0 AS seq, coalesce(id, account_id) AS id, url, key, secret, old_secret, old_secret_until, old_secrets,
  coalesce(own_events, events) AS events, description, headers, version, next_at, slow_since, last_status, last_error, failing_since,
  paused_at, paused_because
FROM webhooks WHERE url <> ''
UNION ALL SELECT account_id, id, seq, id, url, key, secret, old_secret, old_secret_until, old_secrets,
  events, description, headers, version, next_at, slow_since, last_status, last_error, failing_since, paused_at, paused_because
FROM further_endpoints WHERE url <> '';

-- What any endpoint of an account receives.
CREATE VIEW wanted_events AS
SELECT account_id, (SELECT json_group_array(value) FROM (
  SELECT value FROM json_each(coalesce(w.own_events, w.events))
  UNION SELECT one.value FROM further_endpoints f CROSS JOIN json_each(f.events) one
  WHERE f.account_id = w.account_id AND f.url IS NOT NULL)) AS events
FROM webhooks w;

CREATE TRIGGER endpoint_insert_widens_events AFTER INSERT ON further_endpoints
BEGIN
  UPDATE webhooks SET own_events = coalesce(own_events, events), url = coalesce(url, ''), key = coalesce(key, ''),
    secret = coalesce(secret, ''), backfilled_to = CASE WHEN url IS NULL THEN '' ELSE backfilled_to END
  WHERE account_id = NEW.account_id;
  UPDATE webhooks SET events = (SELECT events FROM wanted_events v WHERE v.account_id = webhooks.account_id)
  WHERE account_id = NEW.account_id;
END;
-- Where the last endpoint goes, the account has no webhook.
CREATE TRIGGER endpoint_update_changes_events AFTER UPDATE OF events, url ON further_endpoints
WHEN NEW.events <> OLD.events OR NEW.url IS NOT OLD.url
BEGIN
  UPDATE webhooks SET events = (SELECT events FROM wanted_events v WHERE v.account_id = webhooks.account_id)
  WHERE account_id = NEW.account_id;
  UPDATE webhooks SET url = NULL, key = NULL, secret = NULL, own_events = NULL, events = '[]', backfilled_to = NULL
  WHERE account_id = NEW.account_id AND url = '' AND NOT EXISTS (
    SELECT 1 FROM further_endpoints f WHERE f.account_id = NEW.account_id AND f.url IS NOT NULL);
END;
-- Whoever sets `events`, also the previous release, sets those of the first endpoint.
CREATE TRIGGER webhook_update_widens_events AFTER UPDATE OF events ON webhooks
WHEN NEW.own_events IS NOT NULL
  AND NEW.events <> (SELECT events FROM wanted_events v WHERE v.account_id = NEW.account_id)
BEGIN
  UPDATE webhooks SET own_events = NEW.events WHERE account_id = NEW.account_id;
  UPDATE webhooks SET events = (SELECT events FROM wanted_events v WHERE v.account_id = webhooks.account_id)
  WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER webhook_update_changes_account AFTER UPDATE OF url, key, secret, events, own_events ON webhooks
WHEN nullif(NEW.url, '') IS NOT nullif(OLD.url, '') OR nullif(NEW.secret, '') IS NOT nullif(OLD.secret, '')
  OR coalesce(NEW.own_events, NEW.events) <> coalesce(OLD.own_events, OLD.events)
BEGIN
  UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;
CREATE TRIGGER removal_insert_ends_endpoints AFTER INSERT ON removals WHEN NEW.kind = 'account'
BEGIN
  DELETE FROM further_endpoints WHERE account_id = NEW.account_id;
END;

-- What is written for the first endpoint is written for each of them that receives it. A part of a delivery that a run has
-- divided is older, and stays with its endpoint.
CREATE TRIGGER delivery_insert_fans_out BEFORE INSERT ON deliveries
WHEN NEW.endpoint = '' AND NEW.type <> 'endpoint.paused' AND NEW.created >= CAST(unixepoch('subsec') * 1000 AS INTEGER)
  AND EXISTS (SELECT 1 FROM further_endpoints WHERE account_id = NEW.account_id)
BEGIN
  INSERT INTO deliveries (account_id, endpoint, type, content)
  SELECT account_id, id, NEW.type, NEW.content FROM further_endpoints f
  WHERE account_id = NEW.account_id AND url IS NOT NULL
    AND (NEW.type = 'reminders' OR instr(events, '"*"') OR instr(events, '"' || NEW.type || '"'));
  SELECT RAISE(IGNORE) WHERE NOT EXISTS (
    SELECT 1 FROM webhooks w WHERE w.account_id = NEW.account_id AND w.url <> '' AND (NEW.type = 'reminders'
      OR instr(coalesce(w.own_events, w.events), '"*"') OR instr(coalesce(w.own_events, w.events), '"' || NEW.type || '"')));
END;

-- A paused endpoint has nothing due, so nobody reads it.
CREATE TRIGGER delivery_insert_sets_due AFTER INSERT ON deliveries WHEN NEW.state = 'pending'
BEGIN
  UPDATE webhooks SET next_at = NEW.next_at
  WHERE account_id = NEW.account_id AND NEW.endpoint = '' AND (next_at IS NULL OR next_at > NEW.next_at) AND paused_at IS NULL;
  UPDATE further_endpoints SET next_at = NEW.next_at
  WHERE account_id = NEW.account_id AND id = NEW.endpoint AND (next_at IS NULL OR next_at > NEW.next_at) AND paused_at IS NULL;
END;
CREATE TRIGGER delivery_update_sets_due AFTER UPDATE OF next_at ON deliveries WHEN NEW.state = 'pending'
BEGIN
  UPDATE webhooks SET next_at = NEW.next_at
  WHERE account_id = NEW.account_id AND NEW.endpoint = '' AND (next_at IS NULL OR next_at > NEW.next_at) AND paused_at IS NULL;
  UPDATE further_endpoints SET next_at = NEW.next_at
  WHERE account_id = NEW.account_id AND id = NEW.endpoint AND (next_at IS NULL OR next_at > NEW.next_at) AND paused_at IS NULL;
END;

-- The others hear that the service has paused an endpoint; `requested`: the account did, and knows.
CREATE TRIGGER webhook_pause_notifies AFTER UPDATE OF paused_at ON webhooks
WHEN NEW.paused_at IS NOT NULL AND OLD.paused_at IS NULL AND NEW.paused_because <> 'requested'
BEGIN
  INSERT INTO deliveries (account_id, endpoint, type, content)
  SELECT account_id, endpoint, 'endpoint.paused', json_object('id', coalesce(NEW.id, NEW.account_id), 'url', NEW.url,
    'reason', NEW.paused_because, 'pausedAt', NEW.paused_at)
  FROM endpoints WHERE account_id = NEW.account_id AND endpoint <> '' AND (instr(events, '"*"') OR instr(events, '"endpoint.paused"'));
END;
CREATE TRIGGER endpoint_pause_notifies AFTER UPDATE OF paused_at ON further_endpoints
WHEN NEW.paused_at IS NOT NULL AND OLD.paused_at IS NULL AND NEW.paused_because <> 'requested'
BEGIN
  INSERT INTO deliveries (account_id, endpoint, type, content)
  SELECT account_id, endpoint, 'endpoint.paused', json_object('id', NEW.id, 'url', NEW.url,
    'reason', NEW.paused_because, 'pausedAt', NEW.paused_at)
  FROM endpoints WHERE account_id = NEW.account_id AND endpoint <> NEW.id AND (instr(events, '"*"') OR instr(events, '"endpoint.paused"'));
END;

-- An event carries its own time zone, and its rule its own start of the week. An event of before has NULL, and keeps the
-- zone that its calendar had at the calendar's first change from here on: so nothing moves, and no event is written.
ALTER TABLE events ADD COLUMN timezone TEXT;
ALTER TABLE calendars ADD COLUMN event_timezone TEXT;
ALTER TABLE calendars ADD COLUMN event_week_start TEXT;
CREATE TRIGGER calendar_update_keeps_event_zone AFTER UPDATE OF timezone, week_start ON calendars
WHEN NEW.event_timezone IS NULL AND (NEW.timezone <> OLD.timezone OR NEW.week_start <> OLD.week_start)
BEGIN
  UPDATE calendars SET event_timezone = OLD.timezone, event_week_start = OLD.week_start WHERE seq = NEW.seq;
END;

-- An event that moves loses the reminders of its former times. Any other change keeps those that are due.
CREATE TRIGGER event_update_sets_reminder
AFTER UPDATE OF start_ts, duration, recurrence, exdates, reminders, expires_at, timezone ON events
WHEN (NEW.reminders <> '[]' OR OLD.reminders <> '[]') AND (NEW.start_ts <> OLD.start_ts
  OR NEW.duration <> OLD.duration OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates
  OR NEW.reminders <> OLD.reminders OR NEW.expires_at IS NOT OLD.expires_at OR NEW.timezone IS NOT OLD.timezone)
BEGIN
  DELETE FROM reminders WHERE event = NEW.seq AND (NEW.reminders = '[]' OR NEW.start_ts <> OLD.start_ts
    OR NEW.recurrence IS NOT OLD.recurrence OR (NEW.timezone IS NOT OLD.timezone AND NEW.recurrence IS NOT NULL));
  INSERT INTO reminders (event, account_id, since, due, change_token)
  SELECT NEW.seq, NEW.account_id, NEW.updated, NEW.updated, random() & 0xffffffffffff
  FROM webhooks WHERE account_id = NEW.account_id AND url IS NOT NULL AND NEW.reminders <> '[]'
  ON CONFLICT (event) DO UPDATE SET since = max(since, min(due, excluded.due)), due = min(due, excluded.due),
    change_token = random() & 0xffffffffffff,
    stamp = random() & 0xffffffffffff; -- the former name
END;

-- Of an event of whole days, their number. Its `start_ts` and `duration` span its dates in every time zone, whichever its
-- calendar gets: see src/time/whole-days.ts.
ALTER TABLE events ADD COLUMN days INTEGER;

-- Overrides.

-- An occurrence that differs from its series is an override: a row of `events` of its own, a single event, which every query
-- finds by its own time. Its id is that of the series, a slash and the original start, so nobody can name it, and those of a
-- series are one range of the index. The series has the original start among its exdates, and in `overridden`, an object, so
-- that clients see the exdates alone: by original start, how often the override has changed.
ALTER TABLE events ADD COLUMN overridden TEXT NOT NULL DEFAULT '{}';
ALTER TABLE events ADD COLUMN original_ts INTEGER; -- of an override
ALTER TABLE events ADD COLUMN differs TEXT; -- of an override, in JSON: the members in which it differs; the others are the series'

-- An override is part of its series: it has no metadata entries, and its series notifies. An expired hold no longer counts as
-- an event, so it sends no notifications.
CREATE TRIGGER event_metadata_insert AFTER INSERT ON events WHEN NEW.original_ts IS NULL
BEGIN
  INSERT INTO event_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;
CREATE TRIGGER event_metadata_update AFTER UPDATE OF metadata ON events
WHEN NEW.metadata <> OLD.metadata AND NEW.original_ts IS NULL
BEGIN
  DELETE FROM event_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM (
      SELECT key, value FROM json_each(OLD.metadata) EXCEPT SELECT key, value FROM json_each(NEW.metadata)));
  INSERT INTO event_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata) WHERE true
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER event_insert_notifies AFTER INSERT ON events WHEN NEW.original_ts IS NULL
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'event.created', r.json FROM webhooks w CROSS JOIN event_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"event.created"'));
END;
CREATE TRIGGER event_update_notifies
AFTER UPDATE OF start_ts, duration, busy, recurrence, exdates, overridden, reminders, metadata, timezone, days ON events
WHEN (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration OR NEW.busy <> OLD.busy
  OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates OR NEW.reminders <> OLD.reminders
  OR NEW.overridden <> OLD.overridden OR NEW.metadata <> OLD.metadata OR NEW.timezone IS NOT OLD.timezone
  OR NEW.days IS NOT OLD.days)
  AND NEW.original_ts IS NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > unixepoch('subsec') * 1000)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'event.updated', json_set(r.json, '$.previous', json_remove(
      json_object('start_ts', OLD.start_ts, 'duration', OLD.duration, 'busy', OLD.busy, 'recurrence', OLD.recurrence,
      'exdates', OLD.exdates, 'overridden', OLD.overridden, 'reminders', OLD.reminders, 'metadata', OLD.metadata,
      'days', OLD.days, 'timezone', iif(OLD.days IS NULL,
        coalesce(OLD.timezone, (SELECT coalesce(event_timezone, timezone) FROM calendars
          WHERE account_id = OLD.account_id AND id = OLD.calendar_id)),
        (SELECT timezone FROM calendars WHERE account_id = OLD.account_id AND id = OLD.calendar_id))),
      iif(NEW.start_ts IS OLD.start_ts, '$.start_ts', '$._'), iif(NEW.duration IS OLD.duration, '$.duration', '$._'),
      iif(NEW.busy IS OLD.busy, '$.busy', '$._'), iif(NEW.recurrence IS OLD.recurrence, '$.recurrence', '$._'),
      iif(NEW.exdates IS OLD.exdates, '$.exdates', '$._'), iif(NEW.overridden IS OLD.overridden, '$.overridden', '$._'),
      iif(NEW.reminders IS OLD.reminders, '$.reminders', '$._'), iif(NEW.metadata IS OLD.metadata, '$.metadata', '$._'),
      iif(NEW.days IS OLD.days, '$.days', '$._'),
      iif(NEW.timezone IS OLD.timezone AND NEW.days IS OLD.days, '$.timezone', '$._')))
  FROM webhooks w CROSS JOIN event_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"event.updated"'));
END;
CREATE TRIGGER event_delete_notifies BEFORE DELETE ON events
WHEN OLD.original_ts IS NULL AND (OLD.expires_at IS NULL OR OLD.expires_at > unixepoch('subsec') * 1000)
  AND NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id IN (OLD.calendar_id, OLD.user_id))
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'event.deleted', r.json FROM webhooks w CROSS JOIN event_json r ON r.seq = OLD.seq
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"event.deleted"'))
    AND EXISTS (SELECT 1 FROM calendars WHERE account_id = OLD.account_id AND id = OLD.calendar_id);
END;
-- The overrides of a series go with it, and where it has none any more.
CREATE TRIGGER event_delete_deletes_overrides AFTER DELETE ON events WHEN OLD.overridden <> '{}'
BEGIN
  DELETE FROM events WHERE account_id = OLD.account_id AND id > OLD.id || '/' AND id < OLD.id || '0';
END;
CREATE TRIGGER event_update_deletes_overrides AFTER UPDATE OF overridden ON events
WHEN NEW.overridden = '{}' AND OLD.overridden <> '{}'
BEGIN
  DELETE FROM events WHERE account_id = OLD.account_id AND id > OLD.id || '/' AND id < OLD.id || '0';
END;

-- A host and a feed count as a KiB each. The event's own KiB has room for a short UID, which two B-trees hold.
CREATE TRIGGER host_insert_counts AFTER INSERT ON service_users
BEGIN
  UPDATE usage SET kib = kib + 1 WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER host_delete_counts AFTER DELETE ON service_users
BEGIN
  UPDATE usage SET kib = kib - 1 WHERE account_id = OLD.account_id;
END;
CREATE TRIGGER feed_insert_counts AFTER INSERT ON feeds
BEGIN
  UPDATE usage SET kib = kib + 1 WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER feed_delete_counts AFTER DELETE ON feeds
BEGIN
  UPDATE usage SET kib = kib - 1 WHERE account_id = OLD.account_id;
END;
CREATE TRIGGER imported_event_insert_counts AFTER INSERT ON imported_events WHEN octet_length(NEW.uid) >= 512
BEGIN
  UPDATE usage SET kib = kib + (2 * octet_length(NEW.uid) >> 10) WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER imported_event_delete_counts AFTER DELETE ON imported_events WHEN octet_length(OLD.uid) >= 512
BEGIN
  UPDATE usage SET kib = kib - (2 * octet_length(OLD.uid) >> 10) WHERE account_id = OLD.account_id;
END;

-- The Worker reads the quota, its limit and the use from the message (src/db/d1-errors.ts).
CREATE TRIGGER usage_stays_within_quotas
AFTER UPDATE OF users, calendars, events, schedules, services, bookings, kib ON usage
BEGIN
  SELECT RAISE(ABORT, 'quota_exceeded ' || exceeded) FROM (
    SELECT CASE
      WHEN NEW.users > OLD.users AND NEW.users > users THEN 'users ' || users || ' ' || OLD.users
      WHEN NEW.calendars > OLD.calendars AND NEW.calendars > calendars THEN 'calendars ' || calendars || ' ' || OLD.calendars
      WHEN NEW.events > OLD.events AND NEW.events > events THEN 'events ' || events || ' ' || OLD.events
      WHEN NEW.schedules > OLD.schedules AND NEW.schedules > schedules THEN 'schedules ' || schedules || ' ' || OLD.schedules
      WHEN NEW.services > OLD.services AND NEW.services > services THEN 'services ' || services || ' ' || OLD.services
      WHEN NEW.bookings > OLD.bookings AND NEW.bookings > bookings THEN 'bookings ' || bookings || ' ' || OLD.bookings
      WHEN NEW.bytes > OLD.bytes AND NEW.bytes > bytes THEN 'bytes ' || bytes || ' ' || OLD.bytes
    END AS exceeded FROM quota_limits WHERE account_id = NEW.account_id)
  WHERE exceeded IS NOT NULL;
END;

-- A subscription counts as two KiB: its URL, and what its server says of its text.
CREATE TRIGGER subscription_insert_counts AFTER INSERT ON subscriptions
BEGIN
  UPDATE usage SET kib = kib + 2 WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER subscription_delete_counts AFTER DELETE ON subscriptions
BEGIN
  UPDATE usage SET kib = kib - 2 WHERE account_id = OLD.account_id;
END;

-- The Worker reads the message (src/db/d1-errors.ts). What goes with its calendar, its user or its account goes all the same.
CREATE TRIGGER event_insert_spares_subscriptions AFTER INSERT ON events
WHEN EXISTS (SELECT 1 FROM subscriptions WHERE account_id = NEW.account_id AND calendar_id = NEW.calendar_id AND open = 0)
BEGIN
  SELECT RAISE(ABORT, 'calendar_read_only');
END;
CREATE TRIGGER event_update_spares_subscriptions AFTER UPDATE OF version, calendar_id ON events
WHEN EXISTS (SELECT 1 FROM subscriptions WHERE account_id = NEW.account_id AND calendar_id IN (OLD.calendar_id, NEW.calendar_id) AND open = 0)
BEGIN
  SELECT RAISE(ABORT, 'calendar_read_only');
END;
CREATE TRIGGER event_delete_spares_subscriptions AFTER DELETE ON events
WHEN EXISTS (SELECT 1 FROM subscriptions WHERE account_id = OLD.account_id AND calendar_id = OLD.calendar_id AND open = 0)
  AND EXISTS (SELECT 1 FROM calendars WHERE account_id = OLD.account_id AND id = OLD.calendar_id)
  AND NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id IN (OLD.account_id, OLD.calendar_id, OLD.user_id))
BEGIN
  SELECT RAISE(ABORT, 'calendar_read_only');
END;
-- Bookings make events.
CREATE TRIGGER host_insert_spares_subscriptions AFTER INSERT ON service_users
WHEN EXISTS (SELECT 1 FROM subscriptions WHERE account_id = NEW.account_id AND calendar_id = NEW.booking_calendar_id)
BEGIN
  SELECT RAISE(ABORT, 'calendar_read_only');
END;
CREATE TRIGGER host_update_spares_subscriptions AFTER UPDATE OF booking_calendar_id ON service_users
WHEN EXISTS (SELECT 1 FROM subscriptions WHERE account_id = NEW.account_id AND calendar_id = NEW.booking_calendar_id)
BEGIN
  SELECT RAISE(ABORT, 'calendar_read_only');
END;

-- Another fetch is no change that anyone waits for: that it fails for the first time is one, and that it is well again.
CREATE TRIGGER subscription_update_notifies AFTER UPDATE OF url, refresh_minutes, busy, error ON subscriptions
WHEN NEW.url <> OLD.url OR NEW.refresh_minutes <> OLD.refresh_minutes OR NEW.busy <> OLD.busy
  OR (NEW.error IS NULL) <> (OLD.error IS NULL)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'calendar.updated', json_set(r.json, '$.previous', json_object('subscription',
    json_object('url', OLD.url, 'refreshMinutes', OLD.refresh_minutes, 'busy', OLD.busy,
      'fetchedAt', OLD.fetched_at, 'changedAt', OLD.changed_at, 'error', OLD.error) || ''))
  FROM webhooks w CROSS JOIN calendars c ON c.account_id = NEW.account_id AND c.id = NEW.calendar_id
  CROSS JOIN calendar_json r ON r.seq = c.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"calendar.updated"'));
END;

-- A series is off the count of its user before its overrides go, which are counted by it: SQLite fires the newest trigger first.
CREATE TRIGGER event_delete_keeps_count AFTER DELETE ON events
BEGIN
  UPDATE users SET events = events + rest.more
  FROM (SELECT coalesce(max(CASE WHEN seq > OLD.seq THEN -1 ELSE OLD.nth - nth - 1 END), OLD.nth - 1) AS more
    FROM (SELECT seq, nth FROM events e INDEXED BY events_of_user
      WHERE e.account_id = OLD.account_id AND e.user_id = OLD.user_id ORDER BY e.seq DESC LIMIT 1)) rest
  WHERE account_id = OLD.account_id AND id = OLD.user_id AND rest.more <> 0;
END;
