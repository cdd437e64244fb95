-- A booking keeps what it was made as, so that no later change of its service changes what it is. Only the seats of a group
-- share a session, so only they have a row in `sessions`; the events of any other booking follow it directly.

DROP TRIGGER booking_insert_joins_session;
DROP TRIGGER booking_update_joins_session;
DROP TRIGGER booking_delete_leaves_session;
DROP TRIGGER session_update_updates_events;
DROP TRIGGER session_delete_deletes_events;
DROP TRIGGER event_delete_cancels_session;

ALTER TABLE bookings ADD COLUMN seats INTEGER; -- the seats of the group; NULL: the booking was made alone

UPDATE bookings SET seats = coalesce(
  (SELECT multi_person ->> 'data' FROM services
    WHERE account_id = bookings.account_id AND id = bookings.service_id AND multi_person ->> 'variant' = 'group'),
  (SELECT nullif(count(*), 1) FROM bookings other
    WHERE other.account_id = bookings.account_id AND other.session = bookings.session AND other.state <> 'cancelled'))
WHERE session IS NOT NULL AND state <> 'cancelled';

DELETE FROM sessions WHERE NOT EXISTS (
  SELECT 1 FROM bookings
  WHERE account_id = sessions.account_id AND session = sessions.id AND state <> 'cancelled' AND seats IS NOT NULL);

-- Seats may have been booked with different hosts: then each event lasts as long as the bookings that have it.
ALTER TABLE sessions ADD COLUMN hosts TEXT; -- those of the first seat, in JSON
ALTER TABLE sessions ADD COLUMN mixed INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET hosts = (SELECT min(hosts) FROM bookings
    WHERE account_id = sessions.account_id AND session = sessions.id AND state <> 'cancelled'),
  mixed = (SELECT min(hosts) <> max(hosts) FROM bookings
    WHERE account_id = sessions.account_id AND session = sessions.id AND state <> 'cancelled');

-- They stand before the triggers of `sessions`, because SQLite fires the newest first.
CREATE TRIGGER booking_insert_settles_events AFTER INSERT ON bookings
WHEN EXISTS (SELECT 1 FROM sessions WHERE account_id = NEW.account_id AND id = NEW.session AND mixed)
BEGIN
  UPDATE events SET expires_at = (
    SELECT CASE WHEN count(*) = count(b.expires_at) THEN max(b.expires_at) END FROM bookings b WHERE b.account_id = events.account_id
      AND b.session = events.session AND b.state <> 'cancelled' AND instr(b.events, events.id))
  WHERE account_id = NEW.account_id AND session = NEW.session;
END;
CREATE TRIGGER booking_update_settles_events AFTER UPDATE OF state, session, expires_at ON bookings
WHEN (NEW.state <> OLD.state OR NEW.session IS NOT OLD.session OR NEW.expires_at IS NOT OLD.expires_at)
  AND EXISTS (SELECT 1 FROM sessions WHERE account_id = NEW.account_id AND id IN (OLD.session, NEW.session) AND mixed)
BEGIN
  DELETE FROM events WHERE account_id = OLD.account_id AND session = OLD.session AND NOT EXISTS (
    SELECT 1 FROM bookings b WHERE b.account_id = events.account_id AND b.session = events.session
      AND b.state <> 'cancelled' AND instr(b.events, events.id));
  UPDATE events SET expires_at = (
    SELECT CASE WHEN count(*) = count(b.expires_at) THEN max(b.expires_at) END FROM bookings b WHERE b.account_id = events.account_id
      AND b.session = events.session AND b.state <> 'cancelled' AND instr(b.events, events.id))
  WHERE account_id = NEW.account_id AND session IN (OLD.session, NEW.session);
