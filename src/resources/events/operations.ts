/** What is done to events, one at a time. */
import { change, found, lookup, plan, read, write } from '../../operation.ts';
import { Problem } from '../../problem.ts';
import type { EventResult, EventsResult, Recurrence } from '../../sdk/types.ts';
import { MAX_UNTIL_DAYS } from '../../time/faults.ts';
import { lastStart } from '../../time/recurrence.ts';
import { invalid, metadataQuery } from '../schemas.ts';
import * as input from './input.ts';
import {
  deleteEvent,
  type EventRow,
  insertEvent,
  selectEvent,
  selectEventsByMetadata,
  selectShared,
  toEvent,
  updateEvent,
} from './rows.ts';

const toResult = (row: EventRow): EventResult => ({ event: toEvent(row) });

const lastStartOf = (startTs: number, recurrence: object | null) =>
  lastStart(startTs, recurrence as Recurrence | null);

export const createEvent = write({
  body: input.creation,
  run(scope, { body, now }) {
    const lastStart = lastStartOf(body.startTs, body.recurrence);
    return change(insertEvent(scope, { ...body, id: crypto.randomUUID(), lastStart, now }), toResult);
  },
});

export const getEvent = read({
  params: ['eventId'],
  run: (scope, { params, now }) => lookup(selectEvent(scope, params.eventId, now), toResult),
});

export const changeEvent = write({
  params: ['eventId'],
  body: input.update,
  run(scope, { params: { eventId }, body, now }) {
    const { startTs, recurrence } = body;
    const lastStart =
      startTs === undefined || recurrence === undefined ? undefined : lastStartOf(startTs, recurrence);
    const statements = [
      selectShared(scope, eventId, now),
      updateEvent(scope, eventId, { ...body, lastStart, now }),
    ] as const;
    return plan(statements, (before, [after]) => {
      const { shared } = found(before);
      if (!after && shared) {
        throw new Problem(
          'booking-shared',
          'It was made for a booking with several hosts. Move the booking.',
        );
      }
      if (!after) {
        throw invalid([
          { path: 'recurrence.until', reason: `must be at most ${MAX_UNTIL_DAYS} days after startTs` },
        ]);
      }
      return toResult(after);
    });
  },
});

export const removeEvent = write({
  params: ['eventId'],
  run: (scope, { params, now }) => change(deleteEvent(scope, params.eventId, now), toResult),
});

export const findEvents = read({
  query: metadataQuery,
  run: (scope, { query, now }) =>
    plan(
      [selectEventsByMetadata(scope, query, now)],
      (rows): EventsResult => ({ events: rows.map(toEvent) }),
    ),
});
