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
  Occurrence,
  Timespan,
} from '../../sdk/types.ts';
import { Budget, Overspent } from '../../time/budget.ts';
import { byStart, overlaps } from '../../time/occurrences.ts';
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
import {
  type ExpandedEventRow,
  type OverrideValues,
  occurrenceOf,
  selectExpanded,
  seriesOf,
} from './overrides-sql.ts';
import type { BusyRow } from './sql.ts';
import { type EventRow, events, instancesOf } from './table.ts';
import { type EventInWindow, inWindow, selectBusyEventsIn, selectEventsIn, upToLimit } from './window-sql.ts';

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
      selectExpanded(scope, params.eventId, query, now),
      (event): InstancesResult => ({
        event: events.toResource(event),
        instances: bounded(() => {
          const named = expander([], query, ofOwner)(event).map(withName);
          return [...named, ...overridesOf(event, query)].sort(byStart);
        }, 'The event has too many instances in this window. Request a shorter window.'),
      }),
    ),
});

/** An instance that is as the rule says. */
const withName = (instance: Instance): Occurrence => ({
  ...instance,
  originalStartTs: instance.startTs,
  ...(instance.date !== undefined && { originalDate: instance.date }),
});

/** The overrides of an event in the window. @throws Overspent where they have too many bytes. */
function overridesOf({ overridden, overrides, timezone }: ExpandedEventRow, window: Timespan): Occurrence[] {
  if (overrides === null && overridden !== '{}') throw new Overspent();
  const values: OverrideValues[] = JSON.parse(overrides ?? '[]');
  return values
    .map((override) => occurrenceOf(override, timezone))
    .filter((one) => overlaps(one, window) && (!one.allDay || one.endTs > one.startTs));
}

/** An event of a window, with its occurrences in it. */
interface Expanded {
  row: EventRow;
  seq: number;
  instances: Occurrence[];
}

/**
 * The events of a window with their occurrences. An override is one of its series, which stands in its row where no other one
 * has it.
 */
function expandAll(rows: readonly EventInWindow[], expand: (event: EventInWindow) => Instance[]): Expanded[] {
  const [overrides, others] = [true, false].map((wanted) =>
    rows.filter(({ original_ts }) => (original_ts !== null) === wanted),
  ) as [EventInWindow[], EventInWindow[]];
  const byId = new Map(
    others.map((row): [string, Expanded] => [
      row.id,
      { row, seq: row.seq, instances: expand(row).map(withName) },
    ]),
  );
  for (const override of overrides) {
    if (expand(override).length === 0) continue;
    const id = seriesOf(override.id);
    const series = byId.get(id) ?? seriesIn(override);
    if (!series) continue;
    byId.set(id, series);
    const { original_ts, own_metadata, timezone } = override;
    const metadata = own_metadata === null ? null : JSON.parse(own_metadata);
    const values = { ...override, original_ts: original_ts as number, metadata };
    series.instances.push(occurrenceOf(values, timezone));
  }
  return [...byId.values()];
}

/** The series in the row of an override; null where the series is another row of the window. */
const seriesIn = ({ series, seq }: EventInWindow): Expanded | null =>
  series === null ? null : { row: JSON.parse(series), seq, instances: [] };

/** The JSON of events with their instances, or a little less: what is left out here, `PAGE_MAX_BYTES` has room for. */
const bytesOf = (rows: readonly Sized[], instances: number): number =>
  rows.reduce((sum, { size }) => sum + RESOURCE_BYTES + (size ?? 0), 0) + INSTANCE_BYTES * instances;

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
          const taken = expandAll(inWindow(read), expand)
            .filter(({ instances }) => instances.length > 0)
            .sort((a, b) => a.row.start_ts - b.row.start_ts || a.seq - b.seq);
          const ids = new Set(taken.map(({ row }) => row.id));
          const answered = read.filter(({ id, original_ts }) => original_ts !== null || ids.has(id));
          const instances = taken.reduce((sum, one) => sum + one.instances.length, 0);
          if (bytesOf(answered, instances) > PAGE_MAX_BYTES) throw new Overspent();
          return taken.map(({ row, instances }) => ({
            event: events.toResource(row),
            instances: instances.sort(byStart),
          }));
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
        if (calendars.length > FREEBUSY_CALENDARS_MAX) throw new Overspent();
        const expand = expander(read, query, ofAnyone);
        const all = inWindow(read).flatMap(expand);
        const busy = mergeBusy(all);
        if (busy.length > INSTANCES_MAX) throw new Overspent();
        return busy;
      };
      const advice =
        'The calendars have too many events in this window. Request a shorter window, or fewer calendars in calendarIds.';
      return { busy: bounded(answer, advice), userId };
    });
  },
});
