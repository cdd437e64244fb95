/** Operations on the feeds of a calendar, and the iCalendar text of a calendar. */
import { newFeedSecret } from '../../auth/feed-credential.ts';
import { hashOf } from '../../crypto/hash.ts';
import type { Scope } from '../../db/scope.ts';
import { within } from '../../db/sizes.ts';
import type { Query } from '../../db/sql.ts';
import type { Detail } from '../../ical/calendar.ts';
import { ICALENDAR } from '../../ical/media-type.ts';
import { loadLazy } from '../../lazy/load.ts';
import { CALENDAR_TEXT_PAST_DAYS, FEEDS_MAX, START_MAX_TS_MS } from '../../limits.ts';
import { read, write } from '../../operation.ts';
import { change, creation, found, plan, TextDocument, type WithEtag, withEtag } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import { BASE_PATH } from '../../route.ts';
import type { CreateFeedResult, FeedResult, FeedsResult } from '../../sdk/types.ts';
import { DAY_MS } from '../../time/units.ts';
import { type CalendarRow, selectCalendar } from '../calendars/table.ts';
import { ofText } from '../events/limits.ts';
import { inWindow, selectLastingEventsIn } from '../events/window-sql.ts';
import { versionOf } from './content-version.ts';
import * as input from './input.ts';
import {
  deleteFeed,
  type FedCalendarRow,
  feedIsThere,
  insertFeed,
  newFeedRow,
  selectFedCalendar,
  selectFeed,
  selectFeeds,
  toFeed,
} from './sql.ts';

export const listFeeds = read({
  params: ['calendarId'],
  run: (scope, { params: { calendarId } }) =>
    plan(
      [selectCalendar(scope, calendarId), selectFeeds(scope, calendarId)],
      (calendars, feeds): FeedsResult => {
        found(calendars);
        return { feeds: feeds.map(toFeed) };
      },
    ),
});

export const addFeed = write({
  idempotent: true,
  params: ['calendarId'],
  body: input.creation,
  retryAdvice:
    'If it did, nobody has the new address: list the feeds, remove the one that you do not know, and send it again.',
  // The key of the request seals the answer, too: see http/idempotency.ts.
  sealedWith: ({ apiKey, tokenUser }) => apiKey ?? tokenUser ?? '',
  async run(scope, { params: { calendarId }, body, shard, origin, now }) {
    const secret = newFeedSecret(shard.number);
    const row = newFeedRow(secret, body, now);
    const result: CreateFeedResult = {
      feed: toFeed(row),
      url: `${origin}${BASE_PATH}/feed/${secret}.ics`,
    };
    const expected = { answer: withEtag(result, row), created: feedIsThere(scope, row) };
    const statements = [
      selectCalendar(scope, calendarId),
      await insertFeed(scope, calendarId, row, secret),
    ] as const;
    return creation(expected, statements, (calendars, [added]) => {
      found(calendars);
      if (added) return undefined;
      throw new Problem('feed-limit', `A calendar has at most ${FEEDS_MAX} feeds. Remove one first.`);
    });
  },
});

export const removeFeed = write({
  params: ['calendarId', 'feedId'],
  target: (scope, { params: { calendarId, feedId } }) => selectFeed(scope, calendarId, feedId),
  run: (scope, { params: { calendarId, feedId } }) =>
    change(
      deleteFeed(scope, calendarId, feedId),
      (row): WithEtag<FeedResult> => withEtag({ feed: toFeed(row) }, row),
    ),
});

/** The text of the calendar that a query selects, as one round trip. */
function textPlan<Row extends CalendarRow>(
  scope: Scope,
  calendar: Query<Row>,
  now: number,
  seen: (row: Row) => { name: string | null; detail: Detail },
) {
  const window = { startTs: now - CALENDAR_TEXT_PAST_DAYS * DAY_MS, endTs: START_MAX_TS_MS + 1, now };
  return plan(
    [calendar, selectLastingEventsIn(scope, calendar, window, ofText)],
    async (rows, read): Promise<TextDocument> => {
      const row = found(rows);
      const { name, detail } = seen(row);
      const events = inWindow(read).sort((a, b) => a.seq - b.seq);
      const version = await versionOf([row.id, row.timezone, row.week_start, name, detail], events);
      const modifiedAt = events.reduce((latest, { updated }) => Math.max(latest, updated), 0);
      const { writeCalendar, toWritten } = await loadLazy();
      const pieces =
        within(read, ofText) === read.length &&
        writeCalendar({ name, detail }, toWritten(events, detail), ofText.workNs);
      if (pieces) return new TextDocument(ICALENDAR, pieces, version, modifiedAt);
      throw new Problem(
        'answer-too-large',
        `The calendar has too many events for one text: at most ${ofText.rows} of the last ${CALENDAR_TEXT_PAST_DAYS} days and to come.`,
      );
    },
  );
}

/** The name of a calendar, where its metadata has one. */
const nameOf = ({ metadata }: CalendarRow): string | null => {
  const { title, name } = JSON.parse(metadata) as Record<string, string | undefined>;
  return title ?? name ?? null;
};

export const getCalendarText = read({
  unbounded: true,
  hasEtag: true,
  params: ['calendarId'],
  run: (scope, { params, now }) =>
    textPlan(scope, selectCalendar(scope, params.calendarId), now, (row) => ({
      name: nameOf(row),
      detail: 'full',
    })),
});

export const getFeed = read({
  hasEtag: true,
  discloses: true,
  params: ['secret'],
  run: async (scope, { params, now }) =>
    textPlan(scope, selectFedCalendar(scope, await hashOf(params.secret)), now, (row: FedCalendarRow) => ({
      name: row.feed_name ?? nameOf(row),
      detail: row.detail,
    })),
});
