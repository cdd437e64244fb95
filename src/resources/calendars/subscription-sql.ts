/** Statements on the subscriptions of calendars. Those of the fetches are in ../subscriptions. */
import { ownerOf, type Scope } from '../../db/scope.ts';
import { assign, type Sql, sql } from '../../db/sql.ts';
import { live } from '../../db/table.ts';
import { SUBSCRIPTIONS_MAX } from '../../limits.ts';
import type { Subscription } from '../../sdk/types.ts';
import { users } from '../users/table.ts';
import { calendars, selectCalendar } from './table.ts';

type Settings = Pick<Subscription, 'url' | 'refreshMinutes' | 'busy'>;
type Changes = {
  [Name in keyof Settings | 'timezone']?: (Settings & { timezone: string })[Name] | undefined;
};

/** The condition that the calendar has a subscription. */
export const isSubscribed = ({ account }: Scope, calendar: string): Sql => sql`EXISTS (
  SELECT 1 FROM subscriptions WHERE account_id = ${account} AND calendar_id = ${calendar})`;

/** Inserts the subscription of a calendar that comes after it, unless the user has `SUBSCRIPTIONS_MAX`. */
export const insertSubscription = (
  scope: Scope,
  calendar: string,
  { url, refreshMinutes, busy }: Settings,
): Sql => sql`
  INSERT INTO subscriptions (account_id, calendar_id, url, refresh_minutes, busy)
  SELECT account_id, ${calendar}, ${url}, ${refreshMinutes}, ${busy} FROM users
  WHERE account_id = ${scope.account} AND id = ${ownerOf(scope)} AND ${users.live} AND (
    SELECT count(*) FROM calendars c CROSS JOIN subscriptions s ON s.account_id = c.account_id AND s.calendar_id = c.id
    WHERE c.account_id = users.account_id AND c.user_id = users.id AND ${live(calendars, 'c')}) < ${SUBSCRIPTIONS_MAX}
  RETURNING 1`;

/**
 * Updates what a request names. What decides the events (the URL, `busy`, and the time zone of floating times) makes the next
 * fetch due now, and take nothing as known; one that is under way has no effect, as the version is another.
 */
export function updateSubscription(
  scope: Scope,
  calendar: string,
  { url, refreshMinutes, busy, timezone }: Changes,
): Sql {
  const anew =
    url || busy || timezone ? { next_at: 0, etag: null, last_modified: null, hash: null, failures: 0 } : {};
  const changes = { url, refresh_minutes: refreshMinutes, busy, ...anew, version: sql`version + 1` };
  return sql`UPDATE subscriptions SET ${assign(changes)}
    WHERE account_id = ${scope.account} AND calendar_id = ${calendar} AND EXISTS (${selectCalendar(scope, calendar)})`;
}
