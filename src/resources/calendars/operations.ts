/** What is done to calendars: by their users, and by the account for them. */
import { change, lookup, plan, read, write } from '../../operation.ts';
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

export const createCalendar = write({
  body: input.creation,
  run: (scope, { body: { metadata, ...settings } }) =>
    change(insertCalendar(scope, { id: crypto.randomUUID(), settings, metadata }), toResult),
});

export const getCalendar = read({
  params: ['calendarId'],
  run: (scope, { params }) => lookup(selectCalendar(scope, params.calendarId), toResult),
});

export const changeCalendar = write({
  params: ['calendarId'],
  body: input.update,
  run: (scope, { params, body }) => change(updateCalendar(scope, params.calendarId, body), toResult),
});

export const removeCalendar = write({
  params: ['calendarId'],
  run: (scope, { params }) => change(deleteCalendar(scope, params.calendarId), toResult),
});

export const findCalendars = read({
  query: metadataQuery,
  run: (scope, { query }) =>
    plan(
      [selectCalendarsByMetadata(scope, query)],
      (rows): CalendarsResult => ({ calendars: rows.map(toCalendar) }),
    ),
});
