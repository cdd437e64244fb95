-- Deletes are marks: a row in `removals`, with which the resource and all that belongs to it is gone for every caller. The
-- release before this one deletes rows as before, and sees what is removed for as long as a deploy takes.

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

DROP TRIGGER user_delete_notifies;
DROP TRIGGER user_delete_cancels_bookings;
DROP TRIGGER calendar_delete_notifies;
DROP TRIGGER schedule_delete_notifies;
DROP TRIGGER event_delete_notifies;
DROP TRIGGER service_delete_notifies;
DROP TRIGGER service_delete_cancels_bookings;
DROP TRIGGER host_update_notifies;
DROP TRIGGER host_delete_notifies;
DROP TRIGGER host_delete_raises_revision;

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

CREATE TRIGGER event_delete_notifies BEFORE DELETE ON events
WHEN (OLD.expires_at IS NULL OR OLD.expires_at > unixepoch('subsec') * 1000)
  AND NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id IN (OLD.calendar_id, OLD.user_id))
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'event.deleted', r.json FROM webhooks w CROSS JOIN event_json r ON r.seq = OLD.seq
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"event.deleted"'))
    AND EXISTS (SELECT 1 FROM calendars WHERE account_id = OLD.account_id AND id = OLD.calendar_id);
END;

CREATE TRIGGER service_delete_notifies BEFORE DELETE ON services
WHEN NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.id)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'service.deleted', r.json FROM webhooks w CROSS JOIN service_json r ON r.seq = OLD.seq
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.deleted"'));
END;

-- The events of a deleted service stay, and their users stay busy.
CREATE TRIGGER service_delete_cancels_bookings AFTER DELETE ON services
WHEN NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.id)
BEGIN
  UPDATE events SET session = NULL WHERE account_id = OLD.account_id AND session IN (
    SELECT session FROM bookings WHERE account_id = OLD.account_id AND service_id = OLD.id AND session IS NOT NULL);
  UPDATE bookings SET state = 'cancelled', session = NULL, version = version + 1,
    updated = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE account_id = OLD.account_id AND service_id = OLD.id AND session IS NOT NULL;
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
