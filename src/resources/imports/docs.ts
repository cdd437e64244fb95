import type { OperationDocs } from '../../operation-docs.ts';

export const docs = {
  importCalendar: {
    tag: 'iCalendar',
    summary: 'Import a calendar file',
    description:
      'Takes iCalendar text, and adds its events to the calendar. An event that was imported before, by its `UID`, is updated where ' +
      'the file has a higher `SEQUENCE` or a later `LAST-MODIFIED`, so that the same file changes nothing. All of it takes effect, ' +
      'or none. What events cannot represent is skipped, with the reason.',
    sdk: 'calendar.import(calendarId, body)',
    answer: 'ImportResult',
    codes: ['quota-exceeded', 'calendar-read-only'],
  },
} as const satisfies Record<string, OperationDocs>;
