-- Quotas.
--
-- Triggers count what an account stores, in the transaction of the write, so that every path counts: a request, an import,
-- a cascade, a sweep. `usage` has one row an account; only what rises above its limit is refused, so a deletion never is.
-- Nobody counts by reading: users, calendars, schedules, services and bookings cost this row once each. Events would make
-- it the price of every write, so a user's row, which each event writes anyway, counts them, and `usage` adds up what
-- `events_counted` rounds up to: exactly up to 16 events of a user, then at most an eighth more, 64 at a time. Idempotency
-- records and deliveries are counted one in sixteen, at random, as sixteen: those with a `weight`.
--
-- `kib`: what a row has in text beyond its first kibibyte. A resource counts as one KiB and this. Metadata counts twice,
-- because its entries are rows too; a booking's has no entries.

CREATE TABLE usage (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  quotas TEXT NOT NULL DEFAULT '{}', -- the limits that the operator set for this account, in JSON
  users INTEGER NOT NULL DEFAULT 0,
  calendars INTEGER NOT NULL DEFAULT 0,
  events INTEGER NOT NULL DEFAULT 0,
  schedules INTEGER NOT NULL DEFAULT 0,
  services INTEGER NOT NULL DEFAULT 0,
  bookings INTEGER NOT NULL DEFAULT 0,
  kib INTEGER NOT NULL DEFAULT 0,
  records INTEGER NOT NULL DEFAULT 0,
  pending INTEGER NOT NULL DEFAULT 0, -- deliveries
  pending_kib INTEGER NOT NULL DEFAULT 0,
  kept_kib INTEGER NOT NULL DEFAULT 0, -- of deliveries that are no longer pending
  bytes INTEGER NOT NULL GENERATED ALWAYS AS
    (1024 * (users + calendars + events + schedules + services + bookings + kib)) VIRTUAL
) STRICT, WITHOUT ROWID;

-- The live holds, to count them: an account has few.
CREATE INDEX bookings_held ON bookings (account_id, expires_at, booked_by) WHERE state = 'held';

ALTER TABLE users ADD COLUMN events INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN events_counted INTEGER GENERATED ALWAYS AS (CASE
  WHEN events <= 16 THEN events
  WHEN events <= 32 THEN (events + 1) & -2
  WHEN events <= 64 THEN (events + 3) & -4
  WHEN events <= 128 THEN (events + 7) & -8
  WHEN events <= 256 THEN (events + 15) & -16
  WHEN events <= 512 THEN (events + 31) & -32
  ELSE (events + 63) & -64
END) VIRTUAL;
-- How much `events_counted` rose with the latest event.
ALTER TABLE users ADD COLUMN events_step INTEGER GENERATED ALWAYS AS (CASE
  WHEN events <= 16 THEN 1
  WHEN events <= 32 THEN 2 * (events & 1 = 1)
  WHEN events <= 64 THEN 4 * (events & 3 = 1)
  WHEN events <= 128 THEN 8 * (events & 7 = 1)
  WHEN events <= 256 THEN 16 * (events & 15 = 1)
  WHEN events <= 512 THEN 32 * (events & 31 = 1)
  ELSE 64 * (events & 63 = 1)
END) VIRTUAL;
ALTER TABLE users ADD COLUMN kib INTEGER GENERATED ALWAYS AS ((2 * octet_length(metadata)) >> 10) VIRTUAL;
ALTER TABLE calendars ADD COLUMN kib INTEGER GENERATED ALWAYS AS ((2 * octet_length(metadata)) >> 10) VIRTUAL;
ALTER TABLE schedules ADD COLUMN kib INTEGER GENERATED ALWAYS AS ((2 * octet_length(metadata) + octet_length(rules)) >> 10) VIRTUAL;
ALTER TABLE services ADD COLUMN kib INTEGER GENERATED ALWAYS AS ((2 * octet_length(metadata)) >> 10) VIRTUAL;
ALTER TABLE bookings ADD COLUMN kib INTEGER GENERATED ALWAYS AS ((octet_length(metadata) + octet_length(hosts) + octet_length(events)) >> 10) VIRTUAL;
ALTER TABLE events ADD COLUMN kib INTEGER GENERATED ALWAYS AS ((2 * octet_length(metadata)
  + coalesce(octet_length(recurrence), 0) + octet_length(exdates) + octet_length(reminders)) >> 10) VIRTUAL;
