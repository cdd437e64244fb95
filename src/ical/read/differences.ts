/** What an import has to write: the events of a file against those that earlier imports made. */
import { lastStart } from '../../time/recurrence.ts';
import { DAY_MS } from '../../time/units.ts';
import { spanInAnyZone } from '../../time/whole-days.ts';
import type { ReadEvent, Skipped } from './events.ts';

/** An event as the statements take it: its values as the columns have them. */
export interface ImportRow {
  uid: string;
  part: string;
  sequence: number;
  modified: number;
  id: string;
  start: number;
  duration: number;
  timezone: string;
  days: number | null;
  busy: number;
  recurrence: string | null;
  lastStart: number | null;
  exdates: string;
  reminders: string;
  metadata: string;
}

/** An event that an earlier import made. */
export interface ImportedRow {
  uid: string;
  part: string;
  event_id: string;
  sequence: number;
  modified: number;
  /** 1: the event names a service here, and so is a booking. Absent: none of a subscription can. */
  booked?: number | undefined;
}

export const keyOf = ({ uid, part }: { uid: string; part: string }): string => JSON.stringify([uid, part]);

/** What is new in a file, what is newer than the import before, and the ids of events that it no longer has. */
export function differences(
  events: readonly ReadEvent[],
  imported: readonly ImportedRow[],
  skipped: readonly Skipped[],
) {
  const known = new Map(imported.map((row) => [keyOf(row), row]));
  const created: ImportRow[] = [];
  const updated: ImportRow[] = [];
  const newer = new Map<string, boolean>();
  const booked = new Set(imported.flatMap((row) => (row.booked ? row.uid : [])));
  const kept = new Set<string>();
  for (const event of events) {
    const { uid } = event;
    const before = known.get(keyOf(event));
    const isNewer = !before || event.sequence > before.sequence || event.modified > before.modified;
    if (isNewer && booked.has(uid)) kept.add(uid);
    else if (!before) created.push(toRow(event, crypto.randomUUID()));
    else if (isNewer) updated.push(toRow(event, before.event_id));
    newer.set(uid, !booked.has(uid) && (isNewer || (newer.get(uid) ?? false)));
  }
  // What could not be read says nothing of what it was before.
  const unread = new Set(skipped.map(({ uid }) => uid));
  const there = new Set(events.map(keyOf));
  const gone = imported.filter(
    (row) => !there.has(keyOf(row)) && !unread.has(row.uid) && (newer.get(row.uid) ?? true),
  );
  const reason = 'it names a service here, so it changes only by an update of the event';
  return {
    created,
    updated,
    gone: gone.map(({ event_id }) => event_id),
    skipped: [...skipped, ...[...kept].map((uid): Skipped => ({ uid, reason }))],
  };
}

/** @param id of the event. */
export function toRow(event: ReadEvent, id: string): ImportRow {
  const { startTs, duration } =
    event.days === null ? event : spanInAnyZone(Math.floor(event.startTs / DAY_MS), event.days);
  return {
    uid: event.uid,
    part: event.part,
    sequence: event.sequence,
    modified: event.modified,
    id,
    start: startTs,
    duration,
    timezone: event.timezone,
    days: event.days,
    busy: Number(event.busy),
    recurrence: event.recurrence && JSON.stringify(event.recurrence),
    lastStart: lastStart(startTs, event.recurrence),
    exdates: JSON.stringify(event.exdates),
    reminders: JSON.stringify(event.reminders),
    metadata: JSON.stringify(event.metadata),
  };
}
