-- Versions for entity tags, what lists go by, safe retries, and preconditions.
-- A new column has a constant default, so that no row is rewritten, however large the table.

ALTER TABLE accounts ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signing_keys ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calendars ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE schedules ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE services ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE service_users ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE bookings ADD COLUMN version INTEGER NOT NULL DEFAULT 0;

CREATE INDEX IF NOT EXISTS users_of_account ON users (account_id);
CREATE INDEX IF NOT EXISTS events_of_user ON events (account_id, user_id);
CREATE INDEX IF NOT EXISTS services_of_account ON services (account_id);

-- These raise versions now.
DROP TRIGGER IF EXISTS schedule_leaves_hosts;
CREATE TRIGGER schedule_leaves_hosts AFTER DELETE ON schedules
BEGIN
  UPDATE service_users SET schedule_id = NULL, version = version + 1
  WHERE account_id = OLD.account_id AND user_id = OLD.user_id AND schedule_id = OLD.id;
END;
DROP TRIGGER IF EXISTS calendar_leaves_hosts;
CREATE TRIGGER calendar_leaves_hosts AFTER DELETE ON calendars
BEGIN
  UPDATE service_users SET
    calendar_id = nullif(calendar_id, OLD.id),
    booking_calendar_id = nullif(booking_calendar_id, OLD.id),
    busy = (SELECT json_group_array(value) FROM json_each(busy) WHERE value <> OLD.id),
    version = version + 1
  WHERE account_id = OLD.account_id AND user_id = OLD.user_id
    AND (calendar_id = OLD.id OR booking_calendar_id = OLD.id OR instr(busy, OLD.id));
END;
DROP TRIGGER IF EXISTS event_ends_bookings;
CREATE TRIGGER event_ends_bookings AFTER DELETE ON events WHEN OLD.session IS NOT NULL
BEGIN
  UPDATE bookings SET state = 'cancelled', version = version + 1, updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND session = OLD.session AND state <> 'cancelled';
END;
DROP TRIGGER IF EXISTS event_moves_bookings;
CREATE TRIGGER event_moves_bookings AFTER UPDATE OF start_ts, duration ON events
WHEN NEW.session IS NOT NULL AND (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration)
BEGIN
  UPDATE bookings SET start_ts = NEW.start_ts, duration = NEW.duration, updated = NEW.updated, version = version + 1
  WHERE account_id = NEW.account_id AND session = NEW.session AND state <> 'cancelled'
    AND (start_ts <> NEW.start_ts OR duration <> NEW.duration);
END;
DROP TRIGGER IF EXISTS user_ends_bookings;
CREATE TRIGGER user_ends_bookings AFTER DELETE ON users
BEGIN
  UPDATE bookings SET state = 'cancelled', version = version + 1, updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND booked_by = OLD.id AND state <> 'cancelled';
END;
DROP TRIGGER IF EXISTS service_ends_bookings;
CREATE TRIGGER service_ends_bookings AFTER DELETE ON services
BEGIN
  UPDATE events SET session = NULL WHERE account_id = OLD.account_id AND session IN (
    SELECT session FROM bookings WHERE account_id = OLD.account_id AND service_id = OLD.id AND session IS NOT NULL);
  UPDATE bookings SET state = 'cancelled', session = NULL, version = version + 1, updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND service_id = OLD.id AND session IS NOT NULL;
END;
DROP TRIGGER IF EXISTS host_insert_raises;
CREATE TRIGGER host_insert_raises AFTER INSERT ON service_users
BEGIN
  UPDATE services SET revision = revision + 1, version = version + 1 WHERE account_id = NEW.account_id AND id = NEW.service_id;
  UPDATE users SET agenda = agenda + 1 WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
DROP TRIGGER IF EXISTS host_update_raises;
CREATE TRIGGER host_update_raises AFTER UPDATE ON service_users
BEGIN
  UPDATE services SET revision = revision + 1, version = version + (NEW.version <> OLD.version) WHERE account_id = NEW.account_id AND id = NEW.service_id;
  UPDATE users SET agenda = agenda + 1 WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
DROP TRIGGER IF EXISTS host_delete_raises;
CREATE TRIGGER host_delete_raises AFTER DELETE ON service_users
BEGIN
  UPDATE services SET revision = revision + 1, version = version + 1 WHERE account_id = OLD.account_id AND id = OLD.service_id;
  UPDATE users SET agenda = agenda + 1 WHERE account_id = OLD.account_id AND id = OLD.user_id;
END;

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

CREATE TABLE IF NOT EXISTS remembered (
  account_id TEXT NOT NULL,
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  request TEXT NOT NULL, -- SHA-256 of the path and the body
  answer TEXT NOT NULL, -- JSON; sealed where it holds a secret
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, caller, key)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS user_is_forgotten AFTER DELETE ON users
BEGIN
  DELETE FROM remembered WHERE account_id = OLD.account_id AND caller = OLD.id;
END;