ALTER TABLE remembered ADD COLUMN weight INTEGER NOT NULL DEFAULT 0; -- former name; 0: it is not counted
ALTER TABLE deliveries ADD COLUMN weight INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN kib INTEGER GENERATED ALWAYS AS (1 + (octet_length(content) >> 10)) VIRTUAL;
-- Notifications that were dropped because the account had too many pending ones, and the minute of the latest.
ALTER TABLE webhooks ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN dropped_at INTEGER;
CREATE INDEX webhooks_dropped ON webhooks (dropped_at) WHERE dropped_at IS NOT NULL;

-- The limits of each account: the operator's, or those of src/limits.ts; a test compares them.
CREATE VIEW quota_limits AS
SELECT account_id,
  coalesce(quotas ->> 'users', 200000) AS users,
  coalesce(quotas ->> 'calendars', 400000) AS calendars,
  coalesce(quotas ->> 'events', 2000000) AS events,
  coalesce(quotas ->> 'schedules', 400000) AS schedules,
  coalesce(quotas ->> 'services', 10000) AS services,
  coalesce(quotas ->> 'bookings', 1000000) AS bookings,
  coalesce(quotas ->> 'holds', 1000) AS holds,
  coalesce(quotas ->> 'userHolds', 20) AS userHolds,
  coalesce(quotas ->> 'guestHolds', 500) AS guestHolds,
  coalesce(quotas ->> 'bytes', 4294967296) AS bytes,
  coalesce(quotas ->> 'idempotencyRecords', 250000) AS idempotencyRecords,
  coalesce(quotas ->> 'pendingDeliveries', 200000) AS pendingDeliveries,
  coalesce(quotas ->> 'pendingBytes', 268435456) AS pendingBytes,
  coalesce(quotas ->> 'keptBytes', 268435456) AS keptBytes
FROM usage;

CREATE VIEW live_holds AS
SELECT account_id, booked_by FROM bookings WHERE state = 'held' AND expires_at > unixepoch('subsec') * 1000;

-- What an account may have, and has, as clients see it. `userHolds` is what the user with the most holds has.
CREATE VIEW quotas_json AS
SELECT u.account_id, json_object(
  'users', json_object('limit', l.users, 'use', u.users),
  'calendars', json_object('limit', l.calendars, 'use', u.calendars),
  'events', json_object('limit', l.events, 'use', u.events),
  'schedules', json_object('limit', l.schedules, 'use', u.schedules),
  'services', json_object('limit', l.services, 'use', u.services),
  'bookings', json_object('limit', l.bookings, 'use', u.bookings),
  'holds', json_object('limit', l.holds, 'use', (SELECT count(*) FROM live_holds h WHERE h.account_id = u.account_id)),
  'userHolds', json_object('limit', l.userHolds, 'use', (SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM live_holds h
    WHERE h.account_id = u.account_id AND booked_by IS NOT NULL GROUP BY booked_by))),
  'guestHolds', json_object('limit', l.guestHolds, 'use', (SELECT count(*) FROM live_holds h WHERE h.account_id = u.account_id AND booked_by IS NULL)),
  'bytes', json_object('limit', l.bytes, 'use', u.bytes),
  'idempotencyRecords', json_object('limit', l.idempotencyRecords, 'use', u.records),
  'pendingDeliveries', json_object('limit', l.pendingDeliveries, 'use', u.pending),
  'pendingBytes', json_object('limit', l.pendingBytes, 'use', 1024 * u.pending_kib),
  'keptBytes', json_object('limit', l.keptBytes, 'use', 1024 * u.kept_kib)) AS json
FROM usage u CROSS JOIN quota_limits l ON l.account_id = u.account_id;

-- What is there already. Older idempotency records are not counted: they expire within a day.
UPDATE users SET events = c.n FROM (
  SELECT account_id, user_id, count(*) AS n FROM events INDEXED BY events_of_user GROUP BY account_id, user_id) c
WHERE users.account_id = c.account_id AND users.id = c.user_id;
INSERT INTO usage (account_id) SELECT id FROM accounts;
UPDATE usage SET users = c.n, events = c.events, kib = usage.kib + c.kib FROM (
  SELECT account_id, count(*) AS n, sum(events_counted) AS events, sum(kib) AS kib FROM users GROUP BY account_id) c WHERE usage.account_id = c.account_id;
