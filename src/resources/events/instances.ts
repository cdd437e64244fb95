/** The operations that expand series: the instances in a window, of an event, of a calendar, of a user's busy time. */

import { FREEBUSY_CALENDARS_MAX } from '../../limits.ts';
import { read } from '../../operation.ts';
import { found, lookup, plan } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type {
  CalendarEventsResult,
  FreebusyResult,
  Instance,
  InstancesResult,
  Timespan,
} from '../../sdk/types.ts';
import { Budget, Overspent } from '../../time/budget.ts';
import { instances, mergeBusy } from '../../time/recurrence.ts';
import {
  calendars as calendarTable,
  selectCalendar,
  selectCalendars,
  selectCalendarsById,
} from '../calendars/table.ts';
import { selectUser } from '../users/table.ts';
import * as input from './input.ts';
import { type Limits, ofAnyone, ofOwner, ROW_PRICE_NS } from './limits.ts';
import { type BusyRow, selectZonedEvent, type ZoneRow } from './sql.ts';
import { events, toSeries } from './table.ts';
import { exceeds, type Sized, selectBusyEventsIn, selectEventsIn, selectZones } from './window-sql.ts';

/**
 * Expands one event after another, as long as all together stay within the limits.
 *
 * @param fetched the rows of all of them.
 * @throws Overspent
 */
function expander(fetched: readonly Sized[], window: Timespan, limits: Limits) {
  if (exceeds(fetched, limits)) throw new Overspent();
  const budget = new Budget(limits.work);
  budget.spend(ROW_PRICE_NS * fetched.length);
  let left = limits.instances;
  return (event: BusyRow, { timezone, week_start }: Omit<ZoneRow, 'id'>): Instance[] => {
    const found = instances(toSeries(event), timezone, week_start, window, budget);
    left -= found.length;
    if (left < 0) throw new Overspent();
    return found;
  };
}

/** @throws Problem `answer-too-large` where the work turns out to be more than the limits allow. */
function bounded<A>(answer: () => A, advice: string): A {
  try {
    return answer();
  } catch (error) {
    throw error instanceof Overspent ? new Problem('answer-too-large', advice) : error;
  }
}

export const getInstances = read({
  params: ['eventId'],
  query: input.window,
  run: (scope, { params, query, now }) =>
    lookup(
      selectZonedEvent(scope, params.eventId, now),
      (event): InstancesResult => ({
        event: events.toResource(event),
        instances: bounded(() => expander([], query, ofOwner)(event, event), 'Ask for a shorter window.'),
      }),
    ),
});

/** Events without an instance in the window are left out. */
export const getCalendarEvents = read({
  unbounded: true,
  params: ['calendarId'],
  query: input.window,
  run(scope, { params, query, now }) {
    const ofCalendar = selectCalendar(scope, params.calendarId);
    return plan(
      [ofCalendar, selectEventsIn(scope, ofCalendar, { ...query, now }, ofOwner)],
      (rows, inWindow): CalendarEventsResult => {
        const calendar = found(rows);
        const answer = () => {
          const expand = expander(inWindow, query, ofOwner);
          return inWindow
            .map((event) => ({ row: event, instances: expand(event, calendar) }))
            .filter(({ instances }) => instances.length > 0)
            .map(({ row, instances }) => ({ event: events.toResource(row), instances }));
        };
        return {
          calendar: calendarTable.toResource(calendar),
          events: bounded(answer, 'The calendar has too much in that window. Ask for a shorter one.'),
        };
      },
    );
  },
});

/** Of the named calendars, or of all; a name that is not one of the user's is not passed over: it would look free. */
export const getFreebusy = read({
  unbounded: true,
  query: input.freebusy,
  run(scope, { query, now }) {
    const ids = query.calendarIds;
    const calendars = selectZones(ids ? selectCalendarsById(scope, ids) : selectCalendars(scope));
    const events = selectBusyEventsIn(scope, calendars, { ...query, now }, ofAnyone);
    return plan(
      [selectUser(scope), calendars, events] as const,
      (users, calendars, events): FreebusyResult => {
        const { id: userId } = found(users);
        if (ids && calendars.length < ids.length)
          throw new Problem('not-found', 'A calendar does not exist, or is not of that user.');
        const zones = new Map(calendars.map((calendar) => [calendar.id, calendar]));
        const answer = () => {
          if (calendars.length > FREEBUSY_CALENDARS_MAX) throw new Overspent();
          const expand = expander(events, query, ofAnyone);
          return mergeBusy(events.flatMap((event) => expand(event, zones.get(event.calendar_id) as ZoneRow)));
        };
        const advice =
          'That is too much for one answer. Ask for a shorter window, or for fewer calendars in calendarIds.';
        return { busy: bounded(answer, advice), userId };
      },
    );
  },
});
