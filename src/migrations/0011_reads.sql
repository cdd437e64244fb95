-- Free/busy and the busy calendars of slots read busy events alone, so the index of events in time has `busy` in its key.
-- A query for all events asks for both values.

DROP INDEX events_in_time;
CREATE INDEX events_in_time ON events (account_id, calendar_id, busy, length_class, start_ts);
