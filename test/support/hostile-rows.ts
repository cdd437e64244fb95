/**
 * Rows of each kind that a request must not read, as SQL: the tests of rows read, the bench and the soak fill databases with
 * them. Nothing here knows a database, so it runs in workerd and in Node.
 */
import { DAY_MS, HOUR_MS } from '../../src/time/units.ts';

/** A statement of `D1Database.prepare`, and what to bind. */
export interface Statement {
  text: string;
  args: (string | number)[];
}

/** The ids of an account, and of what is hostile in it. */
export interface Owner {
  account: string;
  user: string;
  calendar: string;
  service: string;
  /** A service with several seats. */
  group: string;
}

/** The window of every request. */
export const START = Date.UTC(2030, 0, 1);
export const END = START + DAY_MS;

const RECORDS = 'remembered'; // words: allow
const TOKEN = 'stamp'; // words: allow

/** `i` counts from 1 to `?1`. */
const counting = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)';

/** A kind of events: `start`, `last` and the columns in `more` are SQL. */
export type Kind = {
  start: string;
  duration: number;
  last: string;
  busy: 0 | 1;
  reminders?: true;
  more?: Record<string, string>;
};

const REMINDERS = '[{"delta":-10,"identifier":"soon"}]';

/** `n` events of a kind in the owner's calendar. In SQL, `i` counts from 1. */
export function eventRows({ account, user, calendar }: Owner, n: number, kind: Kind): Statement {
  const more = Object.entries(kind.more ?? {});
  return {
    text: `${counting}
      INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, metadata,
        created, updated, timezone ${more.map(([name]) => `, ${name}`).join('')})
      SELECT ?2, lower(hex(randomblob(16))), ?3, ?4, ${kind.start}, ${kind.duration}, ${kind.busy}, ${kind.last},
        '${kind.reminders ? REMINDERS : '[]'}', '{}',
        1, 1, 'UTC' ${more.map(([, value]) => `, ${value}`).join('')} FROM n`,
    args: [n, account, calendar, user],
  };
}

export const yearly = `'{"freq":"yearly","interval":1,"weekStart":"Mon"}'`;

/** Kinds of events that are over at a moment, in milliseconds since the epoch. */
export const over = (at: number): Record<string, Kind> => ({
  'long ago': {
    start: `${at - 400 * DAY_MS} + i`,
    duration: HOUR_MS,
    last: `${at - 400 * DAY_MS} + i`,
    busy: 1,
  },
  'ended series': {
    start: `${at - 900 * DAY_MS} + i`,
    duration: HOUR_MS,
    last: `${at - 890 * DAY_MS} + i`,
    busy: 1,
    more: { recurrence: yearly },
  },
  'ended series of whole days': {
    start: `${at - 900 * DAY_MS} + i % 20 * ${DAY_MS}`,
    duration: 2 * DAY_MS,
    last: `${at - 860 * DAY_MS}`,
    busy: 1,
    more: { recurrence: yearly, days: '2' },
  },
  'of expired holds': {
    start: `${at} + i`,
    duration: HOUR_MS,
    last: `${at} + i`,
    busy: 1,
    more: { expires_at: '1' },
  },
});

/** Kinds of events that a request about the window must not read. */
export const unread: Record<string, Kind> = {
  ...over(START),
  'free in the window': {
    start: `${START} + i % 20000000`,
    duration: HOUR_MS,
    last: `${START} + i % 20000000`,
    busy: 0,
  },
  'free whole days': { start: `${START}`, duration: DAY_MS, last: `${START}`, busy: 0, more: { days: '1' } },
  'endless and free': {
    start: `${START - 400 * DAY_MS} + i`,
    duration: 60_000,
    last: 'NULL',
    busy: 0,
    more: { recurrence: yearly },
  },
  'far ahead': {
    start: `${START + 400 * DAY_MS} + i`,
    duration: HOUR_MS,
    last: `${START + 400 * DAY_MS} + i`,
    busy: 1,
    reminders: true,
  },
};

/** Kinds of events that an index does not keep from a request: it reads them up to a limit. */
export const read: Record<string, Kind> = {
  'series that ended lately': {
    start: `${START - 150 * DAY_MS} + i`,
    duration: HOUR_MS,
    last: `${START - 100 * DAY_MS} + i`,
    busy: 1,
    more: { recurrence: yearly },
  },
};

