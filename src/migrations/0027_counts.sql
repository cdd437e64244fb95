-- A series with overrides that is deleted is off the count of its user before its overrides go, which are counted by it: SQLite
-- fires the newest trigger first.
DROP TRIGGER event_delete_keeps_count;
CREATE TRIGGER event_delete_keeps_count AFTER DELETE ON events
BEGIN
  UPDATE users SET events = events + rest.more
  FROM (SELECT coalesce(max(CASE WHEN seq > OLD.seq THEN -1 ELSE OLD.nth - nth - 1 END), OLD.nth - 1) AS more
    FROM (SELECT seq, nth FROM events e INDEXED BY events_of_user
      WHERE e.account_id = OLD.account_id AND e.user_id = OLD.user_id ORDER BY e.seq DESC LIMIT 1)) rest
  WHERE account_id = OLD.account_id AND id = OLD.user_id AND rest.more <> 0;
END;
