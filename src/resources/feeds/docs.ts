import type { OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  iCalendar:
    'Calendars as iCalendar text (RFC 5545): feeds that any calendar app can subscribe to, and files. A text has the events of the last 90 days and all to come, at most 5,000.',
};

const CONDITIONAL =
  'Its `etag` changes only with its content: send it in `if-none-match` to get 304 instead of the same text.';

export const docs = {
  listFeeds: {
    tag: 'iCalendar',
    summary: 'List the feeds of a calendar',
    description:
      "Returns each feed's name and the last characters of its address, and never the address itself.",
    sdk: 'calendar.feeds.list(calendarId)',
    answer: 'FeedsResult',
  },
  addFeed: {
    tag: 'iCalendar',
    summary: 'Create a feed',
    description:
      'Returns an address that any calendar app can subscribe to. The service never shows it again. Anyone who has it can read the calendar, or, with the `detail` `busy`, only when its user is busy.',
    sdk: 'calendar.feeds.create(calendarId, body)',
    answer: 'CreateFeedResult',
    body: 'CreateFeed',
    codes: ['feed-limit'],
  },
  removeFeed: {
    tag: 'iCalendar',
    summary: 'Remove a feed',
    description: 'Its address stops working with the next request.',
    sdk: 'calendar.feeds.remove(calendarId, feedId)',
    answer: 'FeedResult',
  },
  getFeed: {
    tag: 'iCalendar',
    summary: 'Read a feed',
    description: `Needs no credentials: the secret in the address is enough. ${CONDITIONAL}`,
    sdk: 'calendar.feeds.read(secret)',
    answer: 'ICalendarText',
    media: 'text/calendar',
    codes: ['answer-too-large'],
  },
  getCalendarText: {
    tag: 'iCalendar',
    summary: 'Get a calendar as iCalendar text',
    description: `The same text as that of a feed with the \`detail\` \`full\`. ${CONDITIONAL}`,
    sdk: 'calendar.ics(calendarId)',
    answer: 'ICalendarText',
    media: 'text/calendar',
    codes: ['answer-too-large'],
  },
} as const satisfies Record<string, OperationDocs>;
