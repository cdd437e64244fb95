/**
 * Decides what a change of one occurrence, or of those that follow, writes. It is part of the module that the Worker loads only
 * when it needs it (src/ical/lazy.ts), so it takes and returns data: a problem comes back as a value.
 */
import { exists, type Scope } from '../../db/scope.ts';
import { type Sql, sql } from '../../db/sql.ts';
import { RECURRENCE_COUNT_MAX, UNTIL_MAX_DAYS } from '../../limits.ts';
import { firstVersion } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { Occurrence, Recurrence } from '../../sdk/types.ts';
import { isOccurrence, split, toOccurrence } from '../../time/occurrences.ts';
import { lastStart } from '../../time/recurrence.ts';
import { DAY_MS } from '../../time/units.ts';
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
import type { EventUpdate } from './input.ts';
import { requireLawful, ruledAfter } from './lawful.ts';
import type { SeriesRow } from './overrides-sql.ts';
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

/** @throws Problem `booking-event` for the event of a booking, `not-found` for what is no occurrence. */
function requireOccurrence(row: SeriesRow, originalStartTs: number): void {
  if (row.booked) {
    throw new Problem('booking-event', 'An event of a booking takes place once. Change the booking instead.');
  }
  if (!withinBudget((budget) => isOccurrence(ruledOf(row), originalStartTs, budget))) {
    throw new Problem('not-found', 'The rule of the event has no occurrence that starts then.');
  }
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
  (scope: Scope, change: SeriesChange, original: number): Decision & { instance: Occurrence } => {
    const { row } = change;
    requireOccurrence(row, original);
    requireTime(row.service_id, isCancelled(row, original));
    const endTs = original + row.duration;
    return {
      statements: settled(scope, change, original, without(exceptionsOf(row), original)),
      instance: { startTs: original, endTs, busy: row.busy === 1, originalStartTs: original },
    };
  },
);

export const decideOverride = refusing(
  (
    scope: Scope,
    change: SeriesChange,
    original: number,
    own: OwnMembers,
  ): Decision & { instance: Occurrence } => {
    const { row } = change;
    requireOccurrence(row, original);
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
      instance: toOccurrence({
        originalStartTs: original,
        startTs: own.startTs ?? original,
        duration: own.duration ?? row.duration,
        busy: own.busy ?? row.busy === 1,
        metadata: own.metadata,
      }),
    };
  },
);

export const decideCancel = refusing((scope: Scope, change: SeriesChange, original: number): Decision => {
  requireOccurrence(change.row, original);
  const { exdates, overridden } = without(exceptionsOf(change.row), original);
  const exceptions = requireRoom({ exdates: [...exdates, original], overridden });
  return { statements: settled(scope, change, original, exceptions) };
});

/** The rules of a series that is split before an occurrence; null: before the first one. */
function partsOf(row: SeriesRow, originalStartTs: number) {
  requireOccurrence(row, originalStartTs);
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
export const decideEnd = refusing((scope: Scope, change: SeriesChange, from: number): Decision | null => {
  const { row } = change;
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
    { originalStartTs, ...update }: EventUpdate & { originalStartTs: number },
  ): Decision & { created: Sql; ended: EventRow; following: EventRow } => {
    const { row, now } = change;
    const parts = partsOf(row, originalStartTs);
    if (!parts) {
      throw invalid([
        { path: 'originalStartTs', reason: 'must not be the first occurrence: update the event instead' },
      ]);
    }
    const { startTs, duration, recurrence, exdates, busy, reminders, metadata, serviceId, timezone } = update;
    const service = serviceId === undefined ? row.service_id : serviceId;
    const moves = [startTs, duration, recurrence, exdates, serviceId, timezone].some(
      (one) => one !== undefined,
    );
    requireTime(service, moves);
    const [exceptions, others] = divided(exceptionsOf(row), originalStartTs);
    const rest = { ...ruledOf(row), startTs: originalStartTs, recurrence: parts.following };
    const ruled = ruledAfter(rest, update);
    requireLawful(ruled, recurrence === undefined);
    const followed = exceptionsAfter(others, rest, ruled, exdates);
    const following: EventRow = {
      ...columnsOf(row),
      id,
      start_ts: ruled.startTs,
      duration: duration ?? row.duration,
      busy: busy === undefined ? row.busy : Number(busy),
      recurrence: ruled.recurrence && JSON.stringify(ruled.recurrence),
      ...storedExceptions(followed),
      timezone: ruled.zone,
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
          lastStart: lastStart(ruled.startTs, ruled.recurrence),
          serviceId: service,
        }),
        ...deleteOverrides(scope, row.id, followed.dropped, created),
        ...moveOverrides(scope, { from: row.id, to: id }, followed.moves, update, now, created),
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
  const after = ruledAfter(before, update);
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
      lastStart: lastStart(after.startTs, after.recurrence),
      decided: { version: row.version, overridden: JSON.stringify(overridden) },
    },
    moves,
    dropped,
  };
});

/** The statements that such an update needs for the overrides of a series. */
export const changeOverrides = (
  scope: Scope,
  id: string,
  { moves, dropped }: { moves: readonly Move[]; dropped: readonly number[] },
  inherited: Inherited,
  now: number,
  when: Sql,
): Sql[] => [
  ...deleteOverrides(scope, id, dropped, when),
  ...moveOverrides(scope, { from: id }, moves, inherited, now, when),
];
