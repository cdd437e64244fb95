-- What an account stores counts its hosts, its feeds and the long UIDs of imported events, too. Accounts whose use that takes
-- above their limit keep what they have, so nothing is refused meanwhile.
DROP TRIGGER usage_stays_within_quotas;
UPDATE usage SET kib = kib
  + (SELECT count(*) FROM service_users h WHERE h.account_id = usage.account_id)
  + (SELECT count(*) FROM feeds f WHERE f.account_id = usage.account_id)
  + (SELECT coalesce(sum(2 * octet_length(uid) >> 10), 0) FROM imported_events i WHERE i.account_id = usage.account_id);

CREATE TRIGGER host_insert_counts AFTER INSERT ON service_users
BEGIN
  UPDATE usage SET kib = kib + 1 WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER host_delete_counts AFTER DELETE ON service_users
BEGIN
  UPDATE usage SET kib = kib - 1 WHERE account_id = OLD.account_id;
END;
CREATE TRIGGER feed_insert_counts AFTER INSERT ON feeds
BEGIN
  UPDATE usage SET kib = kib + 1 WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER feed_delete_counts AFTER DELETE ON feeds
BEGIN
  UPDATE usage SET kib = kib - 1 WHERE account_id = OLD.account_id;
END;
CREATE TRIGGER imported_event_insert_counts AFTER INSERT ON imported_events WHEN octet_length(NEW.uid) >= 512
BEGIN
  UPDATE usage SET kib = kib + (2 * octet_length(NEW.uid) >> 10) WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER imported_event_delete_counts AFTER DELETE ON imported_events WHEN octet_length(OLD.uid) >= 512
BEGIN
  UPDATE usage SET kib = kib - (2 * octet_length(OLD.uid) >> 10) WHERE account_id = OLD.account_id;
END;

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
