-- The addresses under which a calendar can be read as iCalendar text. The database has only the SHA-256 of the secret in an
-- address, as of API keys.
CREATE TABLE feeds (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  id TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  name TEXT,
  detail TEXT NOT NULL CHECK (detail IN ('full', 'busy')),
  hint TEXT NOT NULL,
  created INTEGER NOT NULL,
  UNIQUE (account_id, calendar_id, id),
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendars (account_id, id) ON DELETE CASCADE
) STRICT;
