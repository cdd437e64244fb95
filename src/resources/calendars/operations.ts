import { operation, plan, single } from '../../operation.ts';
import type { CalendarResult, CalendarsResult } from '../../sdk/types.ts';
import { metadataQuery } from '../schemas.ts';
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

const toResult = (row: CalendarRow): CalendarResult => ({ calendar: toCalendar(row) });

export const createCalendar = operation({
  body: input.creation,
  run(scope, { body: { metadata, ...settings } }) {
    return single(insertCalendar(scope, { id: crypto.randomUUID(), settings, metadata }), toResult);
  },
});

export const getCalendar = operation({
  run: (scope, { params }) => single(selectCalendar(scope, params.calendarId), toResult),
});

export const changeCalendar = operation({
  body: input.update,
  run: (scope, { params, body }) => single(updateCalendar(scope, params.calendarId, body), toResult),
});

export const removeCalendar = operation({
  run: (scope, { params }) => single(deleteCalendar(scope, params.calendarId), toResult),
});

export const findCalendars = operation({
  query: metadataQuery,
  run: (scope, { query }) =>
    plan(
      [selectCalendarsByMetadata(scope, query)],
      (rows): CalendarsResult => ({ calendars: rows.map(toCalendar) }),
    ),
});
