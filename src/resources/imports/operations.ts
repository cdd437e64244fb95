/** Imports a calendar file: one batch reads what earlier imports made of its UIDs, and one writes what is new. */
import { loadICalendar } from '../../ical/load.ts';
import type { ReadEvent, Skipped } from '../../ical/read/events.ts';
import {
  IMPORT_EVENTS_MAX,
  IMPORT_JSON_MAX_BYTES,
  IMPORT_MAX_BYTES,
  IMPORT_WORK_MAX_MS,
} from '../../limits.ts';
import { write } from '../../operation.ts';
import { found, type Plan, plan } from '../../plan.ts';
import type { ImportResult } from '../../sdk/types.ts';
import { lastStart } from '../../time/recurrence.ts';
import { invalid } from '../../validation/schemas.ts';
import { selectCalendar } from '../calendars/table.ts';
import {
  deleteImported,
  type ImportedRow,
  type ImportRow,
  insertImported,
  insertUids,
  selectImported,
  updateImported,
  updateVersions,
} from './sql.ts';

const NS_PER_MS = 1_000_000;

export const importCalendar = write({
  params: ['calendarId'],
  text: { type: 'text/calendar', maxBytes: IMPORT_MAX_BYTES },
  retryAdvice: 'If it did, sending the file again changes nothing.',
  async run(scope, { params: { calendarId }, text, now }) {
    const { readCalendar, uidsIn } = await loadICalendar();
    const uids = uidsIn(text);
    return plan(
      [selectCalendar(scope, calendarId), selectImported(scope, calendarId, uids)] as const,
      (calendars, imported): Plan<ImportResult> => {
        const { timezone, week_start } = found(calendars);
        const workNs = IMPORT_WORK_MAX_MS * NS_PER_MS;
        const read = readCalendar(text, { timezone, weekStart: week_start }, workNs);
        if (!read)
          throw invalid([
            { path: 'body', reason: 'must be iCalendar text, which begins with BEGIN:VCALENDAR' },
          ]);
        if (read.events.length > IMPORT_EVENTS_MAX)
          throw invalid([{ path: 'body', reason: `must become at most ${IMPORT_EVENTS_MAX} events` }]);
        // D1 takes 2 MB as one value (developers.cloudflare.com/d1/platform/limits).
        if (new Blob([JSON.stringify(read.events)]).size > IMPORT_JSON_MAX_BYTES)
          throw invalid([
            { path: 'body', reason: 'must become fewer or shorter events: less than 1.9 MB as JSON' },
          ]);
        const { created, updated, gone } = differences(read.events, imported, read.skipped);
        const statements = [
          insertImported(scope, calendarId, created, now),
          insertUids(scope, calendarId, created),
          updateImported(scope, calendarId, updated, now),
          updateVersions(scope, calendarId, updated),
          deleteImported(scope, calendarId, gone),
        ] as const;
        return plan(
          statements,
          (inserted, _, changed): ImportResult => ({
            created: inserted.length,
            updated: changed.length,
            unchanged: read.events.length - inserted.length - changed.length,
            skipped: read.skipped,
          }),
          { repeatable: true },
        );
      },
    );
  },
});

const keyOf = ({ uid, part }: { uid: string; part: string }): string => JSON.stringify([uid, part]);

/** What is new in a file, what is newer than the import before, and the ids of events that it no longer has. */
function differences(
  events: readonly ReadEvent[],
  imported: readonly ImportedRow[],
  skipped: readonly Skipped[],
) {
  const known = new Map(imported.map((row) => [keyOf(row), row]));
  const created: ImportRow[] = [];
  const updated: ImportRow[] = [];
  const newer = new Map<string, boolean>();
  for (const event of events) {
    const before = known.get(keyOf(event));
    if (!before) created.push(toRow(event, crypto.randomUUID()));
    else if (event.sequence > before.sequence || event.modified > before.modified)
      updated.push(toRow(event, before.event_id));
    const isNewer = !before || event.sequence > before.sequence || event.modified > before.modified;
    newer.set(event.uid, isNewer || (newer.get(event.uid) ?? false));
  }
  // What could not be read says nothing of what it was before.
  const unread = new Set(skipped.map(({ uid }) => uid));
  const there = new Set(events.map(keyOf));
  const gone = imported.filter(
    (row) => !there.has(keyOf(row)) && !unread.has(row.uid) && (newer.get(row.uid) ?? true),
  );
  return { created, updated, gone: gone.map(({ event_id }) => event_id) };
}

const toRow = (event: ReadEvent, id: string): ImportRow => ({
  uid: event.uid,
  part: event.part,
  sequence: event.sequence,
  modified: event.modified,
  id,
  start: event.startTs,
  duration: event.duration,
  busy: Number(event.busy),
  recurrence: event.recurrence && JSON.stringify(event.recurrence),
  lastStart: lastStart(event.startTs, event.recurrence),
  exdates: JSON.stringify(event.exdates),
  reminders: JSON.stringify(event.reminders),
  metadata: JSON.stringify(event.metadata),
});
