/** What a fetch of a subscription leads to: its next state, and the events that differ. */
import type { Scope } from '../../db/scope.ts';
import { type Query, type Sql, sql } from '../../db/sql.ts';
import { readCalendar } from '../../ical/read/calendar.ts';
import { type ImportedRow, type ImportRow, keyOf, toRow } from '../../ical/read/differences.ts';
import type { ReadEvent } from '../../ical/read/events.ts';
import {
  EMPTY_BELIEVED_MS,
  IMPORT_EVENTS_MAX,
  IMPORT_JSON_MAX_BYTES,
  IMPORT_WORK_MAX_MS,
} from '../../limits.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../time/units.ts';
import * as importSql from '../imports/sql.ts';
import { type FetchedFeed, fetchFeed } from './fetch-feed.ts';
import { openEvents, record, type SubscriptionRow, type SubscriptionState, selectFetched } from './sql.ts';

const NS_PER_MS = 1_000_000;
/** Half of what D1 takes as one value (developers.cloudflare.com/d1/platform/limits). */
const STATEMENT_MAX_BYTES = IMPORT_JSON_MAX_BYTES / 2;
/** The latest that something that fails is tried again. */
const BACKOFF_MAX_MS = DAY_MS;

/** What is left to do after a fetch: read what `reads` says, and write what `writes` makes of its rows. */
export interface Outcome {
  /** The server took all the time that it had. */
  hung: boolean;
  /** The calendar is as it was, and well. */
  unchanged: boolean;
  reads: (scope: Scope) => Query<ImportedRow>[];
  writes: (scope: Scope, fetched: readonly ImportedRow[]) => Sql[];
}

/**
 * Fetches a subscription.
 *
 * @param setting `ALLOW_PRIVATE_WEBHOOKS`.
 * @param now milliseconds since the epoch.
 */
export async function fetchSubscription(
  row: SubscriptionRow,
  setting: string | undefined,
  now: number,
  timeoutMs: number,
): Promise<Outcome> {
  const feed = await fetchFeed(row, setting, timeoutMs);
  const hash = feed.outcome === 'text' ? await hashOf(feed.text) : null;
  if (feed.outcome === 'failed') return failure(row, feed.error, now, feed.hung);
  if (feed.outcome === 'unchanged' || hash === row.hash) return recorded(row, well(row, now), now);
  return changed(row, feed, hash, now);
}

/** The outcome of a fetch whose result cannot be stored. */
export const failure = (row: SubscriptionRow, error: string, now: number, hung = false): Outcome => {
  const waitMs = Math.min(row.refresh_minutes * MINUTE_MS, HOUR_MS) * 2 ** Math.min(row.failures, 10);
  const next_at = now + spread(Math.min(waitMs, BACKOFF_MAX_MS));
  return { ...recorded(row, { error, failures: row.failures + 1, next_at }, now), hung, unchanged: false };
};

const recorded = (row: SubscriptionRow, state: SubscriptionState, now: number): Outcome => ({
  hung: false,
  unchanged: true,
  reads: () => [],
  writes: (scope) => [record(scope, row, state, now)],
});

const well = ({ refresh_minutes }: SubscriptionRow, now: number): SubscriptionState => ({
  fetched_at: now,
  error: null,
  failures: 0,
  next_at: now + spread(refresh_minutes * MINUTE_MS),
  empty_since: null,
});

/** Up to a twentieth more, so that what was made together is not fetched together for ever. */
const spread = (ms: number): number => Math.round(ms * (1 + Math.random() / 20));

