-- Of an event of whole days, their number. Its `start_ts` and `duration` span its dates in every time zone, whichever its
-- calendar gets: see src/time/whole-days.ts.
ALTER TABLE events ADD COLUMN days INTEGER;

DROP VIEW event_json;
CREATE VIEW event_json AS
SELECT v.seq, v.account_id, v.reminders, json_object('id', v.id, 'calendar_id', v.calendar_id, 'user_id', v.user_id,
  'start_ts', v.start_ts, 'duration', v.duration, 'busy', v.busy, 'recurrence',
  CASE WHEN instr(v.recurrence, '"weekStart"') OR NOT json_valid(v.recurrence) THEN v.recurrence
    ELSE json_insert(v.recurrence, '$.weekStart', coalesce(c.event_week_start, c.week_start)) || '' END, -- as text
  'exdates', v.exdates, 'reminders', v.reminders, 'metadata', v.metadata, 'created', v.created, 'updated', v.updated,
  'version', v.version, 'days', v.days, 'timezone',
  CASE WHEN v.days IS NULL THEN coalesce(v.timezone, c.event_timezone, c.timezone) ELSE c.timezone END) AS json
FROM events v LEFT JOIN calendars c ON c.account_id = v.account_id AND c.id = v.calendar_id;

DROP TRIGGER event_update_notifies;
CREATE TRIGGER event_update_notifies
AFTER UPDATE OF start_ts, duration, busy, recurrence, exdates, reminders, metadata, timezone, days ON events
WHEN (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration OR NEW.busy <> OLD.busy
  OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates OR NEW.reminders <> OLD.reminders
  OR NEW.metadata <> OLD.metadata OR NEW.timezone IS NOT OLD.timezone OR NEW.days IS NOT OLD.days)
  AND (NEW.expires_at IS NULL OR NEW.expires_at > unixepoch('subsec') * 1000)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'event.updated', json_set(r.json, '$.previous', json_remove(
      json_object('start_ts', OLD.start_ts, 'duration', OLD.duration, 'busy', OLD.busy, 'recurrence', OLD.recurrence,
      'exdates', OLD.exdates, 'reminders', OLD.reminders, 'metadata', OLD.metadata, 'days', OLD.days, 'timezone', iif(OLD.days IS NULL,
        coalesce(OLD.timezone, (SELECT coalesce(event_timezone, timezone) FROM calendars
          WHERE account_id = OLD.account_id AND id = OLD.calendar_id)),
        (SELECT timezone FROM calendars WHERE account_id = OLD.account_id AND id = OLD.calendar_id))),
      iif(NEW.start_ts IS OLD.start_ts, '$.start_ts', '$._'), iif(NEW.duration IS OLD.duration, '$.duration', '$._'),
      iif(NEW.busy IS OLD.busy, '$.busy', '$._'), iif(NEW.recurrence IS OLD.recurrence, '$.recurrence', '$._'),
      iif(NEW.exdates IS OLD.exdates, '$.exdates', '$._'), iif(NEW.reminders IS OLD.reminders, '$.reminders', '$._'),
      iif(NEW.metadata IS OLD.metadata, '$.metadata', '$._'), iif(NEW.days IS OLD.days, '$.days', '$._'),
      iif(NEW.timezone IS OLD.timezone AND NEW.days IS OLD.days, '$.timezone', '$._')))
  FROM webhooks w CROSS JOIN event_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"event.updated"'));
END;
