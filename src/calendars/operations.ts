import { found, operation, plan } from '../operation.ts';
import { metadataQuery } from '../schemas.ts';
import type { CalendarResult, CalendarsResult } from '../sdk/types.ts';
import * as input from './input.ts';
import {
  type CalendarRow,
  deleteCalendar,
  insertCalendar,
  selectCalendar,
  selectCalendarsByMetadata,
  toCalendar,
  updateCalendar,
} from './rows.ts';

const one = (rows: CalendarRow[]): CalendarResult => ({ calendar: toCalendar(found(rows)) });

export const createCalendar = operation({
  body: input.creation,
  run(scope, { body: { metadata, ...settings } }) {
    return plan([insertCalendar(scope, { id: crypto.randomUUID(), settings, metadata })], one);
  },
});

export const getCalendar = operation({
  run: (scope, { params }) => plan([selectCalendar(scope, params.calendarId)], one),
});

export const changeCalendar = operation({
  body: input.update,
  run: (scope, { params, body }) => plan([updateCalendar(scope, params.calendarId, body)], one),
});

export const removeCalendar = operation({
  run: (scope, { params }) => plan([deleteCalendar(scope, params.calendarId)], one),
});

export const findCalendars = operation({
  query: metadataQuery,
  run: (scope, { query }) =>
    plan(
      [selectCalendarsByMetadata(scope, query)],
      (rows): CalendarsResult => ({ calendars: rows.map(toCalendar) }),
    ),
});
