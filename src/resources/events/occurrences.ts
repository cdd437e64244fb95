/**
 * The operations on one occurrence of a series, and on those that follow it. Each reads the series, decides what changes, and
 * writes it only while the series is as it was read; otherwise it reads again.
 */
import type { Scope } from '../../db/scope.ts';
import { exists } from '../../db/scope.ts';
import { type Sql, sql } from '../../db/sql.ts';
import { RECURRENCE_COUNT_MAX, UNTIL_MAX_DAYS } from '../../limits.ts';
import { type Input, write } from '../../operation.ts';
import {
  change,
  creation,
  firstVersion,
  found,
  type Plan,
  plan,
  type WithEtag,
  withEtag,
} from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { EventResult, Occurrence, OccurrenceResult, Recurrence, SplitResult } from '../../sdk/types.ts';
import { isOccurrence, split, toOccurrence } from '../../time/occurrences.ts';
import { lastStart } from '../../time/recurrence.ts';
import { DAY_MS } from '../../time/units.ts';
import { invalid } from '../../validation/schemas.ts';
import {
  type Exceptions,
  exceptionsAfter,
  exceptionsOf,
  requireLawful,
  requireRoom,
  ruledAfter,
  ruledOf,
  withinBudget,
} from './exceptions.ts';
import * as input from './input.ts';
import {
  deleteOverrides,
  insertFollowing,
  moveOverrides,
  type OwnMembers,
  overrideIsThere,
  putOverride,
  type SeriesChange,
  type SeriesRow,
  type SplittableRow,
  selectOverrideOnBooking,
  selectSeries,
  selectSplittable,
  seriesIsRead,
  updateSeries,
} from './overrides-sql.ts';
import { deleteEvent, selectEvent } from './sql.ts';
import { type EventRow, events } from './table.ts';

/** How often a write is decided again, because the series changed meanwhile. */
const TRIES_MAX = 5;
/** The bounds of a rule that ends a series: see `split`. */
const ENDS = { untilMaxMs: UNTIL_MAX_DAYS * DAY_MS, countMax: RECURRENCE_COUNT_MAX };

const target = (scope: Scope, { params, now }: Pick<Input<'eventId'>, 'params' | 'now'>) =>
  selectEvent(scope, params.eventId, now);

const toResult = (row: EventRow): WithEtag<EventResult> => withEtag({ event: events.toResource(row) }, row);

/**
 * Builds the plan of a write that is decided on a series as it is read.
 *
 * @param decide makes the plan of the write; that leads to `again` where the series has changed since.
 * @throws Problem `not-found`, `booking-event`; `contended` where the series keeps changing.
 */
export function decided<A>(
  scope: Scope,
  id: string,
  now: number,
  decide: (change: SeriesChange, again: () => Plan<A>) => Plan<A>,
  tries = 1,
): Plan<A> {
  return plan([selectSeries(scope, id, now)], ([row]): Plan<A> => {
    const change = { row: found(row ? [row] : []), now };
    return decide(change, () => {
      if (tries < TRIES_MAX) return decided(scope, id, now, decide, tries + 1);
      throw new Problem('contended', 'Other requests keep changing the series. Nothing changed; try again.');
    });
  }) as Plan<A>;
}

/** @throws Problem `booking-event` for the event of a booking, `not-found` for what is no occurrence. */
function requireOccurrence(row: SeriesRow, originalStartTs: number): void {
  if (row.booked) {
    throw new Problem('booking-event', 'An event of a booking takes place once. Change the booking instead.');
  }
  if (!withinBudget((budget) => isOccurrence(ruledOf(row), originalStartTs, budget))) {
    throw new Problem('not-found', 'The rule of the event has no occurrence that starts then.');
  }
}

/** The occurrence as the rule says. */
const plain = (row: SeriesRow, originalStartTs: number): Occurrence => ({
  startTs: originalStartTs,
  endTs: originalStartTs + row.duration,
  busy: row.busy === 1,
  originalStartTs,
});

const withOverride = ({ exdates, overridden }: Exceptions, original: number): Exceptions => ({
  exdates: exdates.includes(original) ? exdates : [...exdates, original],
  overridden: { ...overridden, [original]: (overridden[original] ?? 0) + 1 },
});

function withoutOverride({ exdates, overridden }: Exceptions, original: number): Exceptions {
  const { [original]: _, ...others } = overridden;
  return { exdates: exdates.filter((exdate) => exdate !== original), overridden: others };
}