UPDATE usage SET calendars = c.n, kib = usage.kib + c.kib FROM (
  SELECT account_id, count(*) AS n, sum(kib) AS kib FROM calendars GROUP BY account_id) c WHERE usage.account_id = c.account_id;
UPDATE usage SET kib = usage.kib + c.kib FROM (
  SELECT account_id, sum(kib) AS kib FROM events GROUP BY account_id) c WHERE usage.account_id = c.account_id;
UPDATE usage SET schedules = c.n, kib = usage.kib + c.kib FROM (
  SELECT account_id, count(*) AS n, sum(kib) AS kib FROM schedules GROUP BY account_id) c WHERE usage.account_id = c.account_id;
UPDATE usage SET services = c.n, kib = usage.kib + c.kib FROM (
  SELECT account_id, count(*) AS n, sum(kib) AS kib FROM services GROUP BY account_id) c WHERE usage.account_id = c.account_id;
UPDATE usage SET bookings = c.n, kib = usage.kib + c.kib FROM (
  SELECT account_id, count(*) AS n, sum(kib) AS kib FROM bookings GROUP BY account_id) c WHERE usage.account_id = c.account_id;

CREATE TRIGGER account_insert_starts_usage AFTER INSERT ON accounts
BEGIN
  INSERT INTO usage (account_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
END;

-- A removed user, calendar, schedule or service counts no longer, though its rows go later; its text and what belongs to it
-- count until then.
CREATE TRIGGER removal_insert_counts AFTER INSERT ON removals WHEN NEW.kind <> 'account'
BEGIN
  UPDATE usage SET users = users - (NEW.kind = 'user'), calendars = calendars - (NEW.kind = 'calendar'),
    schedules = schedules - (NEW.kind = 'schedule'), services = services - (NEW.kind = 'service')
  WHERE account_id = NEW.account_id;
END;

CREATE TRIGGER user_insert_counts AFTER INSERT ON users
BEGIN
  UPDATE usage SET users = users + 1, kib = kib + NEW.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER user_update_counts AFTER UPDATE OF metadata ON users WHEN NEW.kib <> OLD.kib
BEGIN
  UPDATE usage SET kib = kib + NEW.kib - OLD.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER user_delete_counts AFTER DELETE ON users
BEGIN
  UPDATE usage SET users = users - NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.id), events = events - OLD.events_counted, kib = kib - OLD.kib WHERE account_id = OLD.account_id;
END;

CREATE TRIGGER calendar_insert_counts AFTER INSERT ON calendars
BEGIN
  UPDATE usage SET calendars = calendars + 1, kib = kib + NEW.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER calendar_update_counts AFTER UPDATE OF metadata ON calendars WHEN NEW.kib <> OLD.kib
BEGIN
  UPDATE usage SET kib = kib + NEW.kib - OLD.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER calendar_delete_counts AFTER DELETE ON calendars
BEGIN
  UPDATE usage SET calendars = calendars - NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.id), kib = kib - OLD.kib WHERE account_id = OLD.account_id;
END;

CREATE TRIGGER schedule_insert_counts AFTER INSERT ON schedules
BEGIN
  UPDATE usage SET schedules = schedules + 1, kib = kib + NEW.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER schedule_update_counts AFTER UPDATE OF rules, metadata ON schedules WHEN NEW.kib <> OLD.kib
BEGIN
  UPDATE usage SET kib = kib + NEW.kib - OLD.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER schedule_delete_counts AFTER DELETE ON schedules
BEGIN
  UPDATE usage SET schedules = schedules - NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.id), kib = kib - OLD.kib WHERE account_id = OLD.account_id;
END;

CREATE TRIGGER service_insert_counts AFTER INSERT ON services
BEGIN
  UPDATE usage SET services = services + 1, kib = kib + NEW.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER service_update_counts AFTER UPDATE OF metadata ON services WHEN NEW.kib <> OLD.kib
BEGIN
  UPDATE usage SET kib = kib + NEW.kib - OLD.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER service_delete_counts AFTER DELETE ON services
BEGIN
  UPDATE usage SET services = services - NOT EXISTS (SELECT 1 FROM removals WHERE account_id = OLD.account_id AND id = OLD.id), kib = kib - OLD.kib WHERE account_id = OLD.account_id;
END;

CREATE TRIGGER booking_insert_counts AFTER INSERT ON bookings
BEGIN
  UPDATE usage SET bookings = bookings + 1, kib = kib + NEW.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER booking_update_counts AFTER UPDATE OF metadata, hosts, events ON bookings WHEN NEW.kib <> OLD.kib
