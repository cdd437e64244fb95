/**
 * What a calendar may do to bookings. An event of a booking is the booking in its host's calendar: it can move, and it stays
 * what it is. No event that stands for a booking comes to lie on a booking of the same host.
 */
import { removed } from '../../db/removed.ts';
import { type Param, raw, type Sql, sql } from '../../db/sql.ts';
import { sessionLives } from '../bookings/removed.ts';
import type { EventUpdate } from './input.ts';
import { LENGTH_CLASSES } from './length-classes.ts';

/** The condition that a row of `events` belongs to a booking. The events of a deleted service no longer do. */
export const isBooked = sql`(events.session IS NOT NULL AND NOT ${raw(removed('events.account_id', 'events.service_id'))})`;

/** The condition that other hosts have an event of the same booking, so that no host alone can move it. */
export const isShared = sql`(${isBooked} AND EXISTS (SELECT 1 FROM session_events other
  WHERE other.account_id = events.account_id AND other.session = events.session AND other.seq <> events.seq))`;

/** The condition that an update would make an event of a booking something that the booking is not: a booking takes no whole days. */
export function unbooks({ busy, recurrence, exdates, serviceId, days }: EventUpdate): Sql {
  if (days) return serviceId === null ? isBooked : sql`(events.service_id IS NOT NULL)`;
  if (serviceId && days === undefined) {
    return sql`(events.days IS NOT NULL OR ${isBooked} AND ${busy === false || recurrence || exdates?.length ? sql`1` : sql`events.service_id IS NOT ${serviceId}`})`;
  }
  if (busy === false || recurrence || exdates?.length) return isBooked;
  return serviceId === undefined ? sql`0` : sql`(${isBooked} AND events.service_id IS NOT ${serviceId})`;
}

/** The condition that an update changes when an event takes place. */
export const moves = ({ startTs, duration }: EventUpdate): Sql =>
  startTs === undefined && duration === undefined
    ? sql`0`
    : sql`(events.start_ts <> ${startTs ?? sql`events.start_ts`} OR events.duration <> ${duration ?? sql`events.duration`})`;

/** An event as it would be. Each member is SQL, or a value. */
interface Placed {
  account: Sql;
  user: Sql;
  start: Sql | Param;
  duration: Sql | Param;
  service: Sql | Param;
  /** The `seq` and the session of the event; NULL where it is new, or belongs to no booking. */
  seq: Sql | Param;
  session: Sql | Param;
}

/**
 * The condition that an event which names a service would take time from another one of its user: each of them is a booking,
 * whoever made it. A direct event may stand on the very slot of its group, which it blocks for nobody. Of a series, this is
 * its first instance.
 *
 * @param now milliseconds since the epoch: a hold takes time until it expires.
 */
export function isOnBooking(placed: Placed, now: number): Sql {
  const those = (found: Sql): Sql => sql`SELECT 1 FROM new CROSS JOIN ${found}
    AND e.start_ts < new.start + new.duration AND e.start_ts + e.duration > new.start AND new.duration > 0 AND e.duration > 0
    AND new.service IS NOT NULL AND e.seq IS NOT new.seq AND (e.session IS NULL OR e.session IS NOT new.session)
    AND e.recurrence IS NULL AND e.exdates = '[]' AND ${raw(sessionLives('e'))}
    AND NOT (e.service_id = new.service AND e.start_ts = new.start AND e.duration = new.duration AND ${sharesSlot})`;
  const ofUser = sql`events e INDEXED BY events_booked
    ON e.account_id = new.account AND e.user_id = new.user AND e.service_id IS NOT NULL`;
  return sql`EXISTS (
    WITH new AS (SELECT ${placed.account} AS account, ${placed.user} AS user, ${placed.start} AS start,
      ${placed.duration} AS duration, ${placed.service} AS service, ${placed.seq} AS seq, ${placed.session} AS session)
    ${those(sql`(${LENGTH_CLASSES}) class CROSS JOIN ${ofUser} AND e.expires_at IS NULL AND e.length_class = class.value
      AND e.start_ts >= new.start - class.value`)}
    UNION ALL ${those(sql`${ofUser} AND e.expires_at > ${now}`)})`;
}

/** The condition that one of the events `new` and `e` is direct, and that the other one is too, or is a seat of a group. */
const sharesSlot = sql`(new.session IS NULL OR e.session IS NULL) AND EXISTS (SELECT 1 FROM services s
    WHERE s.account_id = e.account_id AND s.id = e.service_id AND s.multi_person ->> 'variant' = 'group')
  AND (coalesce(new.session, e.session) IS NULL OR EXISTS (SELECT 1 FROM sessions
    WHERE sessions.account_id = e.account_id AND sessions.id = coalesce(new.session, e.session)))`;