const withExdate = (exceptions: Exceptions, original: number): Exceptions => {
  const { exdates, overridden } = withoutOverride(exceptions, original);
  return { exdates: [...exdates, original], overridden };
};

/** Deletes the override of an occurrence, if there is one, and stores what its series says of it. */
function settleOne<A>(
  scope: Scope,
  change: SeriesChange,
  original: number,
  exceptions: Exceptions,
  answer: (after: EventRow) => WithEtag<A>,
  again: () => Plan<A>,
): Plan<A> {
  const { row } = change;
  const isOverridden = original in exceptionsOf(row).overridden;
  const gone = deleteOverrides(scope, row.id, isOverridden ? [original] : [], seriesIsRead(scope, change));
  return plan([...gone, updateSeries(scope, change, exceptions)], (...results) => {
    const after = results.at(-1)?.[0] as EventRow | undefined;
    return after ? answer(after) : again();
  });
}

const occurrence = ['eventId', 'originalStartTs'] as const;

const reset = (scope: Scope, eventId: string, original: number, now: number): Plan<OccurrenceResult> =>
  decided<OccurrenceResult>(scope, eventId, now, (change, again) => {
    const { row } = change;
    requireOccurrence(row, original);
    const exceptions = withoutOverride(exceptionsOf(row), original);
    return settleOne<OccurrenceResult>(
      scope,
      change,
      original,
      exceptions,
      (after) => withEtag({ event: events.toResource(after), instance: plain(row, original) }, after),
      again,
    );
  });

export const changeInstance = write({
  params: occurrence,
  body: input.override,
  target,
  run(scope, { params, body, now }): Plan<OccurrenceResult> {
    const original = Number(params.originalStartTs);
    const own: OwnMembers = body;
    // What differs in nothing is as the rule says.
    if (Object.values(own).every((member) => member === undefined))
      return reset(scope, params.eventId, original, now);
    return decided<OccurrenceResult>(scope, params.eventId, now, (change, again) => {
      const { row } = change;
      requireOccurrence(row, original);
      const version = firstVersion();
      const exceptions = requireRoom(withOverride(exceptionsOf(row), original));
      const statements = [
        selectOverrideOnBooking(scope, change, original, own),
        putOverride(scope, change, original, own, version),
        updateSeries(scope, change, exceptions, overrideIsThere(scope, row.id, original, version)),
      ] as const;
      return plan(statements, ([before], _, [after]) => {
        if (before?.taken)
          throw new Problem('slot-taken', 'The user has another booking at this time. Choose another time.');
        if (!after) return again();
        const instance = toOccurrence({
          originalStartTs: original,
          startTs: own.startTs ?? original,
          duration: own.duration ?? row.duration,
          busy: own.busy ?? row.busy === 1,
          metadata: body.metadata,
        });
        return withEtag({ event: events.toResource(after), instance }, after);
      });
    });
  },
});

export const removeInstance = write({
  params: occurrence,
  target,
  run(scope, { params, now }): Plan<EventResult> {
    const original = Number(params.originalStartTs);
    return decided<EventResult>(scope, params.eventId, now, (change, again) => {
      requireOccurrence(change.row, original);
      const exceptions = requireRoom(withExdate(exceptionsOf(change.row), original));
      return settleOne<EventResult>(scope, change, original, exceptions, toResult, again);
    });
  },
});

export const resetInstance = write({
  params: occurrence,
  target,
  run: (scope, { params, now }) => reset(scope, params.eventId, Number(params.originalStartTs), now),
});

/** The rules of a series that is split before an occurrence; null: before the first one. */
function partsOf(row: SeriesRow, originalStartTs: number) {
  requireOccurrence(row, originalStartTs);
  const { recurrence, ...rest } = ruledOf(row);
  return withinBudget((budget) =>
    split({ ...rest, recurrence: recurrence as Recurrence }, originalStartTs, ENDS, budget),
  );
}

/** The exceptions of the occurrences before one, and the original starts of the overrides from there on. */
function endedBefore({ exdates, overridden }: Exceptions, originalStartTs: number) {
  const entries = Object.entries(overridden);
  return {
    exceptions: {
      exdates: exdates.filter((exdate) => exdate < originalStartTs),
      overridden: Object.fromEntries(entries.filter(([original]) => Number(original) < originalStartTs)),
    },
    others: {
      exdates: exdates.filter((exdate) => exdate >= originalStartTs),
      overridden: Object.fromEntries(entries.filter(([original]) => Number(original) >= originalStartTs)),
    },
  };
}

