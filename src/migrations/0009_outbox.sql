-- Two lanes of delivery, and changes of a webhook that cost the same however many deliveries are pending.

ALTER TABLE deliveries ADD COLUMN attempted_at INTEGER;
ALTER TABLE webhooks ADD COLUMN slow_since INTEGER;
ALTER TABLE webhooks ADD COLUMN last_status INTEGER;
ALTER TABLE webhooks ADD COLUMN last_error TEXT;
ALTER TABLE webhooks ADD COLUMN hurry_before INTEGER;
ALTER TABLE webhooks ADD COLUMN hurry_from INTEGER;
ALTER TABLE webhooks ADD COLUMN dropped_before INTEGER;
DROP INDEX webhooks_due;
CREATE INDEX webhooks_due ON webhooks (next_at) WHERE next_at IS NOT NULL AND slow_since IS NULL;
CREATE INDEX webhooks_due_slow ON webhooks (next_at) WHERE next_at IS NOT NULL AND slow_since IS NOT NULL;
CREATE INDEX webhooks_dropping ON webhooks (dropped_before) WHERE dropped_before IS NOT NULL;
