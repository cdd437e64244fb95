-- Several endpoints an account. Of the rows of `deliveries`, only the pending ones are rewritten, for their index, which
-- has the endpoint now: that reads the table once.
DROP INDEX deliveries_due;
DROP TRIGGER delivery_insert_sets_due;
DROP TRIGGER delivery_update_sets_due;
DROP TRIGGER webhook_update_changes_account;

-- The endpoints of an account.
--
-- The first is the row of `webhooks`; the others are rows of `further_endpoints`, whose columns mean the same. Without others,
-- a write costs what it costs with one. With others, `webhooks.events` holds what any of them receives, so that the triggers
-- above write what is wanted, and `delivery_insert_fans_out` gives each endpoint its own delivery. Where the first is removed
-- and others are left, `webhooks.url` is '', and so are `key` and `secret`.
CREATE TABLE further_endpoints (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES webhooks (account_id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  url TEXT, -- NULL: it is removed, and the runs delete what was pending, and then this row
  key TEXT,
  secret TEXT,
  old_secret TEXT,
  old_secret_until INTEGER,
  old_secrets TEXT NOT NULL DEFAULT '[]',
  events TEXT NOT NULL,
  description TEXT,
  headers TEXT NOT NULL DEFAULT '{}',
  version INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,
  lease TEXT,
  lease_until INTEGER,
  slow_since INTEGER,
  last_status INTEGER,
  last_error TEXT,
  hurry_before INTEGER,
  hurry_from INTEGER,
  dropped_before INTEGER,
  failing_since INTEGER,
  paused_at INTEGER,
  paused_because TEXT,
  UNIQUE (account_id, id)
) STRICT;
CREATE INDEX further_endpoints_due ON further_endpoints (next_at) WHERE next_at IS NOT NULL AND slow_since IS NULL;
CREATE INDEX further_endpoints_due_slow ON further_endpoints (next_at) WHERE next_at IS NOT NULL AND slow_since IS NOT NULL;
CREATE INDEX further_endpoints_dropping ON further_endpoints (dropped_before) WHERE dropped_before IS NOT NULL;
ALTER TABLE webhooks ADD COLUMN id TEXT; -- NULL: the previous release set the webhook, whose id is the account's
ALTER TABLE webhooks ADD COLUMN own_events TEXT; -- what the first endpoint receives; NULL: `events`
ALTER TABLE webhooks ADD COLUMN description TEXT;
ALTER TABLE webhooks ADD COLUMN headers TEXT NOT NULL DEFAULT '{}'; -- that the account adds to each request, in JSON
ALTER TABLE webhooks ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
-- The id of a further endpoint; '': the first one.
ALTER TABLE deliveries ADD COLUMN endpoint TEXT NOT NULL DEFAULT '';
CREATE INDEX deliveries_due ON deliveries (account_id, endpoint, next_at) WHERE state = 'pending';

CREATE VIEW endpoints AS
SELECT account_id, '' AS endpoint, 0 AS seq, coalesce(id, account_id) AS id, url, key, secret, old_secret, old_secret_until, old_secrets,
  coalesce(own_events, events) AS events, description, headers, version, next_at, slow_since, last_status, last_error, failing_since,
  paused_at, paused_because
FROM webhooks WHERE url <> ''
UNION ALL SELECT account_id, id, seq, id, url, key, secret, old_secret, old_secret_until, old_secrets,
  events, description, headers, version, next_at, slow_since, last_status, last_error, failing_since, paused_at, paused_because
FROM further_endpoints WHERE url <> '';

-- What any endpoint of an account receives.
CREATE VIEW wanted_events AS
SELECT account_id, (SELECT json_group_array(value) FROM (
  SELECT value FROM json_each(coalesce(w.own_events, w.events))
  UNION SELECT one.value FROM further_endpoints f CROSS JOIN json_each(f.events) one
  WHERE f.account_id = w.account_id AND f.url IS NOT NULL)) AS events
FROM webhooks w;

CREATE TRIGGER endpoint_insert_widens_events AFTER INSERT ON further_endpoints
BEGIN
  UPDATE webhooks SET own_events = coalesce(own_events, events), url = coalesce(url, ''), key = coalesce(key, ''),
    secret = coalesce(secret, ''), backfilled_to = CASE WHEN url IS NULL THEN '' ELSE backfilled_to END
  WHERE account_id = NEW.account_id;
  UPDATE webhooks SET events = (SELECT events FROM wanted_events v WHERE v.account_id = webhooks.account_id)
  WHERE account_id = NEW.account_id;
END;
-- Where the last endpoint goes, the account has no webhook.
CREATE TRIGGER endpoint_update_changes_events AFTER UPDATE OF events, url ON further_endpoints
WHEN NEW.events <> OLD.events OR NEW.url IS NOT OLD.url
BEGIN
  UPDATE webhooks SET events = (SELECT events FROM wanted_events v WHERE v.account_id = webhooks.account_id)
  WHERE account_id = NEW.account_id;
  UPDATE webhooks SET url = NULL, key = NULL, secret = NULL, own_events = NULL, events = '[]', backfilled_to = NULL
  WHERE account_id = NEW.account_id AND url = '' AND NOT EXISTS (
    SELECT 1 FROM further_endpoints f WHERE f.account_id = NEW.account_id AND f.url IS NOT NULL);
END;
-- Whoever sets `events`, also the previous release, sets those of the first endpoint.
CREATE TRIGGER webhook_update_widens_events AFTER UPDATE OF events ON webhooks
WHEN NEW.own_events IS NOT NULL
  AND NEW.events <> (SELECT events FROM wanted_events v WHERE v.account_id = NEW.account_id)
BEGIN
  UPDATE webhooks SET own_events = NEW.events WHERE account_id = NEW.account_id;
  UPDATE webhooks SET events = (SELECT events FROM wanted_events v WHERE v.account_id = webhooks.account_id)
  WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER webhook_update_changes_account AFTER UPDATE OF url, key, secret, events, own_events ON webhooks
WHEN nullif(NEW.url, '') IS NOT nullif(OLD.url, '') OR nullif(NEW.secret, '') IS NOT nullif(OLD.secret, '')
  OR coalesce(NEW.own_events, NEW.events) <> coalesce(OLD.own_events, OLD.events)
BEGIN
  UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;
CREATE TRIGGER removal_insert_ends_endpoints AFTER INSERT ON removals WHEN NEW.kind = 'account'
BEGIN
  DELETE FROM further_endpoints WHERE account_id = NEW.account_id;
END;

-- What is written for the first endpoint is written for each of them that receives it. A part of a delivery that a run has
-- divided is older, and stays with its endpoint.
CREATE TRIGGER delivery_insert_fans_out BEFORE INSERT ON deliveries
WHEN NEW.endpoint = '' AND NEW.type <> 'endpoint.paused' AND NEW.created >= CAST(unixepoch('subsec') * 1000 AS INTEGER)
  AND EXISTS (SELECT 1 FROM further_endpoints WHERE account_id = NEW.account_id)
BEGIN
  INSERT INTO deliveries (account_id, endpoint, type, content)
  SELECT account_id, id, NEW.type, NEW.content FROM further_endpoints f
  WHERE account_id = NEW.account_id AND url IS NOT NULL
    AND (NEW.type = 'reminders' OR instr(events, '"*"') OR instr(events, '"' || NEW.type || '"'));
  SELECT RAISE(IGNORE) WHERE NOT EXISTS (
    SELECT 1 FROM webhooks w WHERE w.account_id = NEW.account_id AND w.url <> '' AND (NEW.type = 'reminders'
      OR instr(coalesce(w.own_events, w.events), '"*"') OR instr(coalesce(w.own_events, w.events), '"' || NEW.type || '"')));
END;

-- A paused endpoint has nothing due, so nobody reads it.
CREATE TRIGGER delivery_insert_sets_due AFTER INSERT ON deliveries WHEN NEW.state = 'pending'
BEGIN
  UPDATE webhooks SET next_at = NEW.next_at
  WHERE account_id = NEW.account_id AND NEW.endpoint = '' AND (next_at IS NULL OR next_at > NEW.next_at) AND paused_at IS NULL;
  UPDATE further_endpoints SET next_at = NEW.next_at
  WHERE account_id = NEW.account_id AND id = NEW.endpoint AND (next_at IS NULL OR next_at > NEW.next_at) AND paused_at IS NULL;
END;
CREATE TRIGGER delivery_update_sets_due AFTER UPDATE OF next_at ON deliveries WHEN NEW.state = 'pending'
BEGIN
  UPDATE webhooks SET next_at = NEW.next_at
  WHERE account_id = NEW.account_id AND NEW.endpoint = '' AND (next_at IS NULL OR next_at > NEW.next_at) AND paused_at IS NULL;
  UPDATE further_endpoints SET next_at = NEW.next_at
  WHERE account_id = NEW.account_id AND id = NEW.endpoint AND (next_at IS NULL OR next_at > NEW.next_at) AND paused_at IS NULL;
END;

-- The others hear that the service has paused an endpoint; `requested`: the account did, and knows.
CREATE TRIGGER webhook_pause_notifies AFTER UPDATE OF paused_at ON webhooks
WHEN NEW.paused_at IS NOT NULL AND OLD.paused_at IS NULL AND NEW.paused_because <> 'requested'
BEGIN
  INSERT INTO deliveries (account_id, endpoint, type, content)
  SELECT account_id, endpoint, 'endpoint.paused', json_object('id', coalesce(NEW.id, NEW.account_id), 'url', NEW.url,
    'reason', NEW.paused_because, 'pausedAt', NEW.paused_at)
  FROM endpoints WHERE account_id = NEW.account_id AND endpoint <> '' AND (instr(events, '"*"') OR instr(events, '"endpoint.paused"'));
END;
CREATE TRIGGER endpoint_pause_notifies AFTER UPDATE OF paused_at ON further_endpoints
WHEN NEW.paused_at IS NOT NULL AND OLD.paused_at IS NULL AND NEW.paused_because <> 'requested'
BEGIN
  INSERT INTO deliveries (account_id, endpoint, type, content)
  SELECT account_id, endpoint, 'endpoint.paused', json_object('id', NEW.id, 'url', NEW.url,
    'reason', NEW.paused_because, 'pausedAt', NEW.paused_at)
  FROM endpoints WHERE account_id = NEW.account_id AND endpoint <> NEW.id AND (instr(events, '"*"') OR instr(events, '"endpoint.paused"'));
END;