export const removeEvent = write({
  params: ['eventId'],
  query: input.removal,
  target,
  run(scope, { params: { eventId }, query: { from }, now, requires }): Plan<EventResult> {
    const whole = (): Plan<EventResult> => change(deleteEvent(scope, eventId, now), toResult);
    if (from === undefined) return whole();
    return decided<EventResult>(scope, eventId, now, (change, again) => {
      const { row } = change;
      const parts = partsOf(row, from);
      if (!parts) {
        requires(['DeleteCalendarEvent']);
        return whole();
      }
      const { exceptions, others } = endedBefore(exceptionsOf(row), from);
      const statements = [
        ...deleteOverrides(
          scope,
          eventId,
          Object.keys(others.overridden).map(Number),
          seriesIsRead(scope, change),
        ),
        updateSeries(scope, change, {
          ...exceptions,
          recurrence: parts.before,
          lastStart: lastStart(row.start_ts, parts.before),
        }),
      ];
      return plan(statements, (...results) => {
        const after = results.at(-1)?.[0] as EventRow | undefined;
        return after ? toResult(after) : again();
      });
    });
  },
});

export const splitEvent = write({
  idempotent: true,
  params: ['eventId'],
  body: input.division,
  run(scope, { params: { eventId }, body, tokenUser, now }): Plan<SplitResult> {
    const { originalStartTs, ...update } = body;
    const id = crypto.randomUUID();
    return decided<SplitResult>(scope, eventId, now, (change, again) => {
      const { row } = change;
      const parts = partsOf(row, originalStartTs);
      if (!parts) {
        throw invalid([
          { path: 'originalStartTs', reason: 'must not be the first occurrence: update the event instead' },
        ]);
      }
      const { exceptions, others } = endedBefore(exceptionsOf(row), originalStartTs);
      const rest = { ...ruledOf(row), startTs: originalStartTs, recurrence: parts.following };
      const ruled = ruledAfter(rest, update);
      requireLawful(ruled, update.recurrence === undefined);
      const followed = exceptionsAfter(others, rest, ruled, update.exdates);
      const { duration, busy, reminders, metadata, serviceId } = update;
      const following: EventRow = {
        ...row,
        id,
        start_ts: ruled.startTs,
        duration: duration ?? row.duration,
        busy: busy === undefined ? row.busy : Number(busy),
        recurrence: ruled.recurrence && JSON.stringify(ruled.recurrence),
        exdates: JSON.stringify(followed.exdates),
        overridden: JSON.stringify(followed.overridden),
        reminders: reminders ? JSON.stringify(reminders) : row.reminders,
        metadata: metadata ? JSON.stringify(metadata) : row.metadata,
        created: now,
        updated: now,
        version: firstVersion(),
      };
      const ended: EventRow = {
        ...row,
        recurrence: JSON.stringify(parts.before),
        exdates: JSON.stringify(exceptions.exdates),
        overridden: JSON.stringify(exceptions.overridden),
        updated: now,
        version: row.version + 1,
      };
      const isThere = exists(scope, sql`events`, id);
      const part = {
        row: columnsOf(following),
        lastStart: lastStart(ruled.startTs, ruled.recurrence),
        serviceId: serviceId === undefined ? row.service_id : serviceId,
        tokenUser,
      };
      const answer = withEtag(
        { event: events.toResource(ended), following: events.toResource(following) },
        following,
      );
      return creation<readonly Sql[], SplitResult>(
        { answer, created: isThere },
        [
          selectSplittable(scope, change, part),
          insertFollowing(scope, change, part),
          ...deleteOverrides(scope, eventId, followed.dropped, isThere),
          ...moveOverrides(scope, { from: eventId, to: id }, followed.moves, update, now, isThere),
          updateSeries(
            scope,
            change,
            {
              ...exceptions,
              recurrence: parts.before,
              lastStart: lastStart(row.start_ts, parts.before),
            },
            isThere,
          ),
        ],
        (...results) => {
          const [before] = results[0] as SplittableRow[];
          if (results.at(-1)?.length) return undefined;
          if (before && !before.nameable)
            throw new Problem(
              'not-found',
              'The service in serviceId does not exist, or is not yours to name.',
            );
          if (before?.taken)
            throw new Problem(
              'slot-taken',
              'The user has another booking at this time. Choose another time.',
            );
          return again();
        },
      );
    });
  },
});

/** The columns of an event alone, of a row that has others too. */
const columnsOf = (row: EventRow): EventRow =>
  Object.fromEntries(
    Object.keys(events.columns).map((name) => [name, row[name as keyof EventRow]]),
  ) as EventRow;
