-- Whether replicas may answer what an account's own callers read.

ALTER TABLE accounts ADD COLUMN nearest INTEGER NOT NULL DEFAULT 0 CHECK (nearest IN (0, 1));
ALTER TABLE api_keys ADD COLUMN nearest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signing_keys ADD COLUMN nearest INTEGER NOT NULL DEFAULT 0;

-- A Worker of an earlier release adds keys with 0, which is always safe: it asks the primary.
CREATE TRIGGER IF NOT EXISTS account_reads_tell_keys AFTER UPDATE OF nearest ON accounts WHEN NEW.nearest <> OLD.nearest
BEGIN
  UPDATE api_keys SET nearest = NEW.nearest WHERE account_id = NEW.id;
  UPDATE signing_keys SET nearest = NEW.nearest WHERE account_id = NEW.id;
END;
