-- Webhooks of their own, the outbox of their deliveries, and reminders.

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
-- The webhooks there are, which had no secret; before the triggers, for nothing is told of it.
INSERT INTO webhooks (account_id, url, key, secret, events, since, filed)
SELECT id, webhook_url, webhook_key, 'whsec_' || hex(randomblob(24)), '[]', CAST(unixepoch('subsec') * 1000 AS INTEGER), ''
FROM accounts WHERE webhook_url IS NOT NULL
ON CONFLICT DO NOTHING;

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

-- It has the webhook in `accounts`, without a secret of its own: either place follows the other.
CREATE TRIGGER IF NOT EXISTS account_webhook_by_release_1 AFTER UPDATE OF webhook_url, webhook_key ON accounts
WHEN (NEW.webhook_url, NEW.webhook_key) IS NOT (OLD.webhook_url, OLD.webhook_key)
BEGIN
  INSERT INTO webhooks (account_id, url, key, secret, events, since, filed)
  SELECT NEW.id, NEW.webhook_url, NEW.webhook_key, 'whsec_' || hex(randomblob(24)), '[]',
    CAST(unixepoch('subsec') * 1000 AS INTEGER), ''
  WHERE NEW.webhook_url IS NOT NULL
  ON CONFLICT (account_id) DO UPDATE SET url = excluded.url, key = excluded.key, secret = coalesce(secret, excluded.secret),
    since = CASE WHEN url IS NULL THEN excluded.since ELSE since END,
    filed = CASE WHEN url IS NULL THEN '' ELSE filed END
  WHERE url IS NOT excluded.url OR key IS NOT excluded.key;
  DELETE FROM deliveries WHERE NEW.webhook_url IS NULL AND account_id = NEW.id AND state = 'pending';
  UPDATE webhooks SET url = NULL, key = NULL, secret = NULL, old_secret = NULL, old_secret_until = NULL, events = '[]',
    filed = NULL, next_at = NULL, lease = NULL, lease_until = NULL
  WHERE NEW.webhook_url IS NULL AND account_id = NEW.id AND url IS NOT NULL;
END;
CREATE TRIGGER IF NOT EXISTS webhook_insert_for_release_1 AFTER INSERT ON webhooks
BEGIN
  UPDATE accounts SET webhook_url = NEW.url, webhook_key = NEW.key
  WHERE id = NEW.account_id AND (webhook_url, webhook_key) IS NOT (NEW.url, NEW.key);
END;
CREATE TRIGGER IF NOT EXISTS webhook_update_for_release_1 AFTER UPDATE OF url, key ON webhooks
WHEN (NEW.url, NEW.key) IS NOT (OLD.url, OLD.key)
BEGIN
  UPDATE accounts SET webhook_url = NEW.url, webhook_key = NEW.key
  WHERE id = NEW.account_id AND (webhook_url, webhook_key) IS NOT (NEW.url, NEW.key);
END;
