-- The names of the glossary (src/docs/glossary.md). The end keeps the former ones for the previous release, bundle 3.

DROP TRIGGER account_reads_tell_keys;
DROP TRIGGER signing_key_insert_shows;
DROP TRIGGER signing_key_update_shows;
DROP TRIGGER signing_key_delete_shows;
DROP TRIGGER schedule_leaves_hosts;
DROP TRIGGER calendar_leaves_hosts;
DROP TRIGGER booking_joins_events;
DROP TRIGGER booking_ends_events;
DROP TRIGGER event_ends_bookings;
DROP TRIGGER event_moves_bookings;
DROP TRIGGER user_ends_bookings;
DROP TRIGGER service_ends_bookings;
DROP TRIGGER event_insert_raises;
DROP TRIGGER event_update_raises;
DROP TRIGGER event_delete_raises;
DROP TRIGGER calendar_update_raises;
DROP TRIGGER schedule_update_raises;
DROP TRIGGER service_update_raises;
DROP TRIGGER host_insert_raises;
DROP TRIGGER host_update_raises;
DROP TRIGGER host_delete_raises;
DROP TRIGGER user_is_forgotten;
DROP TRIGGER delivery_insert_is_due;
DROP TRIGGER delivery_update_is_due;
DROP TRIGGER user_insert_told;
DROP TRIGGER user_update_told;
DROP TRIGGER user_delete_told;
DROP TRIGGER calendar_insert_told;
DROP TRIGGER calendar_update_told;
DROP TRIGGER calendar_delete_told;
DROP TRIGGER event_insert_told;
DROP TRIGGER event_update_told;
DROP TRIGGER event_delete_told;
DROP TRIGGER schedule_insert_told;
DROP TRIGGER schedule_update_told;
DROP TRIGGER schedule_delete_told;
DROP TRIGGER service_insert_told;
DROP TRIGGER service_update_told;
DROP TRIGGER service_delete_told;
DROP TRIGGER host_insert_told;
DROP TRIGGER host_update_told;
DROP TRIGGER host_delete_told;
DROP TRIGGER booking_insert_told;
DROP TRIGGER booking_update_told;
DROP TRIGGER booking_cancel_told;
DROP TRIGGER event_insert_reminds;
DROP TRIGGER event_update_reminds;
DROP TRIGGER calendar_update_reminds;

-- A new name in the schema rewrites no row.
ALTER TABLE users RENAME COLUMN agenda TO availability_revision;
ALTER TABLE accounts RENAME COLUMN nearest TO reads_replica;
ALTER TABLE api_keys RENAME COLUMN nearest TO reads_replica;
ALTER TABLE signing_keys RENAME COLUMN nearest TO reads_replica;
ALTER TABLE webhooks RENAME COLUMN filed TO backfilled_to;
DROP INDEX webhooks_filing;
CREATE INDEX webhooks_to_backfill ON webhooks (backfilled_to) WHERE backfilled_to IS NOT NULL;
ALTER TABLE reminders ADD COLUMN change_token INTEGER NOT NULL DEFAULT 0;
ALTER TABLE bookings ADD COLUMN change_token TEXT;

-- Revisions.
--
-- The Worker reads rows, decides on a booking, and writes it only if the availability revisions of its hosts and the
-- revision of its service are still the same. Every change that can affect such a decision raises one of them. The
-- deletion of a user or a service needs no revision, because its row is missing then.

CREATE TRIGGER event_insert_raises_revision AFTER INSERT ON events
BEGIN
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER event_update_raises_revision
AFTER UPDATE OF start_ts, duration, busy, recurrence, exdates, service_id, expires_at ON events
WHEN NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration OR NEW.busy <> OLD.busy
  OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates
  OR NEW.service_id IS NOT OLD.service_id OR NEW.expires_at IS NOT OLD.expires_at
