-- Overrides.

-- An occurrence that differs from its series is an override: a row of `events` of its own, a single event, which every query
-- finds by its own time. Its id is that of the series, a slash and the original start, so nobody can name it, and those of a
-- series are one range of the index. The series has the original start among its exdates, and in `overridden`, an object, so
-- that clients see the exdates alone: by original start, how often the override has changed.
ALTER TABLE events ADD COLUMN overridden TEXT NOT NULL DEFAULT '{}';
ALTER TABLE events ADD COLUMN original_ts INTEGER; -- of an override
ALTER TABLE events ADD COLUMN differs TEXT; -- of an override, in JSON: the members in which it differs; the others are the series'

DROP VIEW event_json;
CREATE VIEW event_json AS
SELECT v.seq, v.account_id, v.reminders, json_object('id', v.id, 'calendar_id', v.calendar_id, 'user_id', v.user_id,
  'start_ts', v.start_ts, 'duration', v.duration, 'busy', v.busy, 'recurrence',
  CASE WHEN instr(v.recurrence, '"weekStart"') OR NOT json_valid(v.recurrence) THEN v.recurrence
    ELSE json_insert(v.recurrence, '$.weekStart', coalesce(c.event_week_start, c.week_start)) || '' END, -- as text
  'exdates', v.exdates, 'overridden', v.overridden, 'reminders', v.reminders, 'metadata', v.metadata, 'created', v.created,
  'updated', v.updated, 'version', v.version, 'days', v.days, 'timezone',
  CASE WHEN v.days IS NULL THEN coalesce(v.timezone, c.event_timezone, c.timezone) ELSE c.timezone END) AS json
FROM events v LEFT JOIN calendars c ON c.account_id = v.account_id AND c.id = v.calendar_id;

DROP TRIGGER event_metadata_insert;
DROP TRIGGER event_metadata_update;
DROP TRIGGER event_insert_notifies;
DROP TRIGGER event_update_notifies;
DROP TRIGGER event_delete_notifies;

-- An override is part of its series: it has no metadata entries, and its series notifies. An expired hold no longer counts as
-- an event, so it sends no notifications.
CREATE TRIGGER event_metadata_insert AFTER INSERT ON events WHEN NEW.original_ts IS NULL
BEGIN
  INSERT INTO event_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata);
END;
CREATE TRIGGER event_metadata_update AFTER UPDATE OF metadata ON events
WHEN NEW.metadata <> OLD.metadata AND NEW.original_ts IS NULL
BEGIN
  DELETE FROM event_metadata WHERE (account_id, key, value, seq) IN (
    SELECT OLD.account_id, key, value, OLD.seq FROM (
      SELECT key, value FROM json_each(OLD.metadata) EXCEPT SELECT key, value FROM json_each(NEW.metadata)));
  INSERT INTO event_metadata SELECT NEW.account_id, key, value, NEW.seq FROM json_each(NEW.metadata) WHERE true
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER event_insert_notifies AFTER INSERT ON events WHEN NEW.original_ts IS NULL
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'event.created', r.json FROM webhooks w CROSS JOIN event_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"event.created"'));
END;
CREATE TRIGGER event_update_notifies
AFTER UPDATE OF start_ts, duration, busy, recurrence, exdates, overridden, reminders, metadata, timezone, days ON events
WHEN (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration OR NEW.busy <> OLD.busy
  OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates OR NEW.reminders <> OLD.reminders
  OR NEW.overridden <> OLD.overridden OR NEW.metadata <> OLD.metadata OR NEW.timezone IS NOT OLD.timezone
  OR NEW.days IS NOT OLD.days)
  AND NEW.original_ts IS NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > unixepoch('subsec') * 1000)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'event.updated', json_set(r.json, '$.previous', json_remove(
      json_object('start_ts', OLD.start_ts, 'duration', OLD.duration, 'busy', OLD.busy, 'recurrence', OLD.recurrence,
      'exdates', OLD.exdates, 'overridden', OLD.overridden, 'reminders', OLD.reminders, 'metadata', OLD.metadata,
      'days', OLD.days, 'timezone', iif(OLD.days IS NULL,
        coalesce(OLD.timezone, (SELECT coalesce(event_timezone, timezone) FROM calendars
          WHERE account_id = OLD.account_id AND id = OLD.calendar_id)),
        (SELECT timezone FROM calendars WHERE account_id = OLD.account_id AND id = OLD.calendar_id))),
      iif(NEW.start_ts IS OLD.start_ts, '$.start_ts', '$._'), iif(NEW.duration IS OLD.duration, '$.duration', '$._'),
      iif(NEW.busy IS OLD.busy, '$.busy', '$._'), iif(NEW.recurrence IS OLD.recurrence, '$.recurrence', '$._'),
      iif(NEW.exdates IS OLD.exdates, '$.exdates', '$._'), iif(NEW.overridden IS OLD.overridden, '$.overridden', '$._'),
      iif(NEW.reminders IS OLD.reminders, '$.reminders', '$._'), iif(NEW.metadata IS OLD.metadata, '$.metadata', '$._'),
      iif(NEW.days IS OLD.days, '$.days', '$._'),
      iif(NEW.timezone IS OLD.timezone AND NEW.days IS OLD.days, '$.timezone', '$._')))
  FROM webhooks w CROSS JOIN event_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"event.updated"'));
END;
CREATE TRIGGER event_delete_notifies BEFORE DELETE ON events
WHEN OLD.original_ts IS NULL AND (OLD.expires_at IS NULL OR OLD.expires_at > unixepoch('subsec') * 1000)
  AND NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id IN (OLD.calendar_id, OLD.user_id))
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'event.deleted', r.json FROM webhooks w CROSS JOIN event_json r ON r.seq = OLD.seq
  WHERE w.account_id = OLD.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"event.deleted"'))
    AND EXISTS (SELECT 1 FROM calendars WHERE account_id = OLD.account_id AND id = OLD.calendar_id);
END;
-- The overrides of a series go with it, and where it has none any more.
CREATE TRIGGER event_delete_deletes_overrides AFTER DELETE ON events WHEN OLD.overridden <> '{}'
BEGIN
  DELETE FROM events WHERE account_id = OLD.account_id AND id > OLD.id || '/' AND id < OLD.id || '0';
END;
CREATE TRIGGER event_update_deletes_overrides AFTER UPDATE OF overridden ON events
WHEN NEW.overridden = '{}' AND OLD.overridden <> '{}'
BEGIN
  DELETE FROM events WHERE account_id = OLD.account_id AND id > OLD.id || '/' AND id < OLD.id || '0';
END;
