-- The calendars whose events come from a URL. The Worker alone writes their events: it sets `open` for the transaction in
-- which it does, and triggers refuse any other write.
CREATE TABLE subscriptions (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  url TEXT NOT NULL,
  refresh_minutes INTEGER NOT NULL,
  busy TEXT NOT NULL CHECK (busy IN ('as-written', 'all', 'none')),
  fetched_at INTEGER, -- when the feed last answered
  changed_at INTEGER, -- when its events last changed
  error TEXT,
  version INTEGER NOT NULL DEFAULT 0, -- rises with every change; that of the calendar has it added
  next_at INTEGER NOT NULL DEFAULT 0, -- when the next fetch is due
  begun_at INTEGER NOT NULL DEFAULT 0, -- when the latest fetch began
  failures INTEGER NOT NULL DEFAULT 0, -- in a row
  etag TEXT, -- of the text that the events are from; NULL: fetch all of it
  last_modified TEXT,
  hash TEXT,
  empty_since INTEGER, -- since when a feed that had events has none
  open INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, calendar_id),
  -- A calendar is inserted after its subscription, so that its notification has both.
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendars (account_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX subscriptions_due ON subscriptions (account_id, next_at);

-- A subscription as clients see it, as text.
CREATE VIEW subscription_json AS
SELECT account_id, calendar_id, version, json_object('url', url, 'refreshMinutes', refresh_minutes, 'busy', busy,
  'fetchedAt', fetched_at, 'changedAt', changed_at, 'error', error) || '' AS json
FROM subscriptions;

DROP VIEW calendar_json;
CREATE VIEW calendar_json AS
SELECT c.seq, json_object('id', c.id, 'user_id', c.user_id, 'timezone', c.timezone, 'week_start', c.week_start,
  'metadata', c.metadata, 'version', c.version + coalesce(s.version, 0), 'subscription', s.json) AS json
FROM calendars c LEFT JOIN subscription_json s ON s.account_id = c.account_id AND s.calendar_id = c.id;

-- A subscription counts as two KiB: its URL, and what its server says of its text.
CREATE TRIGGER subscription_insert_counts AFTER INSERT ON subscriptions
BEGIN
  UPDATE usage SET kib = kib + 2 WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER subscription_delete_counts AFTER DELETE ON subscriptions
BEGIN
  UPDATE usage SET kib = kib - 2 WHERE account_id = OLD.account_id;
END;

-- The Worker reads the message (src/db/d1-errors.ts). What goes with its calendar, its user or its account goes all the same.
CREATE TRIGGER event_insert_spares_subscriptions AFTER INSERT ON events
WHEN EXISTS (SELECT 1 FROM subscriptions WHERE account_id = NEW.account_id AND calendar_id = NEW.calendar_id AND open = 0)
BEGIN
  SELECT RAISE(ABORT, 'calendar_read_only');
END;
CREATE TRIGGER event_update_spares_subscriptions AFTER UPDATE OF version, calendar_id ON events
WHEN EXISTS (SELECT 1 FROM subscriptions WHERE account_id = NEW.account_id AND calendar_id IN (OLD.calendar_id, NEW.calendar_id) AND open = 0)
BEGIN
  SELECT RAISE(ABORT, 'calendar_read_only');
END;
CREATE TRIGGER event_delete_spares_subscriptions AFTER DELETE ON events
WHEN EXISTS (SELECT 1 FROM subscriptions WHERE account_id = OLD.account_id AND calendar_id = OLD.calendar_id AND open = 0)
  AND EXISTS (SELECT 1 FROM calendars WHERE account_id = OLD.account_id AND id = OLD.calendar_id)
  AND NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id IN (OLD.account_id, OLD.calendar_id, OLD.user_id))
BEGIN
  SELECT RAISE(ABORT, 'calendar_read_only');
END;
-- Bookings make events.
CREATE TRIGGER host_insert_spares_subscriptions AFTER INSERT ON service_users
WHEN EXISTS (SELECT 1 FROM subscriptions WHERE account_id = NEW.account_id AND calendar_id = NEW.booking_calendar_id)
BEGIN
  SELECT RAISE(ABORT, 'calendar_read_only');
END;
CREATE TRIGGER host_update_spares_subscriptions AFTER UPDATE OF booking_calendar_id ON service_users
WHEN EXISTS (SELECT 1 FROM subscriptions WHERE account_id = NEW.account_id AND calendar_id = NEW.booking_calendar_id)
BEGIN
  SELECT RAISE(ABORT, 'calendar_read_only');
END;

-- Another fetch is no change that anyone waits for: that it fails for the first time is one, and that it is well again.
CREATE TRIGGER subscription_update_notifies AFTER UPDATE OF url, refresh_minutes, busy, error ON subscriptions
WHEN NEW.url <> OLD.url OR NEW.refresh_minutes <> OLD.refresh_minutes OR NEW.busy <> OLD.busy
  OR (NEW.error IS NULL) <> (OLD.error IS NULL)
BEGIN
  INSERT INTO deliveries (account_id, type, content)
  SELECT w.account_id, 'calendar.updated', json_set(r.json, '$.previous', json_object('subscription',
    json_object('url', OLD.url, 'refreshMinutes', OLD.refresh_minutes, 'busy', OLD.busy,
      'fetchedAt', OLD.fetched_at, 'changedAt', OLD.changed_at, 'error', OLD.error) || ''))
  FROM webhooks w CROSS JOIN calendars c ON c.account_id = NEW.account_id AND c.id = NEW.calendar_id
  CROSS JOIN calendar_json r ON r.seq = c.seq
  WHERE w.account_id = NEW.account_id AND (instr(w.events, '"*"') OR instr(w.events, '"calendar.updated"'));
END;
