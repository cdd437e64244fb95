/** Operations on single events. */
import { ownerOf, type Scope } from '../../db/scope.ts';
import { sql } from '../../db/sql.ts';
import { type Input, read, write } from '../../operation.ts';
import {
  creation,
  firstVersion,
  found,
  lookup,
  type Plan,
  plan,
  type WithEtag,
  withEtag,
} from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { EventResult, EventsPage, EventsResult, Recurrence } from '../../sdk/types.ts';
import { lastStart } from '../../time/recurrence.ts';
import { metadataQuery } from '../../validation/schemas.ts';
import { page, pageQuery, whole } from '../lists.ts';
import { selectUser } from '../users/table.ts';
import { exceptionsAfter, exceptionsOf, isLong, requireLawful, ruledAfter, ruledOf } from './exceptions.ts';
import * as input from './input.ts';
import { decided } from './occurrences.ts';
import { deleteOverrides, moveOverrides } from './overrides-sql.ts';
import {
  type ChangeableRow,
  type EventChange,
  eventIsThere,
  insertEvent,
  listedEvents,
  mayChange,
  selectChangeable,
  selectEvent,
  selectEventsByMetadata,
  selectOnBooking,
  updateEvent,
} from './sql.ts';
import { type EventRow, events } from './table.ts';

const toResult = (row: EventRow): WithEtag<EventResult> => withEtag({ event: events.toResource(row) }, row);

const target = (scope: Scope, { params, now }: Pick<Input<'eventId'>, 'params' | 'now'>) =>
  selectEvent(scope, params.eventId, now);

const lastStartOf = (startTs: number, recurrence: object | null) =>
  lastStart(startTs, recurrence as Recurrence | null);

const onBooking = () =>
  new Problem('slot-taken', 'The user has another booking at this time. Choose another time.');

export const createEvent = write({
  idempotent: true,
  body: input.creation,
  run(scope, { body, tokenUser, now }) {
    const row: EventRow = {
      id: crypto.randomUUID(),
      calendar_id: body.calendarId,
      user_id: ownerOf(scope),
      start_ts: body.startTs,
      duration: body.duration,
      busy: Number(body.busy),
      recurrence: body.recurrence && JSON.stringify(body.recurrence),
      exdates: '[]',
      overridden: '{}',
      reminders: JSON.stringify(body.reminders),
      metadata: JSON.stringify(body.metadata),
      created: now,
      updated: now,
      version: firstVersion(),
    };
    const lastStart = lastStartOf(body.startTs, body.recurrence);
    const insert = insertEvent(scope, row, body, tokenUser, lastStart);
    const expected = { answer: toResult(row), created: eventIsThere(scope, row) };
    if (body.serviceId === null) return creation(expected, [insert]);
    return creation(
      expected,
      [selectOnBooking(scope, row, body, tokenUser), insert],
      ([before], inserted) => {
        if (before?.taken) throw onBooking();
        return void found(inserted);
      },
    );
  },
});

export const getEvent = read({
  hasEtag: true,
  params: ['eventId'],
  run: (scope, { params, now }) => lookup(selectEvent(scope, params.eventId, now), toResult),
});

export const changeEvent = write({
  params: ['eventId'],
  body: input.update,
  target,
  run(scope, { params: { eventId }, body, tokenUser, now }) {
    const { startTs, recurrence } = body;
    const lastStart =
      startTs === undefined || recurrence === undefined ? undefined : lastStartOf(startTs, recurrence);
    const update = { ...body, lastStart, tokenUser, now };
    const statements = [
      selectChangeable(scope, eventId, update),
      updateEvent(scope, eventId, update),
    ] as const;
    return plan(statements, (before, [after]): WithEtag<EventResult> | Plan<EventResult> => {
      requireChangeable(found(before));
      if (after) return toResult(after);
      if (found(before).reading) return changeWithExceptions(scope, eventId, update);
      const { start_ts, recurrence: rule } = found(before);
      const stored = {
        startTs: start_ts,
        recurrence: rule && JSON.parse(rule),
        zone: 'UTC',
        weekStart: 'Mon',
      } as const;
      requireLawful(ruledAfter(stored, body), false);
      throw new Problem('contended');
    });
  },
});

/** @throws Problem where an event cannot change so. */
function requireChangeable({ nameable, unbooks, shared, taken }: ChangeableRow): void {
  if (!nameable)
    throw new Problem('not-found', 'The service in serviceId does not exist, or is not yours to name.');
  if (unbooks) {
    throw new Problem(
      'booking-event',
      'An event of a booking stays busy, of its service, and without recurrence and exdates. Change the booking instead.',
    );
  }
  if (shared) {
    throw new Problem(
      'booking-shared',
      'The event belongs to a booking with several hosts. Reschedule the booking instead.',
    );
  }
  if (taken) throw onBooking();
}

/** The plan of a change that decides what becomes of the exceptions of a series. */
const changeWithExceptions = (scope: Scope, eventId: string, update: EventChange): Plan<EventResult> =>
  decided<EventResult>(scope, eventId, update.now, ({ row }, again) => {
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
    const change: EventChange = {
      ...update,
      exdates,
      lastStart: lastStart(after.startTs, after.recurrence),
      decided: { version: row.version, overridden: JSON.stringify(overridden) },
    };
    const when = sql`EXISTS (SELECT 1 FROM events WHERE ${mayChange(scope, eventId, change)})`;
    const statements = [
      selectChangeable(scope, eventId, change),
      ...deleteOverrides(scope, eventId, dropped, when),
      ...moveOverrides(scope, { from: eventId }, moves, update, update.now, when),
      updateEvent(scope, eventId, change),
    ];
    return plan(statements, (...results) => {
      const after = results.at(-1)?.[0] as EventRow | undefined;
      requireChangeable(found(results[0] as ChangeableRow[]));
      return after ? toResult(after) : again();
    });
  });

export const findEvents = read({
  query: metadataQuery,
  run: (scope, { query, now }) =>
    plan(
      [selectEventsByMetadata(scope, query, now)],
      (rows): EventsResult => ({ events: whole(rows).map(events.toResource) }),
    ),
});

export const listEvents = read({
  unbounded: true,
  query: pageQuery,
  run: (scope, input) =>
    page(scope, input, {
      name: 'events',
      listed: listedEvents(scope, input.now),
      owner: selectUser(scope),
      toAnswer: (rows: EventRow[], nextCursor): EventsPage => ({
        events: rows.map(events.toResource),
        nextCursor,
      }),
    }),
});
