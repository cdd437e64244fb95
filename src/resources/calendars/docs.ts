import { FOUND_BY_METADATA, LISTED, type OperationDocs } from '../../operation-docs.ts';

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
  },
  getCalendar: { tag: 'Calendars', summary: 'Get a calendar', answer: 'CalendarResult' },
  changeCalendar: {
    tag: 'Calendars',
    summary: 'Update a calendar',
    answer: 'CalendarResult',
    body: 'UpdateCalendar',
  },
  removeCalendar: {
    tag: 'Calendars',
    summary: 'Delete a calendar',
    description: 'Also deletes its events.',
    answer: 'CalendarResult',
  },
} as const satisfies Record<string, OperationDocs>;