END;
CREATE TRIGGER booking_delete_settles_events AFTER DELETE ON bookings
WHEN EXISTS (SELECT 1 FROM sessions WHERE account_id = OLD.account_id AND id = OLD.session AND mixed)
BEGIN
  DELETE FROM events WHERE account_id = OLD.account_id AND session = OLD.session AND NOT EXISTS (
    SELECT 1 FROM bookings b WHERE b.account_id = events.account_id AND b.session = events.session
      AND b.state <> 'cancelled' AND instr(b.events, events.id));
  UPDATE events SET expires_at = (
    SELECT CASE WHEN count(*) = count(b.expires_at) THEN max(b.expires_at) END FROM bookings b WHERE b.account_id = events.account_id
      AND b.session = events.session AND b.state <> 'cancelled' AND instr(b.events, events.id))
  WHERE account_id = OLD.account_id AND session = OLD.session;
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
    SELECT 1 FROM bookings WHERE account_id = OLD.account_id AND session = OLD.session AND state <> 'cancelled');
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
    SELECT max(expires_at) FROM bookings
    WHERE account_id = OLD.account_id AND session = sessions.id AND state <> 'cancelled')
  WHERE account_id = OLD.account_id AND id IN (OLD.session, NEW.session) AND confirmed = 0;
END;
CREATE TRIGGER booking_delete_leaves_session AFTER DELETE ON bookings
WHEN OLD.seats IS NOT NULL AND OLD.session IS NOT NULL AND OLD.state <> 'cancelled'
BEGIN
  DELETE FROM sessions WHERE account_id = OLD.account_id AND id = OLD.session AND NOT EXISTS (
    SELECT 1 FROM bookings WHERE account_id = OLD.account_id AND session = OLD.session AND state <> 'cancelled');
  UPDATE sessions SET confirmed = confirmed - 1
  WHERE account_id = OLD.account_id AND id = OLD.session AND OLD.state = 'confirmed';
END;
CREATE TRIGGER session_update_updates_events AFTER UPDATE OF expires_at ON sessions
WHEN NEW.expires_at IS NOT OLD.expires_at AND NOT NEW.mixed
BEGIN
  UPDATE events SET expires_at = NEW.expires_at WHERE account_id = NEW.account_id AND session = NEW.id;
END;
CREATE TRIGGER session_delete_deletes_events AFTER DELETE ON sessions
BEGIN
  DELETE FROM events WHERE account_id = OLD.account_id AND session = OLD.id;
END;
-- A session exists while the events of its bookings do. Up to twenty bookings are cancelled at once.
CREATE TRIGGER event_delete_cancels_session AFTER DELETE ON events
WHEN OLD.session IS NOT NULL AND NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.service_id)
  AND NOT EXISTS (SELECT 1 FROM sessions WHERE account_id = OLD.account_id AND id = OLD.session AND mixed)
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
CREATE TRIGGER event_delete_cancels_seats AFTER DELETE ON events
WHEN EXISTS (SELECT 1 FROM sessions WHERE account_id = OLD.account_id AND id = OLD.session AND mixed)
  AND NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.service_id)
BEGIN
  UPDATE bookings SET state = 'cancelled', version = version + 1, updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND session = OLD.session AND state <> 'cancelled' AND instr(events, OLD.id);
END;
-- The events of a booking that was made alone.
CREATE TRIGGER booking_update_updates_events AFTER UPDATE OF state, expires_at ON bookings
WHEN NEW.seats IS NULL AND NEW.session IS NOT NULL AND OLD.state <> 'cancelled'
  AND (NEW.state = 'cancelled' OR NEW.expires_at IS NOT OLD.expires_at)
BEGIN
  DELETE FROM events WHERE account_id = NEW.account_id AND session = NEW.session AND NEW.state = 'cancelled';
  UPDATE events SET expires_at = NEW.expires_at
  WHERE account_id = NEW.account_id AND session = NEW.session AND expires_at IS NOT NEW.expires_at;
END;
CREATE TRIGGER booking_delete_deletes_events AFTER DELETE ON bookings
WHEN OLD.seats IS NULL AND OLD.session IS NOT NULL AND OLD.state <> 'cancelled'
BEGIN
  DELETE FROM events WHERE account_id = OLD.account_id AND session = OLD.session;
END;
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
