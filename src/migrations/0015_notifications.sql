-- Notifications say the version of the resource, and updates what they changed. Bookings that are held, confirmed and moved have
-- types of their own. The previous release reads of a notification only what it knows.

DROP VIEW user_json;
CREATE VIEW user_json AS
SELECT seq, json_object('id', id, 'metadata', metadata, 'version', version) AS json FROM users;
DROP VIEW calendar_json;
CREATE VIEW calendar_json AS
SELECT seq, json_object('id', id, 'user_id', user_id, 'timezone', timezone, 'week_start', week_start,
  'metadata', metadata, 'version', version) AS json
FROM calendars;
DROP VIEW event_json;
CREATE VIEW event_json AS
SELECT seq, account_id, reminders, json_object('id', id, 'calendar_id', calendar_id, 'user_id', user_id,
  'start_ts', start_ts, 'duration', duration, 'busy', busy, 'recurrence', recurrence, 'exdates', exdates,
  'reminders', reminders, 'metadata', metadata, 'created', created, 'updated', updated, 'version', version) AS json
FROM events;
DROP VIEW schedule_json;
CREATE VIEW schedule_json AS
SELECT seq, json_object('id', id, 'user_id', user_id, 'timezone', timezone, 'rules', rules,
  'metadata', metadata, 'version', version) AS json
FROM schedules;
DROP VIEW service_json;
CREATE VIEW service_json AS
SELECT seq, account_id, id, json_object('id', id, 'multi_person', multi_person, 'metadata', metadata, 'version', version) AS json
FROM services;
DROP VIEW booking_json;
CREATE VIEW booking_json AS
SELECT seq, json_object('id', id, 'service_id', service_id, 'start_ts', start_ts, 'duration', duration,
  'state', state, 'expires_at', expires_at, 'hosts', hosts, 'events', events, 'booked_by', booked_by,
  'metadata', metadata, 'created', created, 'updated', updated, 'version', version) AS json
FROM bookings;

DROP TRIGGER host_insert_raises_revision;
DROP TRIGGER user_update_notifies;
DROP TRIGGER calendar_update_notifies;
DROP TRIGGER event_update_notifies;
DROP TRIGGER schedule_update_notifies;
DROP TRIGGER service_update_notifies;
DROP TRIGGER booking_insert_notifies;
DROP TRIGGER booking_update_notifies;
DROP TRIGGER booking_cancel_notifies;

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
  SELECT w.account_id, 'calendar.updated', json_set(r.json, '$.previous', json((SELECT json_group_object(key, value) FROM (
    SELECT key, value FROM json_each(json_object('timezone', OLD.timezone, 'week_start', OLD.week_start, 'metadata', OLD.metadata))
    EXCEPT SELECT key, value FROM json_each(r.json)))))
  FROM webhooks w CROSS JOIN calendar_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"calendar.updated"'));
END;

CREATE TRIGGER event_update_notifies
AFTER UPDATE OF start_ts, duration, busy, recurrence, exdates, reminders, metadata ON events
WHEN (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration OR NEW.busy <> OLD.busy
  OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates OR NEW.reminders <> OLD.reminders
  OR NEW.metadata <> OLD.metadata)
  AND (NEW.expires_at IS NULL OR NEW.expires_at > unixepoch('subsec') * 1000)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'event.updated', json_set(r.json, '$.previous', json((SELECT json_group_object(key, value) FROM (
    SELECT key, value FROM json_each(json_object('start_ts', OLD.start_ts, 'duration', OLD.duration, 'busy', OLD.busy, 'recurrence', OLD.recurrence, 'exdates', OLD.exdates, 'reminders', OLD.reminders, 'metadata', OLD.metadata))
    EXCEPT SELECT key, value FROM json_each(r.json)))))
  FROM webhooks w CROSS JOIN event_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"event.updated"'));
END;

CREATE TRIGGER schedule_update_notifies AFTER UPDATE OF timezone, rules, metadata ON schedules
WHEN NEW.timezone <> OLD.timezone OR NEW.rules <> OLD.rules OR NEW.metadata <> OLD.metadata
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'schedule.updated', json_set(r.json, '$.previous', json((SELECT json_group_object(key, value) FROM (
    SELECT key, value FROM json_each(json_object('timezone', OLD.timezone, 'rules', OLD.rules, 'metadata', OLD.metadata))
    EXCEPT SELECT key, value FROM json_each(r.json)))))
  FROM webhooks w CROSS JOIN schedule_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"schedule.updated"'));
END;

CREATE TRIGGER service_update_notifies AFTER UPDATE OF multi_person, metadata ON services
WHEN NEW.multi_person <> OLD.multi_person OR NEW.metadata <> OLD.metadata
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'service.updated', json_set(r.json, '$.previous', json((SELECT json_group_object(key, value) FROM (
    SELECT key, value FROM json_each(json_object('multi_person', OLD.multi_person, 'metadata', OLD.metadata))
    EXCEPT SELECT key, value FROM json_each(r.json)))))
  FROM webhooks w CROSS JOIN service_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"service.updated"'));
END;

-- A booking begins held or confirmed, which has a type of its own beside `booking.created`.
CREATE TRIGGER booking_insert_notifies AFTER INSERT ON bookings WHEN NEW.state <> 'cancelled'
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, t.value, r.json FROM webhooks w CROSS JOIN booking_json r ON r.seq = NEW.seq
  CROSS JOIN json_each(json_array('booking.created', 'booking.' || NEW.state)) t
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"' || t.value || '"'));
END;

CREATE TRIGGER booking_update_notifies
AFTER UPDATE OF start_ts, duration, state, hosts, events, metadata ON bookings
WHEN NEW.state <> 'cancelled' AND (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration
  OR NEW.state <> OLD.state OR NEW.hosts <> OLD.hosts OR NEW.events <> OLD.events OR NEW.metadata <> OLD.metadata)
  AND (NEW.expires_at IS NULL OR NEW.expires_at > unixepoch('subsec') * 1000)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, t.value, json_set(r.json, '$.previous', json((SELECT json_group_object(key, value) FROM (
    SELECT key, value FROM json_each(json_object('start_ts', OLD.start_ts, 'duration', OLD.duration, 'state', OLD.state,
      'expires_at', OLD.expires_at, 'hosts', OLD.hosts, 'events', OLD.events, 'metadata', OLD.metadata))
    EXCEPT SELECT key, value FROM json_each(r.json)))))
  FROM webhooks w CROSS JOIN booking_json r ON r.seq = NEW.seq CROSS JOIN json_each(json_array(CASE
    WHEN NEW.state <> OLD.state THEN 'booking.confirmed'
    WHEN NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration THEN 'booking.moved'
    ELSE 'booking.updated' END)) t
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"' || t.value || '"'));
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

DROP TRIGGER delivery_insert_sets_due;
DROP TRIGGER delivery_update_sets_due;
-- A paused endpoint has nothing due, so nobody reads it.
CREATE TRIGGER delivery_insert_sets_due AFTER INSERT ON deliveries WHEN NEW.state = 'pending'
BEGIN
  UPDATE webhooks SET next_at = NEW.next_at
  WHERE account_id = NEW.account_id AND (next_at IS NULL OR next_at > NEW.next_at) AND paused_at IS NULL;
END;
CREATE TRIGGER delivery_update_sets_due AFTER UPDATE OF next_at ON deliveries WHEN NEW.state = 'pending'
BEGIN
  UPDATE webhooks SET next_at = NEW.next_at
  WHERE account_id = NEW.account_id AND (next_at IS NULL OR next_at > NEW.next_at) AND paused_at IS NULL;
END;
