-- The id of the account's latest export, and when it began: an older one ends.
ALTER TABLE usage ADD COLUMN latest_export TEXT;
ALTER TABLE usage ADD COLUMN latest_export_at INTEGER;

DROP TRIGGER delivery_insert_stays_within_quotas;
-- Too many pending notifications fail no change: the notification is dropped, and the account sees how many were. A delivery
-- that was created earlier is a part of one that counts already, which a run has divided.
CREATE TRIGGER delivery_insert_stays_within_quotas BEFORE INSERT ON deliveries
WHEN NEW.state = 'pending' AND NEW.created >= CAST(unixepoch('subsec') * 1000 AS INTEGER) AND EXISTS (
  SELECT 1 FROM usage CROSS JOIN quota_limits l ON l.account_id = usage.account_id
  WHERE usage.account_id = NEW.account_id AND (pending >= pendingDeliveries OR 1024 * pending_kib >= pendingBytes))
BEGIN
  UPDATE webhooks SET dropped = dropped + 1, dropped_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) / 60000 * 60000
  WHERE account_id = NEW.account_id;
  SELECT RAISE(IGNORE);
END;
