-- What is over goes away in steps, and `walks` keeps how far a run has come. A session has a row that counts its bookings, so
-- that a booking reads and writes as much in a full group as in an empty one. A service that distributes bookings equally
-- counts those of each host.

ALTER TABLE accounts ADD COLUMN keep_cancelled_days INTEGER NOT NULL DEFAULT 365;

CREATE TABLE walks (
  name TEXT NOT NULL PRIMARY KEY,
  position TEXT, -- JSON
  started_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE TABLE cancellations (
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  session TEXT NOT NULL,
  cancelled_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, session)
) STRICT, WITHOUT ROWID;

INSERT INTO sessions (account_id, id, service_id, start_ts, duration, confirmed, expires_at)
SELECT account_id, session, service_id, start_ts, duration, count(*) FILTER (WHERE state = 'confirmed'),
  CASE WHEN count(*) = count(expires_at) THEN max(expires_at) END
FROM bookings WHERE session IS NOT NULL AND state <> 'cancelled' GROUP BY account_id, session;

DROP INDEX bookings_of_session;
CREATE INDEX bookings_of_session ON bookings (account_id, session, expires_at)
  WHERE session IS NOT NULL AND state <> 'cancelled';

DROP INDEX events_in_time;
CREATE INDEX events_in_time ON events (account_id, calendar_id, busy, expires_at, length_class, start_ts);
DROP INDEX events_booked;
CREATE INDEX events_booked ON events (account_id, user_id, expires_at, length_class, start_ts)
  WHERE service_id IS NOT NULL;
DROP INDEX events_of_service;
CREATE INDEX events_of_service ON events (account_id, service_id, user_id, (session IS NULL), expires_at, created)
  WHERE service_id IS NOT NULL;

DROP TRIGGER booking_insert_updates_events;
DROP TRIGGER booking_update_updates_events;
DROP TRIGGER event_delete_cancels_bookings;
DROP TRIGGER event_update_moves_bookings;
DROP TRIGGER host_update_raises_revision;

-- Sessions: the seats that are booked, and the events that stand for them.
--
-- A booking that joins or leaves a group changes no event, so these triggers also raise the revision of its service.
CREATE TRIGGER booking_insert_joins_session AFTER INSERT ON bookings
WHEN NEW.session IS NOT NULL AND NEW.state <> 'cancelled'
BEGIN
  INSERT INTO sessions (account_id, id, service_id, start_ts, duration, confirmed, expires_at)
  VALUES (NEW.account_id, NEW.session, NEW.service_id, NEW.start_ts, NEW.duration, NEW.state = 'confirmed', NEW.expires_at)
  ON CONFLICT DO UPDATE SET confirmed = confirmed + excluded.confirmed,
    expires_at = CASE WHEN confirmed + excluded.confirmed = 0 THEN max(expires_at, excluded.expires_at) END;
  UPDATE services SET revision = revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.service_id AND multi_person ->> 'variant' = 'group';
END;
CREATE TRIGGER booking_update_joins_session AFTER UPDATE OF state, session, expires_at ON bookings
WHEN NEW.state <> OLD.state OR NEW.session IS NOT OLD.session OR NEW.expires_at IS NOT OLD.expires_at
BEGIN
  DELETE FROM sessions WHERE account_id = OLD.account_id AND id = OLD.session AND NOT EXISTS (
    SELECT 1 FROM bookings WHERE account_id = OLD.account_id AND session = OLD.session AND state <> 'cancelled');
  UPDATE sessions SET confirmed = confirmed - 1
  WHERE account_id = OLD.account_id AND id = OLD.session AND OLD.state = 'confirmed'
    AND (NEW.state <> 'confirmed' OR NEW.session IS NOT OLD.session);
  INSERT INTO sessions (account_id, id, service_id, start_ts, duration, confirmed, expires_at)
  SELECT NEW.account_id, NEW.session, NEW.service_id, NEW.start_ts, NEW.duration, NEW.state = 'confirmed', NEW.expires_at
  WHERE NEW.session IS NOT NULL AND NEW.state <> 'cancelled'
    AND (NEW.session IS NOT OLD.session OR NEW.state <> OLD.state)
  ON CONFLICT DO UPDATE SET confirmed = confirmed + excluded.confirmed,
    expires_at = CASE WHEN confirmed + excluded.confirmed = 0 THEN expires_at END;
  UPDATE sessions SET expires_at = (
    SELECT max(expires_at) FROM bookings
    WHERE account_id = OLD.account_id AND session = sessions.id AND state <> 'cancelled')
  WHERE account_id = OLD.account_id AND id IN (OLD.session, NEW.session) AND confirmed = 0;
  UPDATE services SET revision = revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.service_id AND multi_person ->> 'variant' = 'group';
