-- The id of the account's latest export: an older one ends.
ALTER TABLE usage ADD COLUMN latest_export TEXT;