/** Rows of other tables, `n` of each kind: SQL after `WITH n (i)`. `?2` is the account and `?3` the user. */
const others = [
  `INSERT INTO users (account_id, id, metadata) SELECT ?2, lower(hex(randomblob(16))), '{"color":"blue"}' FROM n`,
  `INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata)
   SELECT ?2, lower(hex(randomblob(16))), id, 'UTC', 'Mon', '{"color":"blue"}' FROM users WHERE account_id = ?2 AND id <> ?3`,
  `INSERT INTO schedules (account_id, id, user_id, timezone, rules, metadata)
   SELECT ?2, lower(hex(randomblob(16))), id, 'UTC', '[]', '{"color":"blue"}' FROM users WHERE account_id = ?2 AND id <> ?3`,
  `INSERT INTO services (account_id, id, multi_person, metadata)
   SELECT ?2, lower(hex(randomblob(16))), '{"variant":"collective"}', '{"color":"blue"}' FROM n`,
  `INSERT INTO service_users (account_id, service_id, user_id, buffer_before, buffer_after, closest)
   SELECT ?2, id, ?3, 0, 0, 0 FROM services WHERE account_id = ?2 AND metadata = '{"color":"blue"}'
   ON CONFLICT DO NOTHING`,
  `INSERT INTO deliveries (account_id, type, content, state, next_at, expires_at)
   SELECT ?2, 'user.created', '{}', 'delivered', NULL, 1 FROM n`,
  `INSERT INTO deliveries (account_id, type, content, state, next_at, expires_at)
   SELECT ?2, 'user.created', '{}', 'failed', NULL, 1 FROM n`,
  `INSERT INTO imported_events (account_id, calendar_id, uid, piece, event_id, sequence, modified)
   SELECT account_id, calendar_id, id, '', id, 0, 0 FROM events WHERE account_id = ?2 AND user_id = ?3 LIMIT ?1 ON CONFLICT DO NOTHING`,
  `INSERT INTO feeds (account_id, id, calendar_id, hash, detail, hint, created)
   SELECT ?2, lower(hex(randomblob(16))), id, hex(randomblob(32)), 'full', '', 1 FROM calendars
   WHERE account_id = ?2 AND user_id <> ?3`,
];

/** A kind of bookings: `start` and `expires` are SQL. */
export interface BookingKind {
  start: string;
  state: string;
  expires?: string;
  service?: string;
}

/** `n` bookings that the owner's user made, of a kind. */
export const bookingRows = (
  { account, user, service }: Owner,
  n: number,
  { start, state, expires = 'NULL', service: other = service }: BookingKind,
): Statement => ({
  text: `${counting}
    INSERT INTO bookings (account_id, id, service_id, session, start_ts, duration, state, expires_at, hosts, events,
      booked_by, metadata, created, updated, ${TOKEN})
    SELECT ?2, lower(hex(randomblob(16))), ?3, lower(hex(randomblob(16))), ${start}, ${HOUR_MS}, '${state}', ${expires},
      '[]', '[]', ?4, '{}', 1, 1, '' FROM n`,
  args: [n, account, other, user],
});

/** `n` idempotency records of a caller. */
export const recordRows = (account: string, caller: string, n: number): Statement => ({
  text: `${counting}
    INSERT INTO ${RECORDS} (account_id, caller, key, request, answer, expires_at)
    SELECT ?2, ?3, hex(randomblob(16)), '', '', i FROM n`,
  args: [n, account, caller],
});

/** `n` rows of each kind, statement by statement. */
export function hostileRows(owner: Owner, n: number): Statement[] {
  const { account, user, service, group } = owner;
  const within = { start: `${START} + i % 80000000` };
  return [
    ...Object.values(unread).map((kind) => eventRows(owner, n, kind)),
    ...others.map((text) => ({
      text: `${counting} ${text}`,
      args: text.includes('?3') ? [n, account, user] : [n, account],
    })),
    recordRows(account, user, n),
    ...['confirmed', 'cancelled'].flatMap((state) =>
      [`${START - 400 * DAY_MS} + i`, `${START + 400 * DAY_MS} + i`].map((start) =>
        bookingRows(owner, n, { start, state }),
      ),
    ),
    ...[service, group].flatMap((of) => [
      bookingRows(owner, n, { ...within, state: 'cancelled', service: of }),
      bookingRows(owner, n, { ...within, state: 'held', expires: '1', service: of }),
    ]),
  ];
}