CREATE TABLE IF NOT EXISTS refused (
  held INTEGER NOT NULL CONSTRAINT precondition_failed CHECK (held)
) STRICT;

CREATE TABLE IF NOT EXISTS secrets (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO secrets VALUES ('cursors', hex(randomblob(32))) ON CONFLICT DO NOTHING;

-- For the Worker of the first release, which knows of no versions, and runs beside the next one while that is deployed:
-- what it changes is another version too. The release after the next drops them.
CREATE TRIGGER IF NOT EXISTS account_update_by_release_1 AFTER UPDATE OF public_freebusy, public_booking ON accounts
WHEN NEW.version = OLD.version
  AND (NEW.public_freebusy, NEW.public_booking) IS NOT (OLD.public_freebusy, OLD.public_booking)
BEGIN
  UPDATE accounts SET version = version + 1 WHERE id = NEW.id;
END;
CREATE TRIGGER IF NOT EXISTS signing_key_update_by_release_1 AFTER UPDATE OF state, retires_at ON signing_keys
WHEN NEW.version = OLD.version AND (NEW.state, NEW.retires_at) IS NOT (OLD.state, OLD.retires_at)
BEGIN
  UPDATE signing_keys SET version = version + 1 WHERE seq = NEW.seq;
END;
CREATE TRIGGER IF NOT EXISTS user_update_by_release_1 AFTER UPDATE OF metadata, not_before ON users
WHEN NEW.version = OLD.version AND (NEW.metadata, NEW.not_before) IS NOT (OLD.metadata, OLD.not_before)
BEGIN
  UPDATE users SET version = version + 1 WHERE seq = NEW.seq;
END;
CREATE TRIGGER IF NOT EXISTS calendar_update_by_release_1 AFTER UPDATE OF timezone, week_start, metadata ON calendars
WHEN NEW.version = OLD.version AND (
  NEW.timezone, NEW.week_start, NEW.metadata
) IS NOT (
  OLD.timezone, OLD.week_start, OLD.metadata)
BEGIN
  UPDATE calendars SET version = version + 1 WHERE seq = NEW.seq;
END;
CREATE TRIGGER IF NOT EXISTS event_update_by_release_1
AFTER UPDATE OF start_ts, duration, busy, recurrence, exdates, reminders, metadata, updated ON events
WHEN NEW.version = OLD.version AND (
  NEW.start_ts, NEW.duration, NEW.busy, NEW.recurrence, NEW.exdates, NEW.reminders, NEW.metadata, NEW.updated
) IS NOT (
  OLD.start_ts, OLD.duration, OLD.busy, OLD.recurrence, OLD.exdates, OLD.reminders, OLD.metadata, OLD.updated)
BEGIN
  UPDATE events SET version = version + 1 WHERE seq = NEW.seq;
END;
CREATE TRIGGER IF NOT EXISTS schedule_update_by_release_1 AFTER UPDATE OF timezone, rules, metadata ON schedules
WHEN NEW.version = OLD.version AND (
  NEW.timezone, NEW.rules, NEW.metadata
) IS NOT (
  OLD.timezone, OLD.rules, OLD.metadata)
BEGIN
  UPDATE schedules SET version = version + 1 WHERE seq = NEW.seq;
END;
CREATE TRIGGER IF NOT EXISTS service_update_by_release_1 AFTER UPDATE OF multi_person, metadata ON services
WHEN NEW.version = OLD.version AND (NEW.multi_person, NEW.metadata) IS NOT (OLD.multi_person, OLD.metadata)
BEGIN
  UPDATE services SET version = version + 1 WHERE seq = NEW.seq;
END;
CREATE TRIGGER IF NOT EXISTS host_update_by_release_1
AFTER UPDATE OF schedule_id, calendar_id, buffer_before, buffer_after, closest, furthest, booking_calendar_id, busy ON service_users
WHEN NEW.version = OLD.version AND (
  NEW.schedule_id, NEW.calendar_id, NEW.buffer_before, NEW.buffer_after, NEW.closest, NEW.furthest, NEW.booking_calendar_id, NEW.busy
) IS NOT (
  OLD.schedule_id, OLD.calendar_id, OLD.buffer_before, OLD.buffer_after, OLD.closest, OLD.furthest, OLD.booking_calendar_id, OLD.busy)
BEGIN
  UPDATE service_users SET version = version + 1 WHERE seq = NEW.seq;
END;
CREATE TRIGGER IF NOT EXISTS booking_update_by_release_1
AFTER UPDATE OF start_ts, duration, state, expires_at, hosts, events, metadata, updated ON bookings
WHEN NEW.version = OLD.version AND (
  NEW.start_ts, NEW.duration, NEW.state, NEW.expires_at, NEW.hosts, NEW.events, NEW.metadata, NEW.updated
) IS NOT (
  OLD.start_ts, OLD.duration, OLD.state, OLD.expires_at, OLD.hosts, OLD.events, OLD.metadata, OLD.updated)
BEGIN
  UPDATE bookings SET version = version + 1 WHERE seq = NEW.seq;
END;
