/** Operations on single events. */
import { ownerOf, type Scope } from '../../db/scope.ts';
import { BOOKED_COMPARED_MAX, UNTIL_MAX_DAYS } from '../../limits.ts';
import { type Input, read, write } from '../../operation.ts';
import { change, firstVersion, found, lookup, plan, type WithEtag, withEtag } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { EventResult, EventsPage, EventsResult, Recurrence } from '../../sdk/types.ts';
import { Budget, Overspent } from '../../time/budget.ts';
import { lastStart } from '../../time/recurrence.ts';
import { invalid, metadataQuery } from '../../validation/schemas.ts';
import { page, pageQuery, whole } from '../lists.ts';
import { untilWritten } from '../until-written.ts';
import { selectUser } from '../users/table.ts';
import { basisOf, type NearRow } from './booked-sql.ts';
import { collides } from './collision.ts';
import * as input from './input.ts';
import { ofOwner } from './limits.ts';
import {
  answerInSql,
  deleteEvent,
  eventIsThere,
  insertEvent,
  listedEvents,
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
function comparedWith(near: readonly NearRow[], now: number): string {
  const tooMuch = () =>
    new Problem(
      'answer-too-large',
      'The user has too many events with a serviceId to compare this one with. Let its recurrence end earlier.',
    );
  try {
    if (collides(near, now, new Budget(ofOwner.workNs))) throw onBooking();
  } catch (error) {
    throw error instanceof Overspent ? tooMuch() : error;
  }
  if (near.length > BOOKED_COMPARED_MAX) throw tooMuch();
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
        (near, inserted) => {
          if (inserted[0]) return toResult(inserted[0]);
          known = comparedWith(near, now);
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
    const { days, names, unfit } = input.kindOf(body);
    const update = { ...body, days, names, lastStart, tokenUser, now };
    let known = '';
    return untilWritten<EventResult>((again) => {
      const statements = [
        selectChangeable(scope, eventId, update),
        updateEvent(scope, eventId, update, known),
        ...(mayCollide(body) ? [selectNearChanged(scope, eventId, update)] : []),
      ] as const;
      return plan(statements, (before, [after], near = []) => {
        const { nameable, unbooks, shared, unfit: isUnfit } = found(before);
        if (!nameable)
          throw new Problem('not-found', 'The service in serviceId does not exist, or is not yours to name.');
        if (unbooks) {
          throw new Problem(
            'booking-event',
            'An event of a booking stays busy, timed, of its service, and without recurrence and exdates. Change the booking instead.',
          );
        }
        if (shared) {
          throw new Problem(
            'booking-shared',
            'The event belongs to a booking with several hosts. Reschedule the booking instead.',
          );
        }
        if (isUnfit) throw invalid(unfit);
        if (!after) {
          const basis = comparedWith(near, now);
          if (basis !== known) {
            known = basis;
            return again();
          }
          throw invalid([
            { path: 'recurrence.until', reason: `must be at most ${UNTIL_MAX_DAYS} days after startTs` },
          ]);
        }
        return toResult(after);
      });
    });
  },
});

export const removeEvent = write({
  params: ['eventId'],
  target,
  run: (scope, { params, now }) => change(deleteEvent(scope, params.eventId, now), toResult),
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
