-- The events that came from a calendar file, by their UID there, and their version in the file. An event that did not come
-- from one costs no row here.
CREATE TABLE imported_events (
  seq INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  uid TEXT NOT NULL,
  piece TEXT NOT NULL, -- of a file's event that is several of ours: which of them; else empty
  event_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  UNIQUE (account_id, calendar_id, uid, piece),
  UNIQUE (account_id, event_id),
  FOREIGN KEY (account_id, event_id) REFERENCES events (account_id, id) ON DELETE CASCADE
) STRICT;