BEGIN
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER event_delete_raises_revision AFTER DELETE ON events
WHEN EXISTS (SELECT 1 FROM calendars WHERE account_id = OLD.account_id AND id = OLD.calendar_id)
BEGIN
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = OLD.account_id AND id = OLD.user_id;
END;
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
CREATE TRIGGER host_insert_raises_revision AFTER INSERT ON service_users
BEGIN
  UPDATE services SET revision = revision + 1, version = version + 1
  WHERE account_id = NEW.account_id AND id = NEW.service_id;
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER host_update_raises_revision AFTER UPDATE ON service_users
BEGIN
  UPDATE services SET revision = revision + 1, version = version + (NEW.version <> OLD.version)
  WHERE account_id = NEW.account_id AND id = NEW.service_id;
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER host_delete_raises_revision AFTER DELETE ON service_users
BEGIN
  UPDATE services SET revision = revision + 1, version = version + 1
  WHERE account_id = OLD.account_id AND id = OLD.service_id;
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = OLD.account_id AND id = OLD.user_id;
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

-- The events of a session exist while it has an active booking, and a booking is active while all of its events exist.
-- A booking that joins or leaves a group changes no event, so these triggers also raise the revision of its service.
CREATE TRIGGER booking_insert_updates_events AFTER INSERT ON bookings
BEGIN
  UPDATE events SET expires_at = (
    SELECT CASE WHEN count(*) = count(expires_at) THEN max(expires_at) END FROM bookings
    WHERE account_id = NEW.account_id AND session = NEW.session AND state <> 'cancelled')
  WHERE account_id = NEW.account_id AND session = NEW.session;
  UPDATE services SET revision = revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.service_id AND multi_person ->> 'variant' = 'group';
END;
CREATE TRIGGER booking_update_updates_events AFTER UPDATE OF state, session, expires_at ON bookings
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
CREATE TRIGGER event_delete_cancels_bookings AFTER DELETE ON events WHEN OLD.session IS NOT NULL
BEGIN
  UPDATE bookings SET state = 'cancelled', version = version + 1, updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND session = OLD.session AND state <> 'cancelled';
END;
CREATE TRIGGER event_update_moves_bookings AFTER UPDATE OF start_ts, duration ON events
WHEN NEW.session IS NOT NULL AND (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration)
BEGIN
  UPDATE bookings SET start_ts = NEW.start_ts, duration = NEW.duration, updated = NEW.updated, version = version + 1
  WHERE account_id = NEW.account_id AND session = NEW.session AND state <> 'cancelled'
    AND (start_ts <> NEW.start_ts OR duration <> NEW.duration);
END;
CREATE TRIGGER user_delete_cancels_bookings AFTER DELETE ON users
BEGIN
  UPDATE bookings SET state = 'cancelled', version = version + 1, updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND booked_by = OLD.id AND state <> 'cancelled';
END;
-- The events of a deleted service stay, and their users stay busy.
CREATE TRIGGER service_delete_cancels_bookings AFTER DELETE ON services
BEGIN
  UPDATE events SET session = NULL WHERE account_id = OLD.account_id AND session IN (
    SELECT session FROM bookings WHERE account_id = OLD.account_id AND service_id = OLD.id AND session IS NOT NULL);
  UPDATE bookings SET state = 'cancelled', session = NULL, version = version + 1,
    updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND service_id = OLD.id AND session IS NOT NULL;
END;

CREATE TRIGGER user_delete_deletes_records AFTER DELETE ON users
BEGIN
  DELETE FROM remembered WHERE account_id = OLD.account_id AND caller = OLD.id;
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

-- Notifications.
--
-- A trigger writes each notification to the outbox in the statement of the change itself, if the account's webhook
-- receives its type; for any other account the trigger costs one look-up. The deletion of a resource sends no
-- notifications for the resources that go with it. `content` has the columns that the Worker converts to the resource.

CREATE TRIGGER delivery_insert_sets_due AFTER INSERT ON deliveries WHEN NEW.state = 'pending'
BEGIN
  UPDATE webhooks SET next_at = NEW.next_at
  WHERE account_id = NEW.account_id AND (next_at IS NULL OR next_at > NEW.next_at);
