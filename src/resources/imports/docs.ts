import type { OperationDocs } from '../../operation-docs.ts';

export const docs = {
  importCalendar: {
    tag: 'iCalendar',
    summary: 'Import a calendar file',
    description:
      'Takes iCalendar text, and adds its events to the calendar. `UID` identifies an event that was imported before: a higher ' +
      '`SEQUENCE` or a later `LAST-MODIFIED` updates it, and the same file changes nothing. Either the whole file takes effect, or ' +
      'nothing does. The import skips what events cannot represent, and says why.',
    sdk: 'calendar.import(calendarId, body)',
    answer: 'ImportResult',
    codes: ['quota-exceeded', 'calendar-read-only'],
  },
} as const satisfies Record<string, OperationDocs>;
