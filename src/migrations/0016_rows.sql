-- Fewer rows written.

DROP TRIGGER event_insert_raises_revision;
DROP TRIGGER event_update_raises_revision;
DROP TRIGGER event_delete_raises_revision;
DROP TRIGGER user_delete_counts;
ALTER TABLE users DROP COLUMN events_counted;
ALTER TABLE users DROP COLUMN events_step;

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
CREATE TRIGGER event_delete_keeps_count AFTER DELETE ON events
BEGIN
  UPDATE users SET events = events + rest.more
  FROM (SELECT coalesce(max(CASE WHEN seq > OLD.seq THEN -1 ELSE OLD.nth - nth - 1 END), OLD.nth - 1) AS more
    FROM (SELECT seq, nth FROM events e INDEXED BY events_of_user
      WHERE e.account_id = OLD.account_id AND e.user_id = OLD.user_id ORDER BY e.seq DESC LIMIT 1)) rest
  WHERE account_id = OLD.account_id AND id = OLD.user_id AND rest.more <> 0;
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

-- The previous release decides on hosts only, so nobody else's events raise a revision.
CREATE TRIGGER event_insert_raises_revision AFTER INSERT ON events
WHEN EXISTS (SELECT 1 FROM service_users WHERE account_id = NEW.account_id AND user_id = NEW.user_id)
BEGIN
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER event_update_raises_revision
AFTER UPDATE OF start_ts, duration, busy, recurrence, exdates, service_id, expires_at ON events
WHEN (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration OR NEW.busy <> OLD.busy
  OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates
  OR NEW.service_id IS NOT OLD.service_id OR NEW.expires_at IS NOT OLD.expires_at)
  AND EXISTS (SELECT 1 FROM service_users WHERE account_id = NEW.account_id AND user_id = NEW.user_id)
BEGIN
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = NEW.account_id AND id = NEW.user_id;
END;
CREATE TRIGGER event_delete_raises_revision AFTER DELETE ON events
WHEN EXISTS (SELECT 1 FROM service_users WHERE account_id = OLD.account_id AND user_id = OLD.user_id)
BEGIN
  UPDATE users SET availability_revision = availability_revision + 1
  WHERE account_id = OLD.account_id AND id = OLD.user_id;
END;

-- A booking that was made alone has its own id as its session, and so has its first event: both are found by it, and are
-- in no index of sessions. These two find all of a session.
DROP INDEX bookings_of_session;
CREATE INDEX bookings_of_session ON bookings (account_id, session, expires_at) WHERE session <> id AND state <> 'cancelled';
DROP INDEX events_of_session;
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

DROP TRIGGER event_update_moves_session;
DROP TRIGGER booking_insert_settles_events;
DROP TRIGGER booking_update_settles_events;
DROP TRIGGER booking_delete_settles_events;
DROP TRIGGER booking_insert_joins_session;
DROP TRIGGER booking_update_joins_session;
DROP TRIGGER booking_delete_leaves_session;
DROP TRIGGER session_update_updates_events;
DROP TRIGGER session_delete_deletes_events;
DROP TRIGGER event_delete_cancels_session;
DROP TRIGGER event_delete_cancels_seats;
DROP TRIGGER booking_update_updates_events;
DROP TRIGGER booking_delete_deletes_events;
DROP TRIGGER service_delete_cancels_bookings;

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
