/** What is done to calendars: by their users, and by the account for them. */
import { ownerOf, type Scope } from '../../db/scope.ts';
import { type Input, read, write } from '../../operation.ts';
import { change, creation, firstVersion, lookup, plan, type Tagged, tagged } from '../../plan.ts';
import type { CalendarResult, CalendarsPage, CalendarsResult } from '../../sdk/types.ts';
import { metadataQuery } from '../../validation/schemas.ts';
import { page, pageQuery } from '../lists.ts';
import { selectUser } from '../users/table.ts';
import * as input from './input.ts';
import {
  type CalendarRow,
  calendarIsThere,
  deleteCalendar,
  insertCalendar,
  listedCalendars,
  selectCalendar,
  selectCalendarsByMetadata,
  toCalendar,
  updateCalendar,
} from './table.ts';

const toResult = (row: CalendarRow): Tagged<CalendarResult> => tagged({ calendar: toCalendar(row) }, row);

const target = (scope: Scope, { params }: Pick<Input<'calendarId'>, 'params'>) =>
  selectCalendar(scope, params.calendarId);

export const createCalendar = write({
  idempotent: true,
  body: input.creation,
  run(scope, { body: { timezone, weekStart, metadata } }) {
    const row: CalendarRow = {
      id: crypto.randomUUID(),
      user_id: ownerOf(scope),
      timezone,
      week_start: weekStart,
      metadata: JSON.stringify(metadata),
      version: firstVersion(),
    };
    return creation({ answer: toResult(row), created: calendarIsThere(scope, row) }, [
      insertCalendar(scope, row),
    ]);
  },
});

export const getCalendar = read({
  hasEtag: true,
  params: ['calendarId'],
  run: (scope, { params }) => lookup(selectCalendar(scope, params.calendarId), toResult),
});

export const changeCalendar = write({
  params: ['calendarId'],
  body: input.update,
  target,
  run: (scope, { params, body }) => change(updateCalendar(scope, params.calendarId, body), toResult),
});

export const removeCalendar = write({
  params: ['calendarId'],
  target,
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

export const listCalendars = read({
  unbounded: true,
  query: pageQuery,
  run: (scope, input) =>
    page(scope, input, {
      name: 'calendars',
      listed: listedCalendars(scope),
      owner: selectUser(scope),
      toAnswer: (rows: CalendarRow[], nextCursor): CalendarsPage => ({
        calendars: rows.map(toCalendar),
        nextCursor,
      }),
    }),
});
