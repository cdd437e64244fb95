/** The operations that expand events in a window: an event's instances, a calendar's events, a user's free/busy. */

import { RESOURCE_BYTES, type Sized, within } from '../../db/sizes.ts';
import { FREEBUSY_CALENDARS_MAX, INSTANCES_MAX, PAGE_MAX_BYTES } from '../../limits.ts';
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
import { mergeBusy } from '../../time/recurrence.ts';
import {
  calendars as calendarTable,
  selectCalendar,
  selectCalendars,
  selectCalendarsById,
} from '../calendars/table.ts';
import { selectUser } from '../users/table.ts';
import * as input from './input.ts';
import { INSTANCE_BYTES, type Limits, ofAnyone, ofOwner, ROW_PRICE_NS } from './limits.ts';
import { type BusyRow, selectEvent } from './sql.ts';
import { events, instancesOf } from './table.ts';
import { inWindow, selectBusyEventsIn, selectEventsIn, upToLimit } from './window-sql.ts';

/**
 * Returns a function that expands an event. It throws once all events together exceed the limits.
 *
 * @param fetched the rows of all events.
 * @throws Overspent
 */
function expander(fetched: readonly Sized[], window: Timespan, limits: Limits) {
  if (within(fetched, limits) < fetched.length) throw new Overspent();
  const budget = new Budget(limits.workNs);
  budget.spend(ROW_PRICE_NS * fetched.length);
  let left = limits.instances;
  return (event: BusyRow): Instance[] => {
    const found = instancesOf(event, window, budget);
    left -= found.length;
    if (left < 0) throw new Overspent();
    return found;
  };
}

/** @throws Problem `answer-too-large` where the work exceeds the limits. */
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
      selectEvent(scope, params.eventId, now),
      (event): InstancesResult => ({
        event: events.toResource(event),
        instances: bounded(
          () => expander([], query, ofOwner)(event),
          'The event has too many instances in this window. Request a shorter window.',
        ),
      }),
    ),
});

/** The JSON of an event with its instances, or a little less: what is left out here, `PAGE_MAX_BYTES` has room for. */
const bytesOf = ({ row, instances }: { row: Sized; instances: Instance[] }): number =>
  RESOURCE_BYTES + (row.size ?? 0) + INSTANCE_BYTES * instances.length;

/** Events without an instance in the window are left out. */
export const getCalendarEvents = read({
  unbounded: true,
  params: ['calendarId'],
  query: input.window,
  run(scope, { params, query, now }) {
    const ofCalendar = selectCalendar(scope, params.calendarId);
    return plan(
      [ofCalendar, selectEventsIn(scope, ofCalendar, { ...query, now }, ofOwner)],
      (rows, read): CalendarEventsResult => {
        const calendar = found(rows);
        const answer = () => {
          const expand = expander(read, query, ofOwner);
          // SQL would read a row more for each event to sort them.
          const taken = inWindow(read)
            .sort((a, b) => a.start_ts - b.start_ts || a.seq - b.seq)
            .map((event) => ({ row: event, instances: expand(event) }))
            .filter(({ instances }) => instances.length > 0);
          if (taken.reduce((sum, one) => sum + bytesOf(one), 0) > PAGE_MAX_BYTES) throw new Overspent();
          return taken.map(({ row, instances }) => ({ event: events.toResource(row), instances }));
        };
        return {
          calendar: calendarTable.toResource(calendar),
          events: bounded(
            answer,
            'The calendar has too many events in this window. Request a shorter window.',
          ),
        };
      },
    );
  },
});

/** Reads the given calendars, or all. An unknown calendar is 404, since the user would look free if it were ignored. */
export const getFreebusy = read({
  unbounded: true,
  query: input.freebusy,
  run(scope, { query, now }) {
    const ids = query.calendarIds;
    const calendars = upToLimit(ids ? selectCalendarsById(scope, ids) : selectCalendars(scope));
    const events = selectBusyEventsIn(scope, calendars, { ...query, now }, ofAnyone);
    return plan([selectUser(scope), calendars, events] as const, (users, calendars, read): FreebusyResult => {
      const { id: userId } = found(users);
      if (ids && calendars.length < ids.length)
        throw new Problem(
          'not-found',
          'A calendar in calendarIds does not exist, or belongs to another user. Check the ids.',
        );
      const answer = () => {
        const all = calendars.every(({ id }) => id !== null);
        if (!all || calendars.length > FREEBUSY_CALENDARS_MAX) throw new Overspent();
        const expand = expander(read, query, ofAnyone);
        const busy = mergeBusy(inWindow(read).flatMap(expand));
        if (busy.length > INSTANCES_MAX) throw new Overspent();
        return busy;
      };
      const advice =
        'The calendars have too many events in this window. Request a shorter window, or fewer calendars in calendarIds.';
      return { busy: bounded(answer, advice), userId };
    });
  },
});