END;
CREATE TRIGGER delivery_update_sets_due AFTER UPDATE OF next_at ON deliveries WHEN NEW.state = 'pending'
BEGIN
  UPDATE webhooks SET next_at = NEW.next_at
  WHERE account_id = NEW.account_id AND (next_at IS NULL OR next_at > NEW.next_at);
END;

-- The JSON of each resource, as notifications store it. The notifying triggers and the reminders read it, so that its
-- columns stand once.
CREATE VIEW user_json AS
SELECT seq, json_object('id', id, 'metadata', metadata) AS json FROM users;
CREATE VIEW calendar_json AS
SELECT seq, json_object('id', id, 'user_id', user_id, 'timezone', timezone, 'week_start', week_start,
  'metadata', metadata) AS json
FROM calendars;
CREATE VIEW event_json AS
SELECT seq, account_id, reminders, json_object('id', id, 'calendar_id', calendar_id, 'user_id', user_id,
  'start_ts', start_ts, 'duration', duration, 'busy', busy, 'recurrence', recurrence, 'exdates', exdates,
  'reminders', reminders, 'metadata', metadata, 'created', created, 'updated', updated) AS json
FROM events;
CREATE VIEW schedule_json AS
SELECT seq, json_object('id', id, 'user_id', user_id, 'timezone', timezone, 'rules', rules,
  'metadata', metadata) AS json
FROM schedules;
CREATE VIEW service_json AS
SELECT seq, account_id, id, json_object('id', id, 'multi_person', multi_person, 'metadata', metadata) AS json
FROM services;
CREATE VIEW booking_json AS
SELECT seq, json_object('id', id, 'service_id', service_id, 'start_ts', start_ts, 'duration', duration,
  'state', state, 'expires_at', expires_at, 'hosts', hosts, 'events', events, 'booked_by', booked_by,
  'metadata', metadata, 'created', created, 'updated', updated) AS json
FROM bookings;

CREATE TRIGGER user_insert_notifies AFTER INSERT ON users
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'user.created', r.json FROM webhooks w CROSS JOIN user_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"user.created"'));
END;
CREATE TRIGGER user_update_notifies AFTER UPDATE OF metadata ON users
WHEN NEW.metadata <> OLD.metadata
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'user.updated', r.json FROM webhooks w CROSS JOIN user_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"user.updated"'));
END;
CREATE TRIGGER user_delete_notifies BEFORE DELETE ON users
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'user.deleted', r.json FROM webhooks w CROSS JOIN user_json r ON r.seq = OLD.seq
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"user.deleted"'));
END;

CREATE TRIGGER calendar_insert_notifies AFTER INSERT ON calendars
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'calendar.created', r.json FROM webhooks w CROSS JOIN calendar_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"calendar.created"'));
END;
CREATE TRIGGER calendar_update_notifies AFTER UPDATE OF timezone, week_start, metadata ON calendars
WHEN NEW.timezone <> OLD.timezone OR NEW.week_start <> OLD.week_start OR NEW.metadata <> OLD.metadata
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'calendar.updated', r.json FROM webhooks w CROSS JOIN calendar_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"calendar.updated"'));
END;
CREATE TRIGGER calendar_delete_notifies BEFORE DELETE ON calendars
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'calendar.deleted', r.json FROM webhooks w CROSS JOIN calendar_json r ON r.seq = OLD.seq
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"calendar.deleted"'))
    AND EXISTS (SELECT 1 FROM users WHERE account_id = OLD.account_id AND id = OLD.user_id);
END;

-- An expired hold no longer counts as an event or a booking, so it sends no notifications.
CREATE TRIGGER event_insert_notifies AFTER INSERT ON events
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'event.created', r.json FROM webhooks w CROSS JOIN event_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"event.created"'));
END;
CREATE TRIGGER event_update_notifies
AFTER UPDATE OF start_ts, duration, busy, recurrence, exdates, reminders, metadata ON events
WHEN (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration OR NEW.busy <> OLD.busy
  OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates OR NEW.reminders <> OLD.reminders
  OR NEW.metadata <> OLD.metadata)
  AND (NEW.expires_at IS NULL OR NEW.expires_at > unixepoch('subsec') * 1000)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'event.updated', r.json FROM webhooks w CROSS JOIN event_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"event.updated"'));
