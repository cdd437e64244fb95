/** Events in SQL: the columns. Statements stand in sql.ts and window-sql.ts. */
import { raw } from '../../db/sql.ts';
import {
  integer,
  json,
  nullableInteger,
  nullableJson,
  nullableText,
  type RowOf,
  resourceTable,
  text,
} from '../../db/table.ts';
import type { CalendarEvent, Instance, Timespan } from '../../sdk/types.ts';
import type { Budget } from '../../time/budget.ts';
import { formatDate, parseDate } from '../../time/dates.ts';
import { instances, type Series } from '../../time/recurrence.ts';
import { untilOf } from '../../time/rule.ts';
import { type DaySeries, dateOfMoment, dayInstances, daySeriesOf, timesOf } from '../../time/whole-days.ts';
import { sessionLives } from '../bookings/removed.ts';

/**
 * The time zone of an event `e` of a calendar `c`: its own, or, of whole days, what its calendar has now. An event from before events had one keeps what its calendar had then.
 */
export const zoneOf = (e: string, c: string): string =>
  `CASE WHEN ${e}.days IS NULL THEN coalesce(${e}.timezone, ${c}.event_timezone, ${c}.timezone) ELSE ${c}.timezone END`;

/** Its recurrence, with the start of the week, which is likewise its own. */
export const ruleOf = (e: string, c: string): string =>
  `CASE WHEN instr(${e}.recurrence, '"weekStart"') OR NOT json_valid(${e}.recurrence) THEN ${e}.recurrence
    ELSE json_insert(${e}.recurrence, '$.weekStart', coalesce(${c}.event_week_start, ${c}.week_start)) END`;

const own = { timezone: zoneOf, recurrence: ruleOf };
const isOwn = (column: string): column is keyof typeof own => column in own;

/** A value for an event that its calendar `c` decides. */
const ofCalendar = (value: string, event: string): string =>
  `(SELECT ${value} FROM calendars c WHERE c.account_id = ${event}.account_id AND c.id = ${event}.calendar_id)`;

/** What free/busy reads of an event, and no more: never its contents. */
type BusyColumns = Pick<EventRow, 'start_ts' | 'duration' | 'busy' | 'recurrence' | 'exdates' | 'days'>;

/** A timed event. */
export const toSeries = (row: Omit<BusyColumns, 'days'>): Series => ({
  startTs: row.start_ts,
  duration: row.duration,
  busy: row.busy === 1,
  recurrence: row.recurrence === null ? null : JSON.parse(row.recurrence),
  exdates: JSON.parse(row.exdates),
});

/** An event of whole days; null where it is timed. */
export function toDaySeries(row: BusyColumns): DaySeries | null {
  if (!row.days) return null; // a notification of the release before this one has no such column
  return daySeriesOf(toSeries(row), row.days);
}

/**
 * The instances of an event that overlap a window, in order.
 *
 * @param window milliseconds since the epoch.
 * @throws Overspent
 */
export function instancesOf(
  row: BusyColumns & { timezone: string },
  window: Timespan,
  budget?: Budget,
): Instance[] {
  const days = toDaySeries(row);
  return days
    ? dayInstances(days, row.timezone, window, budget)
    : instances(toSeries(row), row.timezone, 'Mon', window, budget);
}

/** The times of an event, as clients see them. */
function timesOfEvent(row: BusyColumns & { timezone: string; overridden?: string }) {
  const exdates = cancelledOf(row);
  const series = toDaySeries(row);
  if (!series) return { ...toSeries(row), exdates };
  const { day, days, busy, recurrence } = series;
  const { startTs, endTs } = timesOf(row.timezone, day, days);
  return {
    startTs,
    duration: endTs - startTs,
    allDay: true as const,
    date: formatDate(day),
    days,
    busy,
    recurrence: recurrence && {
      ...recurrence,
      ...(recurrence.until !== undefined && { until: dateOfMoment(untilOf(recurrence)) }),
    },
    exdates: exdates.map(dateOfMoment),
  };
}

/** An event whose times of whole days are to be those of its dates in its time zone. Any other stays as it is. */
export function inZone(event: CalendarEvent): CalendarEvent {
  const { date, days, timezone } = event;
  if (date === undefined || days === undefined) return event;
  const { startTs, endTs } = timesOf(timezone, parseDate(date) ?? 0, days);
  return { ...event, startTs, duration: endTs - startTs };
}

const columns = {
  id: text,
  calendar_id: text,
  user_id: text,
  start_ts: integer,
  duration: integer,
  busy: integer,
  recurrence: nullableJson,
  exdates: json,
  overridden: { ...json, added: true as const },
  reminders: json,
  metadata: json,
  created: integer,
  updated: integer,
  version: integer,
  timezone: { ...text, added: true },
  /** Of an event of whole days, their number: see time/whole-days.ts. */
  days: { ...nullableInteger, added: true },
} as const;

export type EventRow = RowOf<{ columns: typeof columns }>;

/** How often the override of each occurrence has changed, by original start. A row of the release before this one has none. */
export const overriddenOf = ({ overridden }: { overridden?: string }): Record<string, number> =>
  JSON.parse(overridden ?? '{}');

/** The original starts that clients see as `exdates`: those of the row, without the overridden ones. */
function cancelledOf(row: Pick<EventRow, 'exdates'> & { overridden?: string }): number[] {
  const exdates: number[] = JSON.parse(row.exdates);
  const overridden = overriddenOf(row);
  return exdates.filter((exdate) => !(exdate in overridden));
}

export const events = resourceTable({
  type: 'event',
  name: 'events',
  owner: 'user',
  columns,
  internal: {
    last_start: nullableInteger,
    service_id: nullableText,
    session: nullableText,
    expires_at: nullableInteger,
    original_ts: { ...nullableInteger, added: true },
    differs: { ...nullableJson, added: true },
  },
  belongs: { calendar_id: 'calendars', user_id: 'users' },
  lives: sessionLives,
  // SQLite reads the calendar only for an event from before events had a time zone, and rules a start of the week.
  derived: {
    timezone: (e) =>
      `coalesce(iif(${e}.days IS NULL, ${e}.timezone, NULL), ${ofCalendar(zoneOf(e, 'c'), e)})`,
    recurrence: (
      e,
    ) => `CASE WHEN ${e}.recurrence IS NULL OR instr(${e}.recurrence, '"weekStart"') THEN ${e}.recurrence
      ELSE ${ofCalendar(ruleOf(e, 'c'), e)} END`,
  },
  toResource: (row): CalendarEvent => ({
    id: row.id,
    calendarId: row.calendar_id,
    userId: row.user_id,
    timezone: row.timezone,
    ...timesOfEvent(row),
    created: row.created,
    updated: row.updated,
    reminders: JSON.parse(row.reminders),
    metadata: JSON.parse(row.metadata),
  }),
});

/** The columns of a row of `events`, in a statement that joins its calendar as `c`: then no event reads it again. */
export const selectedWithCalendar = raw(
  Object.keys(columns)
    .map((column) => `${isOwn(column) ? own[column]('events', 'c') : `events.${column}`} AS ${column}`)
    .join(', '),
);
