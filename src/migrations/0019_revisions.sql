-- Bookings and their events no longer raise the revisions of their hosts.

DROP TRIGGER event_insert_raises_revision;
DROP TRIGGER event_update_raises_revision;
DROP TRIGGER event_delete_raises_revision;

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