END;
CREATE TRIGGER booking_delete_leaves_session AFTER DELETE ON bookings
WHEN OLD.session IS NOT NULL AND OLD.state <> 'cancelled'
BEGIN
  DELETE FROM sessions WHERE account_id = OLD.account_id AND id = OLD.session AND NOT EXISTS (
    SELECT 1 FROM bookings WHERE account_id = OLD.account_id AND session = OLD.session AND state <> 'cancelled');
  UPDATE sessions SET confirmed = confirmed - 1
  WHERE account_id = OLD.account_id AND id = OLD.session AND OLD.state = 'confirmed';
END;
CREATE TRIGGER session_update_updates_events AFTER UPDATE OF expires_at ON sessions
WHEN NEW.expires_at IS NOT OLD.expires_at
BEGIN
  UPDATE events SET expires_at = NEW.expires_at WHERE account_id = NEW.account_id AND session = NEW.id;
END;
CREATE TRIGGER session_delete_deletes_events AFTER DELETE ON sessions
BEGIN
  DELETE FROM events WHERE account_id = OLD.account_id AND session = OLD.id;
END;
-- A session exists while all of its events do. Up to twenty bookings are cancelled at once.
CREATE TRIGGER event_delete_cancels_session AFTER DELETE ON events
WHEN OLD.session IS NOT NULL AND NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.service_id)
BEGIN
  UPDATE bookings SET state = 'cancelled', version = version + 1, updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE seq IN (SELECT seq FROM bookings
    WHERE account_id = OLD.account_id AND session = OLD.session AND state <> 'cancelled' LIMIT 20);
  INSERT INTO cancellations (account_id, session, cancelled_at)
  SELECT id, OLD.session, CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM accounts WHERE id = OLD.account_id AND EXISTS (
    SELECT 1 FROM bookings WHERE account_id = OLD.account_id AND session = OLD.session AND state <> 'cancelled')
  ON CONFLICT DO NOTHING;
  DELETE FROM sessions WHERE account_id = OLD.account_id AND id = OLD.session;
END;
CREATE TRIGGER event_update_moves_session AFTER UPDATE OF start_ts, duration ON events
WHEN NEW.session IS NOT NULL AND (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration)
  AND NOT EXISTS (SELECT 1 FROM removals WHERE account_id = NEW.account_id AND id = NEW.service_id)
BEGIN
  UPDATE sessions SET start_ts = NEW.start_ts, duration = NEW.duration
  WHERE account_id = NEW.account_id AND id = NEW.session AND (start_ts <> NEW.start_ts OR duration <> NEW.duration);
  UPDATE bookings SET start_ts = NEW.start_ts, duration = NEW.duration, updated = NEW.updated, version = version + 1
  WHERE account_id = NEW.account_id AND session = NEW.session AND state <> 'cancelled'
    AND (start_ts <> NEW.start_ts OR duration <> NEW.duration);
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

-- Starts the counts of the services that there are.
UPDATE service_users SET booked_from = CAST(unixepoch('subsec') * 1000 AS INTEGER) - 2592000000 WHERE EXISTS (
  SELECT 1 FROM services s WHERE s.account_id = service_users.account_id AND s.id = service_users.service_id
    AND s.multi_person ->> 'data' IS 'equalDistribution');
