import { FOUND_BY_METADATA, LISTED, type OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Calendars:
    'A calendar holds events of a user. Its time zone and its first day of the week are those of the events that are made in it, unless an event names its own.',
};

export const docs = {
  listCalendars: {
    tag: 'Calendars',
    summary: 'List the calendars of a user',
    description: LISTED,
    sdk: 'calendar.list(userId, query)',
    answer: 'CalendarsPage',
    query: 'ListQuery',
  },
  createCalendar: {
    tag: 'Calendars',
    summary: 'Create a calendar',
    description:
      'Its events repeat on the clock of its time zone, daylight saving included, unless an event names another zone. With a ' +
      '`subscription`, its events come from a URL, which the service fetches from time to time, and nobody else can write them.',
    sdk: 'calendar.create(userId, body)',
    answer: 'CalendarResult',
    body: 'CreateCalendar',
    codes: ['subscription-limit'],
  },
  findCalendars: {
    tag: 'Calendars',
    summary: 'Find calendars by metadata',
    description: FOUND_BY_METADATA,
    sdk: 'calendar.findByMeta(query)',
    answer: 'CalendarsResult',
    query: 'MetadataQuery',
    codes: ['answer-too-large'],
  },
  getCalendar: {
    tag: 'Calendars',
    summary: 'Get a calendar',
    description: 'Returns the calendar with its settings, and without its events.',
    sdk: 'calendar.findById(calendarId)',
    answer: 'CalendarResult',
  },
  changeCalendar: {
    tag: 'Calendars',
    summary: 'Update a calendar',
    description:
      'A new time zone or start of the week applies to events created from then on. Existing events keep theirs. ' +
      'After a change of the `url`, `busy` or time zone of a subscription, the service fetches it again within minutes.',
    sdk: 'calendar.update(calendarId, body)',
    answer: 'CalendarResult',
    body: 'UpdateCalendar',
    codes: ['quota-exceeded'],
  },
  removeCalendar: {
    tag: 'Calendars',
    summary: 'Delete a calendar',
    description: 'Also deletes its events.',
    sdk: 'calendar.remove(calendarId)',
    answer: 'CalendarResult',
  },
} as const satisfies Record<string, OperationDocs>;
