import { found, operation, plan, single } from '../operation.ts';
import { invalid, metadataQuery } from '../schemas.ts';
import type { EventResult, EventsResult, Recurrence } from '../sdk/types.ts';
import { MAX_UNTIL_DAYS } from '../time/faults.ts';
import { lastStart } from '../time/recurrence.ts';
import * as input from './input.ts';
import {
  deleteEvent,
  type EventRow,
  insertEvent,
  selectEvent,
  selectEventsByMetadata,
  toEvent,
  updateEvent,
} from './rows.ts';

const toResult = (row: EventRow): EventResult => ({ event: toEvent(row) });

const lastStartOf = (startTs: number, recurrence: object | null) =>
  lastStart(startTs, recurrence as Recurrence | null);

export const createEvent = operation({
  body: input.creation,
  run(scope, { body, now }) {
    const lastStart = lastStartOf(body.startTs, body.recurrence);
    return single(insertEvent(scope, { ...body, id: crypto.randomUUID(), lastStart, now }), toResult);
  },
});

export const getEvent = operation({
  run: (scope, { params }) => single(selectEvent(scope, params.eventId), toResult),
});

export const changeEvent = operation({
  body: input.update,
  run(scope, { params: { eventId }, body, now }) {
    const { startTs, recurrence } = body;
    const lastStart =
      startTs === undefined || recurrence === undefined ? undefined : lastStartOf(startTs, recurrence);
    const statements = [
      selectEvent(scope, eventId),
      updateEvent(scope, eventId, { ...body, lastStart, now }),
    ] as const;
    return plan(statements, (before, [after]) => {
      found(before);
      if (!after) {
        throw invalid([
          { path: 'recurrence.until', reason: `must be at most ${MAX_UNTIL_DAYS} days after startTs` },
        ]);
      }
      return toResult(after);
    });
  },
});

export const removeEvent = operation({
  run: (scope, { params }) => single(deleteEvent(scope, params.eventId), toResult),
});

export const findEvents = operation({
  query: metadataQuery,
  run: (scope, { query }) =>
    plan([selectEventsByMetadata(scope, query)], (rows): EventsResult => ({ events: rows.map(toEvent) })),
});
