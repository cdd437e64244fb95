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
    answer: 'CalendarsPage',
    query: 'ListQuery',
  },
  createCalendar: {
    tag: 'Calendars',
    summary: 'Create a calendar',
    answer: 'CalendarResult',
    body: 'CreateCalendar',
  },
  findCalendars: {
    tag: 'Calendars',
    summary: 'Find calendars by metadata',
    description: FOUND_BY_METADATA,
    answer: 'CalendarsResult',
    query: 'MetadataQuery',
    codes: ['answer-too-large'],
  },
  getCalendar: { tag: 'Calendars', summary: 'Get a calendar', answer: 'CalendarResult' },
  changeCalendar: {
    tag: 'Calendars',
    summary: 'Update a calendar',
    answer: 'CalendarResult',
    body: 'UpdateCalendar',
    codes: ['quota-exceeded'],
  },
  removeCalendar: {
    tag: 'Calendars',
    summary: 'Delete a calendar',
    description: 'Also deletes its events.',
    answer: 'CalendarResult',
  },
} as const satisfies Record<string, OperationDocs>;
