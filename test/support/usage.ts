/** What the triggers of schema.sql counted for an account, and the same counted again from its rows. */

const UNREMOVED = 'AND id NOT IN (SELECT id FROM removals WHERE account_id = owner)';

/** `?` is the account's id. The two JSON arrays are the same, whatever has happened. */
export const COUNTED_TWICE = `
  SELECT json_array(users, calendars, events, schedules, services, bookings, kib, records, pending, pending_kib, kept_kib) AS counted, (
    SELECT json_array(
      (SELECT count(*) FROM users WHERE account_id = owner ${UNREMOVED}),
      (SELECT count(*) FROM calendars WHERE account_id = owner ${UNREMOVED}),
      (SELECT coalesce(sum(CASE WHEN n <= 16 THEN n WHEN n <= 32 THEN (n + 1) / 2 * 2 WHEN n <= 64 THEN (n + 3) / 4 * 4
        WHEN n <= 128 THEN (n + 7) / 8 * 8 WHEN n <= 256 THEN (n + 15) / 16 * 16 WHEN n <= 512 THEN (n + 31) / 32 * 32
        ELSE (n + 63) / 64 * 64 END), 0)
        FROM (SELECT count(*) AS n FROM events WHERE account_id = owner GROUP BY user_id)),
      (SELECT count(*) FROM schedules WHERE account_id = owner ${UNREMOVED}),
      (SELECT count(*) FROM services WHERE account_id = owner ${UNREMOVED}),
      (SELECT count(*) FROM bookings WHERE account_id = owner),
      (SELECT coalesce(sum(2 * octet_length(metadata) / 1024), 0) FROM users WHERE account_id = owner)
        + (SELECT coalesce(sum(2 * octet_length(metadata) / 1024), 0) FROM calendars WHERE account_id = owner)
        + (SELECT coalesce(sum((2 * octet_length(metadata) + octet_length(rules)) / 1024), 0)
          FROM schedules WHERE account_id = owner)
        + (SELECT coalesce(sum(2 * octet_length(metadata) / 1024), 0) FROM services WHERE account_id = owner)
        + (SELECT coalesce(sum((octet_length(metadata) + octet_length(hosts) + octet_length(events)) / 1024), 0)
          FROM bookings WHERE account_id = owner)
        + (SELECT coalesce(sum((2 * octet_length(metadata) + coalesce(octet_length(recurrence), 0)
            + octet_length(exdates) + octet_length(reminders)) / 1024), 0) FROM events WHERE account_id = owner)
        + (SELECT count(*) FROM service_users WHERE account_id = owner)
        + (SELECT count(*) FROM feeds WHERE account_id = owner)
        + 2 * (SELECT count(*) FROM subscriptions WHERE account_id = owner)
        + (SELECT coalesce(sum(2 * octet_length(uid) / 1024), 0) FROM imported_events WHERE account_id = owner),
      (SELECT coalesce(sum(weight), 0) FROM remembered WHERE account_id = owner), -- the former name
      (SELECT coalesce(sum(weight * (state = 'pending')), 0) FROM deliveries WHERE account_id = owner),
      (SELECT coalesce(sum(weight * (1 + octet_length(content) / 1024) * (state = 'pending')), 0)
        FROM deliveries WHERE account_id = owner),
      (SELECT coalesce(sum(weight * (1 + octet_length(content) / 1024) * (state <> 'pending')), 0)
        FROM deliveries WHERE account_id = owner))
    FROM (SELECT usage.account_id AS owner)) AS again
  FROM usage WHERE account_id = ?`;

export interface CountedTwice {
  counted: string;
  again: string;
}
