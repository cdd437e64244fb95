/** Statements on the feeds of a calendar. */
import { hashOf } from '../../crypto/hash.ts';
import { exists, ofUser, type Scope } from '../../db/scope.ts';
import { type Query, query, raw, type Sql, sql } from '../../db/sql.ts';
import { FEEDS_MAX } from '../../limits.ts';
import type { Versioned } from '../../plan.ts';
import type { Feed } from '../../sdk/types.ts';
import { type CalendarRow, calendars, selectCalendar } from '../calendars/table.ts';

/** A feed never changes, so every feed has version 1. */
export type FeedRow = Feed & Versioned;

const VERSION = 1;

const columns = sql`id, name, detail, hint, created, ${raw(String(VERSION))} AS version`;

/** The row of a new feed: it holds the last characters of the secret, and `insertFeed` adds the hash. */
export const newFeedRow = (
  secret: string,
  { name, detail }: Pick<Feed, 'name' | 'detail'>,
  now: number,
): FeedRow => ({
  id: crypto.randomUUID(),
  name,
  detail,
  hint: secret.slice(-4),
  created: now,
  version: VERSION,
});

export const toFeed = ({ id, name, detail, hint, created }: FeedRow): Feed => ({
  id,
  name,
  detail,
  hint,
  created,
});

export const selectFeeds = ({ account }: Scope, calendar: string): Query<FeedRow> =>
  query<FeedRow>`SELECT ${columns} FROM feeds WHERE account_id = ${account} AND calendar_id = ${calendar} ORDER BY seq`;

const one = (scope: Scope, calendar: string, id: string): Sql =>
  sql`account_id = ${scope.account} AND calendar_id = ${calendar} AND id = ${id} AND EXISTS (${selectCalendar(scope, calendar)})`;

export const selectFeed = (scope: Scope, calendar: string, id: string): Query<FeedRow> =>
  query<FeedRow>`SELECT ${columns} FROM feeds WHERE ${one(scope, calendar, id)}`;

/** No row comes back where the calendar does not exist, or has `FEEDS_MAX` feeds. */
export async function insertFeed(scope: Scope, calendar: string, row: FeedRow, secret: string): Promise<Sql> {
  return sql`
    INSERT INTO feeds (account_id, id, calendar_id, hash, name, detail, hint, created)
    SELECT account_id, ${row.id}, id, ${await hashOf(secret)}, ${row.name}, ${row.detail}, ${row.hint}, ${row.created}
    FROM calendars WHERE ${ofUser(scope)} AND id = ${calendar} AND ${calendars.live}
      AND (SELECT count(*) FROM feeds WHERE feeds.account_id = calendars.account_id AND feeds.calendar_id = calendars.id) < ${FEEDS_MAX}
    RETURNING 1`;
}

export const feedIsThere = (scope: Scope, { id }: FeedRow): Sql => exists(scope, sql`feeds`, id);

export const deleteFeed = (scope: Scope, calendar: string, id: string): Sql<FeedRow> =>
  sql<FeedRow>`DELETE FROM feeds WHERE ${one(scope, calendar, id)} RETURNING ${columns}`;

/** A calendar, with what its feed says of it. */
export type FedCalendarRow = CalendarRow & { feed_name: string | null; detail: Feed['detail'] };

/** The calendar of the feed with this hash. */
export const selectFedCalendar = (
  { account }: Scope,
  hash: string,
): Query<FedCalendarRow> => query<FedCalendarRow>`
  SELECT ${calendars.selected}, feeds.name AS feed_name, feeds.detail FROM feeds
  JOIN calendars ON calendars.account_id = feeds.account_id AND calendars.id = feeds.calendar_id AND ${calendars.live}
  WHERE feeds.account_id = ${account} AND feeds.hash = ${hash}`;
