/** Events in SQL: the columns. Statements stand in sql.ts and window-sql.ts. */
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
import type { CalendarEvent } from '../../sdk/types.ts';
import type { Series } from '../../time/recurrence.ts';
import { sessionLives } from '../bookings/removed.ts';

/** What free/busy reads of an event, and no more: never its contents. */
type BusyColumns = Pick<EventRow, 'start_ts' | 'duration' | 'busy' | 'recurrence' | 'exdates'>;

export const toSeries = (row: BusyColumns): Series => ({
  startTs: row.start_ts,
  duration: row.duration,
  busy: row.busy === 1,
  recurrence: row.recurrence === null ? null : JSON.parse(row.recurrence),
  exdates: JSON.parse(row.exdates),
});

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
};

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
  toResource: (row): CalendarEvent => ({
    id: row.id,
    calendarId: row.calendar_id,
    userId: row.user_id,
    ...toSeries(row),
    exdates: cancelledOf(row),
    created: row.created,
    updated: row.updated,
    reminders: JSON.parse(row.reminders),
    metadata: JSON.parse(row.metadata),
  }),
});
