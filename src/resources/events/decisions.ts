/**
 * Decides what a change of one occurrence, or of those that follow, writes. It is part of the module that the Worker loads only
 * when it needs it (src/lazy/lazy.ts), so it takes and returns data: a problem comes back as a value.
 */
import { exists, type Scope } from '../../db/scope.ts';
import { type Sql, sql } from '../../db/sql.ts';
import { INSTANT_MAX_TS_MS, RECURRENCE_COUNT_MAX, UNTIL_MAX_DAYS } from '../../limits.ts';
import { firstVersion } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { Occurrence, Recurrence } from '../../sdk/types.ts';
import { parseDate } from '../../time/dates.ts';
import { isOccurrence, keepsClock, split } from '../../time/occurrences.ts';
import { lastStart } from '../../time/recurrence.ts';
import { DAY_MS } from '../../time/units.ts';
import { datesOf, spanInAnyZone } from '../../time/whole-days.ts';
import { firstAt, toLocal } from '../../time/zone.ts';
import { invalid } from '../../validation/schemas.ts';
import {
  type Exceptions,
  exceptionsAfter,
  exceptionsOf,
  isLong,
  requireRoom,
  ruledOf,
  withinBudget,
} from './exceptions.ts';
import type { Division, EventUpdate, OwnInput } from './input.ts';
import { kindOf } from './kinds.ts';
import { requireLawful, ruledAfter } from './lawful.ts';
import { nameOf, occurrenceOf, type SeriesRow, startOf } from './overrides-sql.ts';
import {
  deleteOverrides,
  type Inherited,
  insertFollowing,
  type Move,
  moveOverrides,
  type OwnMembers,
  overrideIsThere,
  putOverride,
  type SeriesChange,
  seriesIsRead,
  updateSeries,
} from './overrides-write-sql.ts';
import { type EventRow, events } from './table.ts';

/** The bounds of a rule that ends a series: see `split`. */
const ENDS = { untilMaxMs: UNTIL_MAX_DAYS * DAY_MS, countMax: RECURRENCE_COUNT_MAX };

/** Why nothing is written: what makes a `Problem` of the Worker. */
export interface Refused {
  problem: ConstructorParameters<typeof Problem>;
}

/** What a change writes: the last statement returns the row of the series; no row where the series has changed meanwhile. */
export interface Decision {
  statements: Sql[];
}

/** The same function, which returns the problem that it would throw. */
const refusing =
  <Args extends readonly unknown[], A>(decide: (...args: Args) => A) =>
  (...args: Args): A | Refused => {
    try {
      return decide(...args);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { code, detail, extra } = error;
      return { problem: [code, detail, extra] };
    }
  };

/** The name of an occurrence in a request: its original start in milliseconds, or its original date. */
type Name = number | string;

/**
 * The original start of an occurrence, as the database stores it: of whole days, the midnight of its date in UTC.
 *
 * @throws Problem `booking-event` for the event of a booking, `not-found` for what is no occurrence.
 */
function originalIn(row: SeriesRow, name: Name): number {
  if (row.booked) {
    throw new Problem('booking-event', 'An event of a booking takes place once. Change the booking instead.');
  }
  const original = storedName(row, name);
  if (original === null || !withinBudget((budget) => isOccurrence(ruledOf(row), original, budget))) {
    throw new Problem('not-found', 'The rule of the event has no occurrence that starts then.');
  }
  return original;
}

/** null: no occurrence of this series has such a name. */
function storedName({ days, timezone }: SeriesRow, name: Name): number | null {
  if (typeof name === 'string' && name.includes('-')) {
    const date = parseDate(name);
    return days && date !== undefined ? date * DAY_MS : null;
  }
  if (!days || Number(name) > INSTANT_MAX_TS_MS) return days ? null : Number(name);
  const midnight = Math.floor(toLocal(timezone, Number(name)) / DAY_MS) * DAY_MS;
  return firstAt(timezone, midnight) === Number(name) ? midnight : null;
}

/** An occurrence as the rule says. */
function instanceOf({ days, timezone, duration, busy }: SeriesRow, original: number): Occurrence {
  const name = nameOf(original, days !== null, timezone);
  const times = days
    ? datesOf(timezone, original / DAY_MS, days)
    : { startTs: original, endTs: original + duration };
  return { ...times, busy: busy === 1, ...name };
}

/**
 * What an occurrence has of its own, as the database stores it.
 *
 * @throws Problem `input-invalid` where the members are those of the other kind of event.
 */
function storedOwn(row: SeriesRow, original: number, { date, days, ...own }: OwnInput): OwnMembers {
  const { startTs, duration } = own;
  const unfit = Object.entries(row.days ? { startTs, duration } : { date, days });
  const refused = unfit.flatMap(([path, value]) => (value === undefined ? [] : [path]));
  if (refused.length > 0) {
    const kind = row.days ? 'all-day: it has date and days' : 'timed: it has startTs and duration';
    throw invalid(refused.map((path) => ({ path, reason: `must be absent: the event is ${kind}` })));
  }
  if (!row.days || (date === undefined && days === undefined)) return own;
  const day = date === undefined ? original / DAY_MS : (parseDate(date) ?? 0);
  const span = spanInAnyZone(day, days ?? row.days);
  return {
    ...own,
    ...(date !== undefined && { startTs: span.startTs }),
    ...(days !== undefined && { duration: span.duration, days }),
  };
}

