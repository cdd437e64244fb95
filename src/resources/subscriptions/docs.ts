import type { OperationDocs } from '../../operation-docs.ts';

export const docs = {
  refreshCalendar: {
    tag: 'iCalendar',
    summary: 'Fetch a subscription now',
    description:
      "Fetches the calendar's feed, and answers when its events are as the feed says. Where that fails, `error` says why, and " +
      'the events stay. A subscription is fetched at most once a minute.',
    sdk: 'calendar.refresh(calendarId)',
    answer: 'CalendarResult',
    codes: ['input-invalid', 'quota-exceeded'],
  },
} as const satisfies Record<string, OperationDocs>;