END;
CREATE TRIGGER event_delete_notifies BEFORE DELETE ON events
WHEN OLD.expires_at IS NULL OR OLD.expires_at > unixepoch('subsec') * 1000
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'event.deleted', r.json FROM webhooks w CROSS JOIN event_json r ON r.seq = OLD.seq
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"event.deleted"'))
    AND EXISTS (SELECT 1 FROM calendars WHERE account_id = OLD.account_id AND id = OLD.calendar_id);
END;

CREATE TRIGGER schedule_insert_notifies AFTER INSERT ON schedules
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'schedule.created', r.json FROM webhooks w CROSS JOIN schedule_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"schedule.created"'));
END;
CREATE TRIGGER schedule_update_notifies AFTER UPDATE OF timezone, rules, metadata ON schedules
WHEN NEW.timezone <> OLD.timezone OR NEW.rules <> OLD.rules OR NEW.metadata <> OLD.metadata
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'schedule.updated', r.json FROM webhooks w CROSS JOIN schedule_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"schedule.updated"'));
END;
CREATE TRIGGER schedule_delete_notifies BEFORE DELETE ON schedules
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'schedule.deleted', r.json FROM webhooks w CROSS JOIN schedule_json r ON r.seq = OLD.seq
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"schedule.deleted"'))
    AND EXISTS (SELECT 1 FROM users WHERE account_id = OLD.account_id AND id = OLD.user_id);
END;

CREATE TRIGGER service_insert_notifies AFTER INSERT ON services
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'service.created', r.json FROM webhooks w CROSS JOIN service_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.created"'));
END;
CREATE TRIGGER service_update_notifies AFTER UPDATE OF multi_person, metadata ON services
WHEN NEW.multi_person <> OLD.multi_person OR NEW.metadata <> OLD.metadata
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'service.updated', r.json FROM webhooks w CROSS JOIN service_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.updated"'));
END;
CREATE TRIGGER service_delete_notifies BEFORE DELETE ON services
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'service.deleted', r.json FROM webhooks w CROSS JOIN service_json r ON r.seq = OLD.seq
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.deleted"'));
END;

-- Hosts are part of their service. The deletion of a user, a schedule or a calendar sends no service.updated.
CREATE TRIGGER host_insert_notifies AFTER INSERT ON service_users
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT NEW.account_id, 'service.updated', s.json
  FROM webhooks w JOIN service_json s ON s.account_id = NEW.account_id AND s.id = NEW.service_id
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.updated"'));
END;
CREATE TRIGGER host_update_notifies AFTER UPDATE ON service_users
WHEN NEW.schedule_id IS NOT OLD.schedule_id OR NEW.calendar_id IS NOT OLD.calendar_id
  OR NEW.buffer_before <> OLD.buffer_before OR NEW.buffer_after <> OLD.buffer_after OR NEW.closest <> OLD.closest
  OR NEW.furthest IS NOT OLD.furthest OR NEW.booking_calendar_id IS NOT OLD.booking_calendar_id
  OR NEW.busy <> OLD.busy
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
        AND NOT EXISTS (SELECT 1 FROM calendars c WHERE c.account_id = OLD.account_id AND c.id = named.id));
END;
CREATE TRIGGER host_delete_notifies AFTER DELETE ON service_users
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT OLD.account_id, 'service.updated', s.json
  FROM webhooks w JOIN service_json s ON s.account_id = OLD.account_id AND s.id = OLD.service_id
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.updated"'))
    AND EXISTS (SELECT 1 FROM users WHERE account_id = OLD.account_id AND id = OLD.user_id);
END;