/**
 * Requires that what names a service, and so is a booking, comes to no other time: only an update of a whole event is compared
 * with the other bookings of its user.
 *
 * @throws Problem `booking-event`
 */
function requireTime(service: string | null, changes: boolean): void {
  if (service === null || !changes) return;
  throw new Problem(
    'booking-event',
    'The event names a service, so one occurrence of it keeps its time. Split the series without changes, then update the new event.',
  );
}

function isCancelled(row: SeriesRow, original: number): boolean {
  const { exdates, overridden } = exceptionsOf(row);
  return exdates.includes(original) && !(original in overridden);
}

/** The exceptions without that of one occurrence. */
function without({ exdates, overridden }: Exceptions, original: number): Exceptions {
  const { [original]: _, ...others } = overridden;
  return { exdates: exdates.filter((exdate) => exdate !== original), overridden: others };
}

/** Deletes the override of an occurrence, if there is one, and stores what its series says of it. */
function settled(scope: Scope, change: SeriesChange, original: number, exceptions: Exceptions): Sql[] {
  const isOverridden = original in exceptionsOf(change.row).overridden;
  return [
    ...deleteOverrides(scope, change.row.id, isOverridden ? [original] : [], seriesIsRead(change)),
    updateSeries(change, exceptions),
  ];
}

export const decideReset = refusing(
  (scope: Scope, change: SeriesChange, name: Name): Decision & { instance: Occurrence } => {
    const { row } = change;
    const original = originalIn(row, name);
    requireTime(row.service_id, isCancelled(row, original));
    return {
      statements: settled(scope, change, original, without(exceptionsOf(row), original)),
      instance: instanceOf(row, original),
    };
  },
);

export const decideOverride = refusing(
  (scope: Scope, change: SeriesChange, name: Name, input: OwnInput): Decision & { instance: Occurrence } => {
    const { row } = change;
    const original = originalIn(row, name);
    const own = storedOwn(row, original, input);
    const moves = own.startTs !== undefined || own.duration !== undefined;
    requireTime(row.service_id, moves || isCancelled(row, original));
    const { exdates, overridden } = exceptionsOf(row);
    const exceptions = requireRoom({
      exdates: exdates.includes(original) ? exdates : [...exdates, original],
      overridden: { ...overridden, [original]: (overridden[original] ?? 0) + 1 },
    });
    const version = firstVersion();
    return {
      statements: [
        putOverride(change, original, own, version),
        updateSeries(change, exceptions, overrideIsThere(scope, row.id, original, version)),
      ],
      instance: occurrenceOf(
        {
          original_ts: original,
          start_ts: own.startTs ?? startOf(original, row.days !== null),
          duration: own.duration ?? row.duration,
          days: own.days ?? row.days,
          busy: own.busy === undefined ? row.busy : Number(own.busy),
          metadata: own.metadata ?? null,
        },
        row.timezone,
      ),
    };
  },
);

export const decideCancel = refusing((scope: Scope, change: SeriesChange, name: Name): Decision => {
  const original = originalIn(change.row, name);
  const { exdates, overridden } = without(exceptionsOf(change.row), original);
  const exceptions = requireRoom({ exdates: [...exdates, original], overridden });
  return { statements: settled(scope, change, original, exceptions) };
});

/** The rules of a series that is split before an occurrence; null: before the first one. */
function partsOf(row: SeriesRow, originalStartTs: number) {
  const { recurrence, ...rest } = ruledOf(row);
  return withinBudget((budget) =>
    split({ ...rest, recurrence: recurrence as Recurrence }, originalStartTs, ENDS, budget),
  );
}

/** The exceptions of the occurrences before one, and of those from it on. */
function divided({ exdates, overridden }: Exceptions, from: number): [Exceptions, Exceptions] {
  const those = (is: (original: number) => boolean): Exceptions => ({
    exdates: exdates.filter(is),
    overridden: Object.fromEntries(Object.entries(overridden).filter(([original]) => is(Number(original)))),
  });
  return [those((original) => original < from), those((original) => original >= from)];
}

/** @returns null where the whole event ends. */
export const decideEnd = refusing((scope: Scope, change: SeriesChange, name: Name): Decision | null => {
  const { row } = change;
  const from = originalIn(row, name);
  const parts = partsOf(row, from);
  if (!parts) return null;
  const [exceptions, others] = divided(exceptionsOf(row), from);
  const gone = Object.keys(others.overridden).map(Number);
  return {
    statements: [
      ...deleteOverrides(scope, row.id, gone, seriesIsRead(change)),
      updateSeries(change, { ...exceptions, ...ruleOf(row.start_ts, parts.before) }),
    ],
  };
});

const ruleOf = (startTs: number, recurrence: Recurrence) => ({
  recurrence,
  lastStart: lastStart(startTs, recurrence),
});

