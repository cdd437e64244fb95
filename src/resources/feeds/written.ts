/** Rows of `events` as the writer of iCalendar text takes them. */
import type { Detail, WrittenEvent, WrittenOverride } from '../../ical/calendar.ts';
import { DAY_MS } from '../../time/units.ts';
import { dayOfSpan } from '../../time/whole-days.ts';
import { seriesOf } from '../events/overrides-sql.ts';
import { type EventRow, events, toSeries } from '../events/table.ts';
import type { EventInWindow } from '../events/window-sql.ts';

/**
 * The events of a window, each series with its overrides. Where only busy times are shown, an occurrence that is free is as a
 * cancelled one, and one that is busy in a free series, or in one that is not in the window, stands for itself.
 */
export function toWritten(rows: readonly EventInWindow[], detail: Detail): WrittenEvent[] {
  const overridesOf = Map.groupBy(
    rows.filter(({ original_ts }) => original_ts !== null),
    ({ id }) => seriesOf(id),
  );
  const alone = (override: EventInWindow, { metadata }: WrittenEvent): WrittenEvent => ({
    ...writtenOf(override),
    metadata: metadataOf(override) ?? metadata,
  });
  return rows.flatMap((row): WrittenEvent[] => {
    // A series of its own row, or one whose row an override has with it.
    if (row.original_ts !== null)
      return row.series === null ? [] : [alone(row, writtenOf(JSON.parse(row.series)))];
    const event = writtenOf(row);
    const overrides = (overridesOf.get(row.id) ?? []).filter(({ busy }) => detail === 'full' || busy);
    if (detail === 'busy' && !event.busy) return overrides.map((override) => alone(override, event));
    const written = new Set(overrides.map(({ original_ts }) => original_ts));
    const exdates = event.exdates.filter((exdate) => !written.has(exdate));
    return [{ ...event, exdates, overrides: overrides.map((override) => overrideOf(override, event)) }];
  });
}

/** An event, with its exdates and those of its overrides. Of whole days, each date is its midnight in UTC. */
function writtenOf(row: EventRow): WrittenEvent {
  const event = events.toResource(row);
  const { recurrence, exdates } = toSeries(row);
  const weekStart = recurrence?.weekStart ?? 'Mon';
  const zone = row.days ? { allDay: true, timezone: 'UTC' } : {};
  return { ...event, ...zone, ...timesOf(row), recurrence, exdates: [...exdates], weekStart };
}

const timesOf = ({ days, start_ts, duration }: EventRow) =>
  days ? { startTs: dayOfSpan(start_ts) * DAY_MS, duration: days * DAY_MS } : { startTs: start_ts, duration };

function overrideOf(row: EventInWindow, { metadata }: WrittenEvent): WrittenOverride {
  return {
    ...timesOf(row),
    originalStartTs: row.original_ts as number,
    busy: row.busy === 1,
    reminders: JSON.parse(row.reminders),
    metadata: metadataOf(row) ?? metadata,
    updated: row.updated,
  };
}

const metadataOf = ({ own_metadata }: EventInWindow) =>
  own_metadata === null ? null : JSON.parse(own_metadata);
