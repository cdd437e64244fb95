/** The operations that expand series: the instances in a window, of an event, of a calendar, of a user's busy time. */

import { found, lookup, plan, read } from '../../operation.ts';
import { Problem } from '../../problem.ts';
import type {
  CalendarEventsResult,
  FreebusyResult,
  Instance,
  InstancesResult,
  Timespan,
} from '../../sdk/types.ts';
import { instances, mergeBusy } from '../../time/recurrence.ts';
import {
  type CalendarRow,
  selectCalendar,
  selectCalendars,
  selectCalendarsById,
  toCalendar,
} from '../calendars/rows.ts';
import { selectUser } from '../users/rows.ts';
import * as input from './input.ts';
import {
  type BusyRow,
  selectBusyEventsIn,
  selectEventsIn,
  selectZonedEvent,
  toEvent,
  toSeries,
} from './rows.ts';

type Zone = Pick<CalendarRow, 'timezone' | 'week_start'>;

const expand = (event: BusyRow, { timezone, week_start }: Zone, window: Timespan): Instance[] =>
  instances(toSeries(event), timezone, week_start, window);

export const getInstances = read({
  params: ['eventId'],
  query: input.window,
  run: (scope, { params, query }) =>
    lookup(
      selectZonedEvent(scope, params.eventId),
      (event): InstancesResult => ({ event: toEvent(event), instances: expand(event, event, query) }),
    ),
});

/** Events without an instance in the window are left out. */
export const getCalendarEvents = read({
  heavy: true,
  params: ['calendarId'],
  query: input.window,
  run(scope, { params, query }) {
    const ofCalendar = selectCalendar(scope, params.calendarId);
    return plan(
      [ofCalendar, selectEventsIn(scope, ofCalendar, query)],
      (rows, events): CalendarEventsResult => {
        const calendar = found(rows);
        return {
          calendar: toCalendar(calendar),
          events: events
            .map((event) => ({ event: toEvent(event), instances: expand(event, calendar, query) }))
            .filter(({ instances }) => instances.length > 0),
        };
      },
    );
  },
});

/** Of the named calendars, or of all; a name that is not one of the user's is not passed over: it would look free. */
export const getFreebusy = read({
  heavy: true,
  query: input.freebusy,
  run(scope, { query }) {
    const ids = query.calendarIds;
    const calendars = ids ? selectCalendarsById(scope, ids) : selectCalendars(scope);
    const statements = [selectUser(scope), calendars, selectBusyEventsIn(scope, calendars, query)] as const;
    return plan(statements, (users, calendars, events): FreebusyResult => {
      const { id: userId } = found(users);
      if (ids && calendars.length < ids.length)
        throw new Problem('not-found', 'A calendar does not exist, or is not of that user.');
      const zones = new Map(calendars.map((calendar) => [calendar.id, calendar]));
      const busy = events.flatMap((event) => expand(event, zones.get(event.calendar_id) as Zone, query));
      return { busy: mergeBusy(busy), userId };
    });
  },
});