-- A booking stays when it is cancelled, whichever deletion cancels it, so every cancellation sends a notification.
CREATE TRIGGER booking_insert_notifies AFTER INSERT ON bookings
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'booking.created', r.json FROM webhooks w CROSS JOIN booking_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"booking.created"'));
END;
CREATE TRIGGER booking_update_notifies
AFTER UPDATE OF start_ts, duration, state, hosts, events, metadata ON bookings
WHEN NEW.state <> 'cancelled' AND (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration
  OR NEW.state <> OLD.state OR NEW.hosts <> OLD.hosts OR NEW.events <> OLD.events OR NEW.metadata <> OLD.metadata)
  AND (NEW.expires_at IS NULL OR NEW.expires_at > unixepoch('subsec') * 1000)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'booking.updated', r.json FROM webhooks w CROSS JOIN booking_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"booking.updated"'));
END;
CREATE TRIGGER booking_cancel_notifies AFTER UPDATE OF state ON bookings
WHEN NEW.state = 'cancelled' AND OLD.state <> 'cancelled'
  AND (OLD.expires_at IS NULL OR OLD.expires_at > unixepoch('subsec') * 1000)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'booking.cancelled', r.json FROM webhooks w CROSS JOIN booking_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"booking.cancelled"'));
END;

-- Reminders.

CREATE TRIGGER event_insert_sets_reminder AFTER INSERT ON events WHEN NEW.reminders <> '[]'
BEGIN
  INSERT INTO reminders (event, since, due, change_token)
  SELECT NEW.seq, NEW.updated, NEW.updated, random() & 0xffffffffffff
  FROM webhooks WHERE account_id = NEW.account_id AND url IS NOT NULL;
END;
-- An event that moves loses the reminders of its former times. Any other change keeps those that are due.
CREATE TRIGGER event_update_sets_reminder
AFTER UPDATE OF start_ts, duration, recurrence, exdates, reminders, expires_at ON events
WHEN (NEW.reminders <> '[]' OR OLD.reminders <> '[]') AND (NEW.start_ts <> OLD.start_ts
  OR NEW.duration <> OLD.duration OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates
  OR NEW.reminders <> OLD.reminders OR NEW.expires_at IS NOT OLD.expires_at)
BEGIN
  DELETE FROM reminders WHERE event = NEW.seq AND (NEW.reminders = '[]'
    OR NEW.start_ts <> OLD.start_ts OR NEW.recurrence IS NOT OLD.recurrence);
  INSERT INTO reminders (event, since, due, change_token)
  SELECT NEW.seq, NEW.updated, NEW.updated, random() & 0xffffffffffff
  FROM webhooks WHERE account_id = NEW.account_id AND url IS NOT NULL AND NEW.reminders <> '[]'
  ON CONFLICT (event) DO UPDATE SET since = max(since, min(due, excluded.due)), due = min(due, excluded.due),
    change_token = random() & 0xffffffffffff,
    stamp = random() & 0xffffffffffff;
END;
CREATE TRIGGER calendar_update_sets_reminders AFTER UPDATE OF timezone, week_start ON calendars
WHEN (NEW.timezone <> OLD.timezone OR NEW.week_start <> OLD.week_start)
  AND EXISTS (SELECT 1 FROM webhooks WHERE account_id = NEW.account_id AND url IS NOT NULL)
BEGIN
  UPDATE reminders SET
    since = max(since, min(due, CAST(unixepoch('subsec') * 1000 AS INTEGER))),
    due = min(due, CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    change_token = random() & 0xffffffffffff,
    stamp = random() & 0xffffffffffff
  WHERE event IN (SELECT seq FROM events WHERE account_id = NEW.account_id AND calendar_id = NEW.id);
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
UPDATE accounts SET nearest = 1 WHERE reads_replica = 1;
UPDATE api_keys SET nearest = 1 WHERE reads_replica = 1;
UPDATE signing_keys SET nearest = 1 WHERE reads_replica = 1;
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
UPDATE webhooks SET filed = backfilled_to WHERE backfilled_to IS NOT NULL;
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
