-- Writes reminders account by account, so that no account's backlog delays another's, and puts off the event that fails.

ALTER TABLE reminders ADD COLUMN account_id TEXT NOT NULL DEFAULT '';
ALTER TABLE reminders ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reminders ADD COLUMN error TEXT;
ALTER TABLE webhooks ADD COLUMN remind_at INTEGER;
ALTER TABLE webhooks ADD COLUMN rechecked_to TEXT;
DROP INDEX webhooks_to_backfill;
CREATE INDEX webhooks_to_backfill ON webhooks (account_id) WHERE backfilled_to IS NOT NULL OR rechecked_to IS NOT NULL;
ALTER TABLE calendars ADD COLUMN changed_at INTEGER;
CREATE INDEX calendars_changed ON calendars (account_id) WHERE changed_at IS NOT NULL;

UPDATE reminders SET account_id = (SELECT account_id FROM events WHERE seq = reminders.event);
DROP INDEX reminders_due;
CREATE INDEX reminders_due ON reminders (account_id, due);
CREATE INDEX reminders_failing ON reminders (account_id) WHERE failures > 0;
UPDATE webhooks SET remind_at = (SELECT min(due) FROM reminders WHERE account_id = webhooks.account_id);
CREATE INDEX webhooks_to_remind ON webhooks (remind_at) WHERE remind_at IS NOT NULL;

DROP TRIGGER event_insert_sets_reminder;
CREATE TRIGGER event_insert_sets_reminder AFTER INSERT ON events WHEN NEW.reminders <> '[]'
BEGIN
  INSERT INTO reminders (event, account_id, since, due, change_token)
  SELECT NEW.seq, NEW.account_id, NEW.updated, NEW.updated, random() & 0xffffffffffff
  FROM webhooks WHERE account_id = NEW.account_id AND url IS NOT NULL;
END;
DROP TRIGGER event_update_sets_reminder;
CREATE TRIGGER event_update_sets_reminder
AFTER UPDATE OF start_ts, duration, recurrence, exdates, reminders, expires_at ON events
WHEN (NEW.reminders <> '[]' OR OLD.reminders <> '[]') AND (NEW.start_ts <> OLD.start_ts
  OR NEW.duration <> OLD.duration OR NEW.recurrence IS NOT OLD.recurrence OR NEW.exdates <> OLD.exdates
  OR NEW.reminders <> OLD.reminders OR NEW.expires_at IS NOT OLD.expires_at)
BEGIN
  DELETE FROM reminders WHERE event = NEW.seq AND (NEW.reminders = '[]'
    OR NEW.start_ts <> OLD.start_ts OR NEW.recurrence IS NOT OLD.recurrence);
  INSERT INTO reminders (event, account_id, since, due, change_token)
  SELECT NEW.seq, NEW.account_id, NEW.updated, NEW.updated, random() & 0xffffffffffff
  FROM webhooks WHERE account_id = NEW.account_id AND url IS NOT NULL AND NEW.reminders <> '[]'
  ON CONFLICT (event) DO UPDATE SET since = max(since, min(due, excluded.due)), due = min(due, excluded.due),
    change_token = random() & 0xffffffffffff,
    stamp = random() & 0xffffffffffff; -- the former name
END;

-- A change only marks its calendar, so it costs the same however many events there are. `webhooks.rechecked_to` starts over.
DROP TRIGGER calendar_update_sets_reminders;
CREATE TRIGGER calendar_update_sets_reminders AFTER UPDATE OF timezone, week_start ON calendars
WHEN (NEW.timezone <> OLD.timezone OR NEW.week_start <> OLD.week_start)
  AND EXISTS (SELECT 1 FROM webhooks WHERE account_id = NEW.account_id AND url IS NOT NULL)
BEGIN
  UPDATE calendars SET changed_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE seq = NEW.seq;
  UPDATE webhooks SET rechecked_to = json_array(0, 0, random() & 0xffffffffffff) WHERE account_id = NEW.account_id;
END;

-- webhooks.remind_at: when the earliest row of an account is due. The release before this one inserts rows without their
-- account.
CREATE TRIGGER reminder_insert_sets_remind_at AFTER INSERT ON reminders WHEN NEW.account_id <> ''
BEGIN
  UPDATE webhooks SET remind_at = NEW.due
  WHERE account_id = NEW.account_id AND (remind_at IS NULL OR remind_at > NEW.due);
END;
CREATE TRIGGER reminder_update_sets_remind_at AFTER UPDATE OF due ON reminders WHEN NEW.due < OLD.due
BEGIN
  UPDATE webhooks SET remind_at = NEW.due
  WHERE account_id = NEW.account_id AND (remind_at IS NULL OR remind_at > NEW.due);
END;
CREATE TRIGGER reminder_insert_sets_account AFTER INSERT ON reminders WHEN NEW.account_id = ''
BEGIN
  UPDATE reminders SET account_id = (SELECT account_id FROM events WHERE seq = NEW.event) WHERE event = NEW.event;
  UPDATE webhooks SET remind_at = NEW.due
  WHERE account_id = (SELECT account_id FROM events WHERE seq = NEW.event) AND (remind_at IS NULL OR remind_at > NEW.due);
END;
