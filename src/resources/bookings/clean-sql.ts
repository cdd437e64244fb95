/** Statements that delete or change bookings in the background, in any account. jobs/clean.ts says when. */
import { type Query, query, type Sql, sql } from '../../db/sql.ts';
import { BOOKINGS_COUNTED_MS, EXPIRED_HOLD_KEPT_MS } from '../../limits.ts';
import { DAY_MS } from '../../time/units.ts';

/**
 * Deletes holds that expired some time ago, of the accounts from `from` on. It finds the accounts that have holds one after
 * the other in the index. Triggers delete the events of a session that has no other booking.
 */
export const deleteExpiredHolds = (
  from: string,
  now: number,
  limit: number,
): Sql<{ account_id: string }> => sql<{
  account_id: string;
}>`
  DELETE FROM bookings WHERE seq IN (
    WITH RECURSIVE account (id) AS (
      SELECT min(account_id) FROM ${holds} AND account_id >= ${from}
      UNION ALL SELECT (SELECT min(account_id) FROM ${holds} AND account_id > account.id) FROM account WHERE id IS NOT NULL)
    SELECT seq FROM account CROSS JOIN ${holds} AND account_id = account.id
      AND expires_at <= ${now - EXPIRED_HOLD_KEPT_MS} LIMIT ${limit})
  RETURNING account_id`;

const holds = sql`bookings INDEXED BY bookings_held WHERE state = 'held'`;

/** A session whose bookings are cancelled, whatever their rows say. */
export interface Cancellation {
  account_id: string;
  session: string;
}

/** A cancellation of the next account. */
export const selectCancellation = (after: string): Query<Cancellation> => query<Cancellation>`
  SELECT account_id, session FROM cancellations WHERE account_id > ${after} ORDER BY account_id LIMIT 1`;

/** The seats of a session that are not cancelled in their rows. */
const seats = ({ account_id, session }: Cancellation): Sql =>
  sql`SELECT seq FROM bookings WHERE account_id = ${account_id} AND session = ${session} AND session <> id
    AND state <> 'cancelled'`;

export const cancelSeats = (cancellation: Cancellation, limit: number): Sql => sql`
  UPDATE bookings SET state = 'cancelled', version = bookings.version + 1, updated = c.cancelled_at
  FROM (SELECT cancelled_at FROM cancellations WHERE account_id = ${cancellation.account_id} AND session = ${cancellation.session}) c
  WHERE seq IN (${seats(cancellation)} LIMIT ${limit})`;

/** Deletes a cancellation once every booking is cancelled in its row. */
export const deleteFinished = (cancellation: Cancellation): Sql => sql`
  DELETE FROM cancellations WHERE account_id = ${cancellation.account_id} AND session = ${cancellation.session}
    AND NOT EXISTS (${seats(cancellation)})`;

const endOf = (table: Sql, position: string | null, rows: number): Query<{ position: string }> =>
  query<{ position: string }>`
    SELECT CAST(seq AS TEXT) AS position FROM ${table} WHERE seq > ${Number(position)} ORDER BY seq LIMIT 1 OFFSET ${rows - 1}`;

/** The end of a stretch of all bookings. A position is a `seq`. */
export const selectEndOfBookings = (position: string | null, rows: number) =>
  endOf(sql`bookings`, position, rows);

/** Deletes the bookings of a stretch that were cancelled longer ago than their account keeps them. */
export const deleteCancelled = (position: string | null, rows: number, now: number): Sql => sql`
  DELETE FROM bookings WHERE seq IN (
    SELECT b.seq FROM (
      SELECT seq, account_id, state, updated FROM bookings WHERE seq > ${Number(position)} ORDER BY seq LIMIT ${rows}) b
    CROSS JOIN accounts a ON a.id = b.account_id
    WHERE b.state = 'cancelled' AND b.updated <= ${now} - a.keep_cancelled_days * ${DAY_MS})`;

/** The end of a stretch of all hosts. A position is a `seq`. */
export const selectEndOfHosts = (position: string | null, rows: number) =>
  endOf(sql`service_users`, position, rows);

/**
 * Moves the start of the counts of the hosts in a stretch, once a day: a trigger of schema.sql subtracts the bookings
 * between.
 */
export const moveCounts = (position: string | null, rows: number, now: number): Sql => {
  const from = now - BOOKINGS_COUNTED_MS;
  return sql`
    UPDATE service_users SET booked_from = ${from} WHERE booked > 0 AND booked_from <= ${from - DAY_MS} AND seq IN (
      SELECT seq FROM service_users WHERE seq > ${Number(position)} ORDER BY seq LIMIT ${rows})`;
};
