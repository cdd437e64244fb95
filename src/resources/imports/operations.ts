/** Imports a calendar file: one batch reads what earlier imports made of its UIDs, and one writes what is new. */
import { loadLazy } from '../../lazy/load.ts';
import {
  IMPORT_EVENTS_MAX,
  IMPORT_JSON_MAX_BYTES,
  IMPORT_MAX_BYTES,
  IMPORT_WORK_MAX_MS,
} from '../../limits.ts';
import { write } from '../../operation.ts';
import { found, type Plan, plan } from '../../plan.ts';
import type { ImportResult } from '../../sdk/types.ts';
import { invalid } from '../../validation/schemas.ts';
import { selectCalendar } from '../calendars/table.ts';

const NS_PER_MS = 1_000_000;

export const importCalendar = write({
  params: ['calendarId'],
  text: { type: 'text/calendar', maxBytes: IMPORT_MAX_BYTES },
  retryAdvice: 'If it did, sending the file again changes nothing.',
  async run(scope, { params: { calendarId }, text, now }) {
    const { differences, importSql, readCalendar, uidsIn } = await loadLazy();
    const uids = uidsIn(text);
    return plan(
      [selectCalendar(scope, calendarId), importSql.selectImported(scope, calendarId, uids)] as const,
      (calendars, imported): Plan<ImportResult> => {
        const { timezone } = found(calendars);
        const workNs = IMPORT_WORK_MAX_MS * NS_PER_MS;
        const read = readCalendar(text, { timezone }, workNs);
        if (!read)
          throw invalid([
            { path: 'body', reason: 'must be iCalendar text, which begins with BEGIN:VCALENDAR' },
          ]);
        if (read.events.length > IMPORT_EVENTS_MAX)
          throw invalid([
            { path: 'body', reason: `must have at most ${IMPORT_EVENTS_MAX} events once imported` },
          ]);
        // D1 takes 2 MB as one value (developers.cloudflare.com/d1/platform/limits).
        if (new Blob([JSON.stringify(read.events)]).size > IMPORT_JSON_MAX_BYTES)
          throw invalid([
            {
              path: 'body',
              reason: 'must have fewer or shorter events: less than 1.9 MB of JSON once imported',
            },
          ]);
        const { created, updated, gone, skipped } = differences(read.events, imported, read.skipped);
        const statements = [
          importSql.insertImported(scope, calendarId, created, now),
          importSql.insertUids(scope, calendarId, created),
          importSql.updateImported(scope, calendarId, updated, now),
          importSql.updateVersions(scope, calendarId, updated),
          importSql.deleteImported(scope, calendarId, gone),
        ] as const;
        return plan(
          statements,
          (inserted, _, changed): ImportResult => ({
            created: inserted.length,
            updated: changed.length,
            unchanged: read.events.length - inserted.length - changed.length,
            skipped,
          }),
          { repeatable: true },
        );
      },
    );
  },
});
