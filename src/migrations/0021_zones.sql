-- An event carries its own time zone, and its rule its own start of the week. An event of before has NULL, and keeps the
-- zone that its calendar had at the calendar's first change from here on: so nothing moves, and no event is written.
ALTER TABLE events ADD COLUMN timezone TEXT;
ALTER TABLE calendars ADD COLUMN event_timezone TEXT;
ALTER TABLE calendars ADD COLUMN event_week_start TEXT;
CREATE TRIGGER calendar_update_keeps_event_zone AFTER UPDATE OF timezone, week_start ON calendars
WHEN NEW.event_timezone IS NULL AND (NEW.timezone <> OLD.timezone OR NEW.week_start <> OLD.week_start)
BEGIN
  UPDATE calendars SET event_timezone = OLD.timezone, event_week_start = OLD.week_start WHERE seq = NEW.seq;
END;

DROP VIEW event_json;
CREATE VIEW event_json AS
SELECT v.seq, v.account_id, v.reminders, json_object('id', v.id, 'calendar_id', v.calendar_id, 'user_id', v.user_id,
  'start_ts', v.start_ts, 'duration', v.duration, 'busy', v.busy, 'recurrence',
  CASE WHEN instr(v.recurrence, '"weekStart"') OR NOT json_valid(v.recurrence) THEN v.recurrence
    ELSE json_insert(v.recurrence, '$.weekStart', coalesce(c.event_week_start, c.week_start)) || '' END, -- as text
  'exdates', v.exdates, 'reminders', v.reminders, 'metadata', v.metadata, 'created', v.created, 'updated', v.updated,
  'version', v.version, 'timezone', coalesce(v.timezone, c.event_timezone, c.timezone)) AS json
FROM events v LEFT JOIN calendars c ON c.account_id = v.account_id AND c.id = v.calendar_id;

DROP TRIGGER event_update_sets_reminder;
-- An event that moves loses the reminders of its former times. Any other change keeps those that are due.
CREATE TRIGGER event_update_sets_reminder
AFTER UPDATE OF start_ts, duration, recurrence, exdates, reminders, expires_at, timezone ON events
WHEN (NEW.reminders <> '[]' OR OLD.reminders <> '[]') AND (NEW.start_ts <> OLD.start_ts
  OR NEW.duration <> OLD.duration OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates
  OR NEW.reminders <> OLD.reminders OR NEW.expires_at IS NOT OLD.expires_at OR NEW.timezone IS NOT OLD.timezone)
BEGIN
  DELETE FROM reminders WHERE event = NEW.seq AND (NEW.reminders = '[]' OR NEW.start_ts <> OLD.start_ts
    OR NEW.recurrence IS NOT OLD.recurrence OR (NEW.timezone IS NOT OLD.timezone AND NEW.recurrence IS NOT NULL));
  INSERT INTO reminders (event, account_id, since, due, change_token)
  SELECT NEW.seq, NEW.account_id, NEW.updated, NEW.updated, random() & 0xffffffffffff
  FROM webhooks WHERE account_id = NEW.account_id AND url IS NOT NULL AND NEW.reminders <> '[]'
  ON CONFLICT (event) DO UPDATE SET since = max(since, min(due, excluded.due)), due = min(due, excluded.due),
    change_token = random() & 0xffffffffffff,
    stamp = random() & 0xffffffffffff; -- the former name
END;

DROP TRIGGER event_update_notifies;
CREATE TRIGGER event_update_notifies
AFTER UPDATE OF start_ts, duration, busy, recurrence, exdates, reminders, metadata, timezone ON events
WHEN (NEW.start_ts <> OLD.start_ts OR NEW.duration <> OLD.duration OR NEW.busy <> OLD.busy
  OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates OR NEW.reminders <> OLD.reminders
  OR NEW.metadata <> OLD.metadata OR NEW.timezone IS NOT OLD.timezone)
  AND (NEW.expires_at IS NULL OR NEW.expires_at > unixepoch('subsec') * 1000)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'event.updated', json_set(r.json, '$.previous', json_remove(
      json_object('start_ts', OLD.start_ts, 'duration', OLD.duration, 'busy', OLD.busy, 'recurrence', OLD.recurrence,
      'exdates', OLD.exdates, 'reminders', OLD.reminders, 'metadata', OLD.metadata, 'timezone', coalesce(OLD.timezone,
        (SELECT coalesce(event_timezone, timezone) FROM calendars WHERE account_id = OLD.account_id AND id = OLD.calendar_id))),
      iif(NEW.start_ts IS OLD.start_ts, '$.start_ts', '$._'), iif(NEW.duration IS OLD.duration, '$.duration', '$._'),
      iif(NEW.busy IS OLD.busy, '$.busy', '$._'), iif(NEW.recurrence IS OLD.recurrence, '$.recurrence', '$._'),
      iif(NEW.exdates IS OLD.exdates, '$.exdates', '$._'), iif(NEW.reminders IS OLD.reminders, '$.reminders', '$._'),
      iif(NEW.metadata IS OLD.metadata, '$.metadata', '$._'), iif(NEW.timezone IS OLD.timezone, '$.timezone', '$._')))
  FROM webhooks w CROSS JOIN event_json r ON r.seq = NEW.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"event.updated"'));
END;
