import { FOUND_BY_METADATA, LISTED, type OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Calendars:
    'A calendar holds events of a user. Recurring events repeat in its time zone, and weeks begin on its first day of the week.',
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
    description: 'The events of a calendar repeat on the clock of its time zone, daylight saving included.',
    sdk: 'calendar.create(userId, body)',
    answer: 'CalendarResult',
    body: 'CreateCalendar',
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
      'Recurring events then repeat on the clock of the new time zone, from the start that they have.',
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