BEGIN
  UPDATE usage SET kib = kib + NEW.kib - OLD.kib WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER booking_delete_counts AFTER DELETE ON bookings
BEGIN
  UPDATE usage SET bookings = bookings - 1, kib = kib - OLD.kib WHERE account_id = OLD.account_id;
END;

DROP TRIGGER event_insert_raises_revision;
DROP TRIGGER event_delete_raises_revision;
CREATE TRIGGER event_insert_raises_revision AFTER INSERT ON events
BEGIN
  UPDATE users SET availability_revision = availability_revision + 1, events = events + 1
  WHERE account_id = NEW.account_id AND id = NEW.user_id;
  UPDATE usage SET events = usage.events + u.events_step, kib = kib + NEW.kib
  FROM (SELECT events_step FROM users WHERE account_id = NEW.account_id AND id = NEW.user_id) u
  WHERE account_id = NEW.account_id AND (u.events_step > 0 OR NEW.kib > 0);
END;
CREATE TRIGGER event_update_counts AFTER UPDATE OF recurrence, exdates, reminders, metadata ON events
WHEN NEW.kib <> OLD.kib
BEGIN
  UPDATE usage SET kib = kib + NEW.kib - OLD.kib WHERE account_id = NEW.account_id;
END;
-- The events of a deleted user are no longer counted one by one: `user_delete_counts` took them off.
CREATE TRIGGER event_delete_raises_revision AFTER DELETE ON events
BEGIN
  UPDATE usage SET events = usage.events - u.events_step, kib = kib - OLD.kib
  FROM (SELECT coalesce(max(events_step), 0) AS events_step FROM users
    WHERE account_id = OLD.account_id AND id = OLD.user_id) u
  WHERE account_id = OLD.account_id AND (u.events_step > 0 OR OLD.kib > 0);
  UPDATE users SET availability_revision = availability_revision + 1, events = events - 1
  WHERE account_id = OLD.account_id AND id = OLD.user_id;
END;

-- The Worker reads the quota, its limit and the use from the message (src/db/d1-errors.ts).
CREATE TRIGGER usage_stays_within_quotas
AFTER UPDATE OF users, calendars, events, schedules, services, bookings, kib ON usage
BEGIN
  SELECT RAISE(ABORT, 'quota_exceeded ' || exceeded) FROM (
    SELECT CASE
      WHEN NEW.users > OLD.users AND NEW.users > users THEN 'users ' || users || ' ' || OLD.users
      WHEN NEW.calendars > OLD.calendars AND NEW.calendars > calendars THEN 'calendars ' || calendars || ' ' || OLD.calendars
      WHEN NEW.events > OLD.events AND NEW.events > events THEN 'events ' || events || ' ' || OLD.events
      WHEN NEW.schedules > OLD.schedules AND NEW.schedules > schedules THEN 'schedules ' || schedules || ' ' || OLD.schedules
      WHEN NEW.services > OLD.services AND NEW.services > services THEN 'services ' || services || ' ' || OLD.services
      WHEN NEW.bookings > OLD.bookings AND NEW.bookings > bookings THEN 'bookings ' || bookings || ' ' || OLD.bookings
      WHEN NEW.bytes > OLD.bytes AND NEW.bytes > bytes THEN 'bytes ' || bytes || ' ' || OLD.bytes
    END AS exceeded FROM quota_limits WHERE account_id = NEW.account_id)
  WHERE exceeded IS NOT NULL;
END;

CREATE TRIGGER booking_insert_stays_within_holds AFTER INSERT ON bookings
WHEN NEW.state = 'held' AND NEW.expires_at > unixepoch('subsec') * 1000
BEGIN
  SELECT RAISE(ABORT, 'quota_exceeded ' || exceeded) FROM (
    SELECT CASE
      WHEN n > holds THEN 'holds ' || holds || ' ' || (n - 1)
      WHEN NEW.booked_by IS NULL AND own > guestHolds THEN 'guestHolds ' || guestHolds || ' ' || (own - 1)
      WHEN NEW.booked_by IS NOT NULL AND own > userHolds THEN 'userHolds ' || userHolds || ' ' || (own - 1)
    END AS exceeded
    FROM (SELECT count(*) AS n, coalesce(sum(booked_by IS NEW.booked_by), 0) AS own FROM live_holds
      WHERE account_id = NEW.account_id)
    CROSS JOIN quota_limits WHERE account_id = NEW.account_id)
  WHERE exceeded IS NOT NULL;