export const decideSplit = refusing(
  (
    scope: Scope,
    change: SeriesChange,
    id: string,
    { original: name, ...update }: Division,
  ): Decision & { created: Sql; ended: EventRow; following: EventRow } => {
    const { row, now } = change;
    const original = originalIn(row, name);
    const parts = partsOf(row, original);
    const path = typeof name === 'string' ? 'originalDate' : 'originalStartTs';
    if (!parts)
      throw invalid([{ path, reason: 'must not be the first occurrence: update the event instead' }]);
    if (!keepsClock(ruledOf(row), original))
      throw invalid([{ path, reason: 'must not be an occurrence whose time of day the clocks skip' }]);
    const { startTs, duration, recurrence, exdates, busy, reminders, metadata, serviceId, timezone } = update;
    const kind = kindOf(update);
    if (kind.days === undefined && kind.names && (kind.names === 'dates') !== (row.days !== null))
      throw invalid(kind.unfit);
    const { days = row.days } = kind;
    const isTurned = (days === null) !== (row.days === null);
    const service = serviceId === undefined ? row.service_id : serviceId;
    const moves = [startTs, duration, recurrence, exdates, serviceId, timezone].some(
      (one) => one !== undefined,
    );
    requireTime(service, moves);
    const [exceptions, others] = divided(exceptionsOf(row), original);
    const rest = { ...ruledOf(row), startTs: original, recurrence: parts.following };
    const ruled = ruledAfter(rest, update, row.calendar_timezone);
    const start = startOf(ruled.startTs, ruled.wholeDays);
    requireLawful(ruled, recurrence === undefined);
    const followed = exceptionsAfter(others, rest, ruled, exdates);
    const following: EventRow = {
      ...columnsOf(row),
      id,
      start_ts: start,
      days,
      duration: duration ?? row.duration,
      busy: busy === undefined ? row.busy : Number(busy),
      recurrence: ruled.recurrence && JSON.stringify(ruled.recurrence),
      ...storedExceptions(followed),
      timezone: days === null ? ruled.zone : row.calendar_timezone,
      reminders: reminders ? JSON.stringify(reminders) : row.reminders,
      metadata: metadata ? JSON.stringify(metadata) : row.metadata,
      created: now,
      updated: now,
      version: firstVersion(),
    };
    const created = exists(scope, sql`events`, id);
    return {
      statements: [
        insertFollowing(change, {
          row: following,
          lastStart: lastStart(start, ruled.recurrence),
          serviceId: service,
        }),
        ...deleteOverrides(scope, row.id, followed.dropped, created),
        ...moveOverrides(
          scope,
          { from: row.id, to: id, wholeDays: days !== null, turned: isTurned },
          followed.moves,
          { ...update, days: isTurned ? days : update.days },
          now,
          created,
        ),
        updateSeries(change, { ...exceptions, ...ruleOf(row.start_ts, parts.before) }, created),
      ],
      created,
      following,
      ended: {
        ...columnsOf(row),
        recurrence: JSON.stringify(parts.before),
        ...storedExceptions(exceptions),
        updated: now,
        version: row.version + 1,
      },
    };
  },
);

const storedExceptions = ({ exdates, overridden }: Exceptions) => ({
  exdates: JSON.stringify(exdates),
  overridden: JSON.stringify(overridden),
});

/** The columns of an event alone, of a row that has others too. */
const columnsOf = (row: EventRow): EventRow =>
  Object.fromEntries(
    Object.keys(events.columns).map((name) => [name, row[name as keyof EventRow]]),
  ) as EventRow;

/** What an update of a series does to its exceptions. */
export const decideChange = refusing((row: SeriesRow, update: EventUpdate) => {
  const before = ruledOf(row);
  const after = ruledAfter(before, update, row.calendar_timezone);
  const wholeDays = after.wholeDays ?? false;
  if (update.recurrence !== undefined || update.startTs !== undefined)
    requireLawful(after, update.recurrence === undefined && isLong(before));
  const { exdates, overridden, moves, dropped } = exceptionsAfter(
    exceptionsOf(row),
    before,
    after,
    update.exdates,
  );
  return {
    change: {
      recurrence: update.recurrence && (after.recurrence as EventUpdate['recurrence']),
      exdates,
      lastStart: lastStart(startOf(after.startTs, wholeDays), after.recurrence),
      decided: { version: row.version, overridden: JSON.stringify(overridden) },
    },
    moves,
    dropped,
    wholeDays,
    turned: wholeDays !== before.wholeDays,
  };
});

/** What becomes of the overrides of a series that changes. */
interface FollowingOverrides {
  moves: readonly Move[];
  dropped: readonly number[];
  wholeDays: boolean;
  turned: boolean;
}

/** The statements that such an update needs for the overrides of a series. */
export const changeOverrides = (
  scope: Scope,
  id: string,
  { moves, dropped, wholeDays, turned }: FollowingOverrides,
  inherited: Inherited,
  now: number,
  when: Sql,
): Sql[] => [
  ...deleteOverrides(scope, id, dropped, when),
  ...moveOverrides(scope, { from: id, wholeDays, turned }, moves, inherited, now, when),
];
