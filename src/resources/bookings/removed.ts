/**
 * What a removal does to bookings, before its steps have cancelled them. A booking is cancelled with its service, with
 * any of its hosts, with the user who booked it, and with a calendar that has one of its events.
 */
import { anyRemoved, removed } from '../../db/removed.ts';

/** When a removal cancelled a booking whose row says otherwise yet, in milliseconds since the epoch; else NULL. */
export const removedAt = (booking: string): string => `CASE
  WHEN ${booking}.state = 'cancelled' THEN NULL WHEN ${anyRemoved(`${booking}.account_id`)} THEN (
    SELECT min(removals.created) FROM (
      SELECT ${booking}.service_id AS id UNION ALL SELECT ${booking}.booked_by
      UNION ALL SELECT value FROM json_each(${booking}.hosts)
      UNION ALL SELECT booked.calendar_id FROM json_each(${booking}.events) own
        CROSS JOIN events booked ON booked.account_id = ${booking}.account_id AND booked.id = own.value) part
    CROSS JOIN removals ON removals.account_id = ${booking}.account_id AND removals.id = part.id) END`;

/**
 * The condition that no removal has cancelled all bookings of an event: the event would go with them. The events of a
 * removed service stay.
 */
export const sessionLives = (event: string): string => `CASE
  WHEN ${event}.session IS NULL THEN 1 WHEN NOT ${anyRemoved(`${event}.account_id`)} THEN 1
  WHEN ${removed(`${event}.account_id`, `${event}.service_id`)} THEN 1
  ELSE EXISTS (SELECT 1 FROM session_bookings seat WHERE seat.account_id = ${event}.account_id
    AND seat.session = ${event}.session AND ${removedAt('seat')} IS NULL) END`;