async function changed(
  row: SubscriptionRow,
  { text, etag, lastModified }: Extract<FetchedFeed, { outcome: 'text' }>,
  hash: string | null,
  now: number,
): Promise<Outcome> {
  const file = readCalendar(text, row, IMPORT_WORK_MAX_MS * NS_PER_MS);
  if (!file)
    return failure(
      row,
      'The answer is no iCalendar text, which begins with BEGIN:VCALENDAR. Check that the address is not that of a page.',
      now,
    );
  const tooMany = `It has more than ${IMPORT_EVENTS_MAX} events. Have the app share fewer.`;
  if (file.events.length > IMPORT_EVENTS_MAX) return failure(row, tooMany, now);
  const events = await Promise.all(file.events.map((event) => contentOf(event, row)));
  const unread = new Set(file.skipped.map(({ uid }) => uid));
  const state = { ...well(row, now), etag, last_modified: lastModified, hash };
  return {
    hung: false,
    unchanged: false,
    reads: (scope) => [selectFetched(scope, row)],
    writes(scope, fetched) {
      const emptySince = row.empty_since ?? now;
      if (events.length === 0 && fetched.length > 0 && now - emptySince < EMPTY_BELIEVED_MS)
        return [record(scope, row, { ...well(row, now), ...emptied(emptySince) }, now)];
      const { created, updated, gone } = differences(events, fetched, unread);
      if (created.length + updated.length + gone.length === 0) return [record(scope, row, state, now)];
      const { calendar_id: calendar } = row;
      return [
        openEvents(scope, row),
        ...(gone.length > 0 ? [importSql.deleteImported(scope, calendar, gone)] : []),
        ...inParts(updated).flatMap((part) => [
          importSql.updateImported(scope, calendar, part, now, sql`1`),
          importSql.updateVersions(scope, calendar, part),
        ]),
        ...inParts(created).flatMap((part) => [
          importSql.insertImported(scope, calendar, part, now),
          importSql.insertUids(scope, calendar, part),
        ]),
        record(scope, row, { ...state, changed_at: now }, now),
      ];
    },
  };
}

/** A feed that had events and has none is not believed at once. The next fetch gets its text again, whatever its etag. */
const emptied = (since: number) => ({
  error: `It has no events any more. Those from before are kept for ${EMPTY_BELIEVED_MS / HOUR_MS} hours, in case that it is a mistake.`,
  empty_since: since,
  etag: null,
  last_modified: null,
  hash: null,
});

/**
 * An event as the columns have it, with a number of its content in place of its version: many feeds give every event a new
 * version, or a new time, at each fetch. Alarms stay with the app that has them.
 */
async function contentOf(event: ReadEvent, { busy }: SubscriptionRow): Promise<ImportRow> {
  const own = busy === 'as-written' ? event.busy : busy === 'all';
  const { id, uid, part, ...content } = toRow(
    { ...event, busy: own, reminders: [], sequence: 0, modified: 0 },
    '',
  );
  return { id, uid, part, ...content, modified: await numberOf(JSON.stringify(content)) };
}

const digest = (text: string) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));

async function numberOf(content: string): Promise<number> {
  const [high = 0, low = 0] = new Uint32Array(await digest(content));
  return (high >>> 12) * 2 ** 32 + low;
}

async function hashOf(text: string): Promise<string> {
  return [...new Uint8Array(await digest(text))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What a feed has that is new, or differs from what it had, and the ids of events that it no longer has. */
function differences(
  events: readonly ImportRow[],
  fetched: readonly ImportedRow[],
  unread: ReadonlySet<string | null>,
) {
  const known = new Map(fetched.map((row) => [keyOf(row), row]));
  const created: ImportRow[] = [];
  const updated: ImportRow[] = [];
  for (const event of events) {
    const before = known.get(keyOf(event));
    if (!before) created.push({ ...event, id: crypto.randomUUID() });
    else if (before.modified !== event.modified) updated.push({ ...event, id: before.event_id });
  }
  const there = new Set(events.map(keyOf));
  const gone = fetched.filter((row) => !there.has(keyOf(row)) && !unread.has(row.uid));
  return { created, updated, gone: gone.map(({ event_id }) => event_id) };
}

/** Rows in parts, each of which one statement takes. */
function inParts(rows: readonly ImportRow[]): ImportRow[][] {
  const parts: ImportRow[][] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = new TextEncoder().encode(JSON.stringify(row)).length;
    const last = parts.at(-1);
    if (last && bytes + size < STATEMENT_MAX_BYTES) last.push(row);
    else parts.push([row]);
    bytes = parts.at(-1)?.length === 1 ? size : bytes + size;
  }
  return parts;
}
