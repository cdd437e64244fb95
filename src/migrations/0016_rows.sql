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
