/** The ranks of a round robin's hosts, in SQL: the host with the lowest rank takes the slot. */
import { raw, type Sql, sql } from '../../db/sql.ts';
import { BOOKINGS_COUNTED_MS } from '../../limits.ts';
import { LENGTH_CLASSES } from '../events/length-classes.ts';

/**
 * The rank of a host `h`, as terms of an ORDER BY: by `equalDistribution` how many bookings of the service the host has in
 * the last thirty days and to come; then, and by `availability` only, when the host was last booked, never before any.
 * Triggers of schema.sql count the bookings that are confirmed; those of `booked_from` that are older than thirty days by
 * now do not count.
 *
 * @param now milliseconds since the epoch.
 */
export const rankOf = (now: number): Sql => {
  const at = raw(String(now));
  return sql`
    CASE WHEN h.booked_from IS NULL THEN 0 ELSE h.booked + (h.head_start_until > ${at}) * h.head_start
      - (SELECT count(*) FROM (${LENGTH_CLASSES}) class CROSS JOIN events e INDEXED BY events_booked
          ON e.account_id = h.account_id AND e.user_id = h.user_id AND e.service_id IS NOT NULL AND e.expires_at IS NULL
          AND e.length_class = class.value AND e.start_ts >= h.booked_from AND e.start_ts < ${at} - ${raw(String(BOOKINGS_COUNTED_MS))}
        WHERE e.service_id = h.service_id AND e.session IS NOT NULL)
      + (SELECT count(*) FROM ${eventsOfHost} AND e.expires_at > ${at})
    END,
    max(coalesce((SELECT ${bookedAt} FROM ${eventsOfHost} AND e.expires_at IS NULL ORDER BY e.created DESC, e.seq DESC LIMIT 1), 0),
      coalesce((SELECT max(${bookedAt}) FROM ${eventsOfHost} AND e.expires_at > ${at}), 0))`;
};

/** When an event was made: of those of one millisecond, the one that was written later came later. */
const bookedAt = sql`e.created * 1000000 + e.seq % 1000000`;

/** The events of the bookings of a host `h` in the service, as the start of a condition. */
const eventsOfHost = sql`events e INDEXED BY events_of_service
  WHERE e.account_id = h.account_id AND e.service_id = h.service_id AND e.user_id = h.user_id AND (e.session IS NULL) = 0`;
