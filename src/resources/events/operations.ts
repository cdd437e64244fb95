/** Operations on single events. */
import { ownerOf, type Scope } from '../../db/scope.ts';
import { sql } from '../../db/sql.ts';
import { loadLazy } from '../../lazy/load.ts';
import { BOOKED_COMPARED_MAX } from '../../limits.ts';
import { type Input, read, write } from '../../operation.ts';
import { firstVersion, found, lookup, type Plan, plan, type WithEtag, withEtag } from '../../plan.ts';
import { type FieldError, Problem } from '../../problem.ts';
import type { EventResult, EventsPage, EventsResult, Recurrence } from '../../sdk/types.ts';
import { lastStart } from '../../time/recurrence.ts';
import { invalid, metadataQuery } from '../../validation/schemas.ts';
import { page, pageQuery, whole } from '../lists.ts';
import { untilWritten } from '../until-written.ts';
import { selectUser } from '../users/table.ts';
import { basisOf, type NearRow } from './booked-sql.ts';
import { ruledOf } from './exceptions.ts';
import * as input from './input.ts';
import { kindOf } from './kinds.ts';
import { requireLawful, ruledAfter } from './lawful.ts';
import { ofOwner } from './limits.ts';
import { decided, taken } from './occurrences.ts';
import {
  answerInSql,
  type ChangeableRow,
  type EventChange,
  eventIsThere,
  insertEvent,
  listedEvents,
  mayChange,
  mayCollide,
  selectChangeable,
  selectEvent,
  selectEventsByMetadata,
  selectNearChanged,
  selectNearNew,
  updateEvent,
} from './sql.ts';
import { type EventRow, events, inZone } from './table.ts';

const toResult = (row: EventRow): WithEtag<EventResult> => withEtag({ event: events.toResource(row) }, row);

const target = (scope: Scope, { params, now }: Pick<Input<'eventId'>, 'params' | 'now'>) =>
  selectEvent(scope, params.eventId, now);

const lastStartOf = (startTs: number, recurrence: object | null) =>
  lastStart(startTs, recurrence as Recurrence | null);

const onBooking = () =>
  new Problem('slot-taken', 'The user has another booking at this time. Choose another time.');

/**
 * What an event was compared with: `basisOf` it.
 *
 * @throws Problem `slot-taken` where the event overlaps one of them, `answer-too-large`
 */
async function comparedWith(near: readonly NearRow[], now: number): Promise<string> {
  if (near.length === 0) return '';
  const found = (await loadLazy()).collidesWithin(near, now, ofOwner.workNs);
  if (found) throw onBooking();
  if (found === null || near.length > BOOKED_COMPARED_MAX) {
    throw new Problem(
      'answer-too-large',
      'The user has too many events with a serviceId to compare this one with. Let its recurrence end earlier.',
    );
  }
  return basisOf(near);
}

export const createEvent = write({
  idempotent: true,
  revived: ({ event }: EventResult): EventResult => ({ event: inZone(event) }),
  body: input.creation,
  run(scope, { body, tokenUser, now }) {
    const { serviceId } = body;
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
      timezone: body.timezone ?? 'UTC', // the batch decides: see `answerInSql`
      days: body.days ?? null,
    };
    const lastStart = lastStartOf(body.startTs, body.recurrence);
    const insert = (known: string) => insertEvent(scope, row, body, tokenUser, lastStart, known);
    const expected = {
      answer: answerInSql(scope, events.toResource(row)),
      created: eventIsThere(scope, row),
    };
    if (serviceId === null) return plan([insert('')], (inserted) => toResult(found(inserted)), { expected });
    // The first write takes effect where no event is near.
    let known = '';
    return untilWritten<EventResult>((again) =>
      plan(
        [selectNearNew(scope, row, serviceId, body, tokenUser, lastStart), insert(known)] as const,
        async (near, inserted) => {
          if (inserted[0]) return toResult(inserted[0]);
          known = await comparedWith(near, now);
          return known === '' ? toResult(found(inserted)) : again();
        },
        { expected },
      ),
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
    const { days, names, unfit } = kindOf(body);
    const update = { ...body, days, names, lastStart, tokenUser, now };
    let known = '';
    return untilWritten<EventResult>((again) => {
      const statements = [
        selectChangeable(scope, eventId, update),
        updateEvent(scope, eventId, update, known),
        ...(mayCollide(body) ? [selectNearChanged(scope, eventId, update)] : []),
      ] as const;
      return plan(statements, async (before, [after], near = []) => {
        const stored = found(before);
        requireChangeable(stored, unfit);
        if (after) return toResult(after);
        if (stored.reading) return changeWithExceptions(scope, eventId, update, unfit);
        const basis = await comparedWith(near, now);
        if (basis !== known) {
          known = basis;
          return again();
        }
        const ruled = ruledOf({ ...stored, timezone: 'UTC', week_start: 'Mon' });
        requireLawful(ruledAfter(ruled, body, 'UTC'), false);
        return again();
      });
    });
  },
});

/**
 * @param unfit what to say where the update is one for the other kind of event.
 * @throws Problem where an event cannot change so.
 */
function requireChangeable(
  { nameable, unbooks, displaces, shared, unfit: isUnfit }: ChangeableRow,
  unfit: FieldError[],
): void {
  if (!nameable)
    throw new Problem(
      'not-found',
      'The service in serviceId does not exist, or the user of the token is not one of its hosts.',
    );
  if (unbooks) {
    throw new Problem(
      'booking-event',
      'An event of a booking stays busy, timed, of its service, and without recurrence and exdates. Change the booking instead.',
    );
  }
  if (displaces) {
    throw new Problem(
      'booking-event',
      'Occurrences of the series have times of their own. Reset them, or leave serviceId out.',
    );
  }
  if (shared) {
    throw new Problem(
      'booking-shared',
      'The event belongs to a booking with several hosts. Reschedule the booking instead.',
    );
  }
  if (isUnfit) throw invalid(unfit);
}

/** The plan of a change that decides what becomes of the exceptions of a series. */
function changeWithExceptions(
  scope: Scope,
  eventId: string,
  update: EventChange,
  unfit: FieldError[],
): Plan<EventResult> {
  let known = '';
  return decided<EventResult>(scope, eventId, update.now, (lazy, { row }, again) => {
    const decision = taken(lazy.decideChange(row, update));
    const change: EventChange = { ...update, ...decision.change };
    const when = sql`EXISTS (SELECT 1 FROM events WHERE ${mayChange(scope, eventId, change, known)})`;
    const statements = [
      selectChangeable(scope, eventId, change),
      selectNearChanged(scope, eventId, change),
      ...lazy.changeOverrides(scope, eventId, decision, update, update.now, when),
      updateEvent(scope, eventId, change, known),
    ];
    return plan(statements, async (...results) => {
      const after = results.at(-1)?.[0] as EventRow | undefined;
      requireChangeable(found(results[0] as ChangeableRow[]), unfit);
      if (after) return toResult(after);
      if (mayCollide(change)) known = await comparedWith(results[1] as NearRow[], update.now);
      return again();
    });
  });
}

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