END;

-- REPLACE deletes a row without its triggers, so a counted one goes first.
CREATE TRIGGER record_insert_stays_within_quota BEFORE INSERT ON remembered -- the former name
BEGIN
  SELECT RAISE(ABORT, 'quota_exceeded idempotencyRecords ' || idempotencyRecords || ' ' || records)
  FROM usage CROSS JOIN quota_limits l ON l.account_id = usage.account_id
  WHERE usage.account_id = NEW.account_id AND records >= idempotencyRecords;
  DELETE FROM remembered -- the former name
  WHERE account_id = NEW.account_id AND caller = NEW.caller AND key = NEW.key AND weight > 0;
END;
CREATE TRIGGER record_insert_counts AFTER INSERT ON remembered WHEN random() & 15 = 0 -- the former name
BEGIN
  UPDATE remembered SET weight = 16 * (1 + octet_length(answer) / 4096) -- the former name
  WHERE account_id = NEW.account_id AND caller = NEW.caller AND key = NEW.key;
  UPDATE usage SET records = records + 16 * (1 + octet_length(NEW.answer) / 4096) WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER record_delete_counts AFTER DELETE ON remembered WHEN OLD.weight > 0 -- the former name
BEGIN
  UPDATE usage SET records = records - OLD.weight WHERE account_id = OLD.account_id;
END;

-- Too many pending notifications fail no change: the notification is dropped, and the account sees how many were.
CREATE TRIGGER delivery_insert_stays_within_quotas BEFORE INSERT ON deliveries
WHEN NEW.state = 'pending' AND EXISTS (
  SELECT 1 FROM usage CROSS JOIN quota_limits l ON l.account_id = usage.account_id
  WHERE usage.account_id = NEW.account_id AND (pending >= pendingDeliveries OR 1024 * pending_kib >= pendingBytes))
BEGIN
  UPDATE webhooks SET dropped = dropped + 1, dropped_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) / 60000 * 60000
  WHERE account_id = NEW.account_id;
  SELECT RAISE(IGNORE);
END;
CREATE TRIGGER delivery_insert_counts AFTER INSERT ON deliveries WHEN random() & 15 = 0
BEGIN
  UPDATE deliveries SET weight = 16 WHERE account_id = NEW.account_id AND id = NEW.id;
  UPDATE usage SET
    pending = pending + 16 * (NEW.state = 'pending'),
    pending_kib = pending_kib + 16 * NEW.kib * (NEW.state = 'pending'),
    kept_kib = kept_kib + 16 * NEW.kib * (NEW.state <> 'pending')
  WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER delivery_update_counts AFTER UPDATE OF state, content ON deliveries
WHEN NEW.weight > 0 AND (NEW.state <> OLD.state OR NEW.kib <> OLD.kib)
BEGIN
  UPDATE usage SET
    pending = pending + NEW.weight * ((NEW.state = 'pending') - (OLD.state = 'pending')),
    pending_kib = pending_kib + NEW.weight * (NEW.kib * (NEW.state = 'pending') - OLD.kib * (OLD.state = 'pending')),
    kept_kib = kept_kib + NEW.weight * (NEW.kib * (NEW.state <> 'pending') - OLD.kib * (OLD.state <> 'pending'))
  WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER delivery_delete_counts AFTER DELETE ON deliveries WHEN OLD.weight > 0
BEGIN
  UPDATE usage SET
    pending = pending - OLD.weight * (OLD.state = 'pending'),
    pending_kib = pending_kib - OLD.weight * OLD.kib * (OLD.state = 'pending'),
    kept_kib = kept_kib - OLD.weight * OLD.kib * (OLD.state <> 'pending')
  WHERE account_id = OLD.account_id;
END;
-- Where the account keeps as much as it may, what has been delivered or has failed is not kept.
CREATE TRIGGER delivery_update_keeps_within_quota AFTER UPDATE OF state ON deliveries
WHEN NEW.state <> 'pending' AND OLD.state = 'pending' AND EXISTS (
  SELECT 1 FROM usage CROSS JOIN quota_limits l ON l.account_id = usage.account_id
  WHERE usage.account_id = NEW.account_id AND 1024 * kept_kib > keptBytes)
BEGIN
  DELETE FROM deliveries WHERE account_id = NEW.account_id AND id = NEW.id;
END;
