/** The answers of the references: the same headers and bodies as ours, so that as many bytes travel. */
import { instances, mergeBusy } from '../../../src/time/recurrence.ts';

const headers = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'allow, retry-after, www-authenticate',
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
};

export interface CalendarRow {
  id: string;
  user_id: string;
  timezone: string;
  week_start: string;
  metadata: string;
}

export interface UserRow {
  id: string;
  metadata: string;
}

/** The body of a request. */
export interface NewCalendar {
  timezone: string;
  weekStart: string;
  metadata: Record<string, string>;
}

export interface NewUser {
  metadata: Record<string, string>;
}

/** The body of a request. */
export interface NewEvent {
  calendarId: string;
  startTs: number;
  duration: number;
  busy: boolean;
  recurrence: object;
}

export interface EventRow {
  id: string;
  calendar_id: string;
  user_id: string;
  start_ts: number;
  duration: number;
  busy: number;
  recurrence: string;
  exdates: string;
  reminders: string;
  metadata: string;
  created: number;
  updated: number;
}

/** The columns that an event in an answer is made from. */
export const eventColumns =
  'events.id, calendar_id, events.user_id, start_ts, duration, busy, recurrence, exdates, reminders, events.metadata, created, updated';

export const insertEvent = `INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy,
    recurrence, last_start, reminders, metadata, created, updated)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '[]', '{}', ?, ?) RETURNING ${eventColumns}`;

const json = (body: object, status: number) => Response.json(body, { status, headers });

const calendar = (row: CalendarRow) => ({
  id: row.id,
  userId: row.user_id,
  settings: { weekStart: row.week_start, timezone: row.timezone },
  metadata: JSON.parse(row.metadata),
});

export const calendarAnswer = (row: CalendarRow | null, status = 200): Response =>
  row ? json({ calendar: calendar(row) }, status) : json({}, 404);

const user = ({ id, metadata }: UserRow) => ({ id, metadata: JSON.parse(metadata) });

export const userAnswer = (row: UserRow | null, status = 200): Response =>
  row ? json({ user: user(row) }, status) : json({}, 404);

/** The table of the idempotency records. */
export const RECORDS = 'remembered'; // words: allow

/** Stores the answer of a request with an Idempotency-Key. */
export const insertIdempotencyRecord = `INSERT INTO ${RECORDS} (account_id, caller, key, request, answer, expires_at)
  VALUES (?, ?, ?, '', ?, 0)`;

export const usersAnswer = (rows: UserRow[]): Response => json({ users: rows.map(user) }, 200);

const event = (row: EventRow) => ({
  id: row.id,
  calendarId: row.calendar_id,
  userId: row.user_id,
  startTs: row.start_ts,
  duration: row.duration,
  busy: row.busy === 1,
  recurrence: JSON.parse(row.recurrence),
  exdates: JSON.parse(row.exdates),
  created: row.created,
  updated: row.updated,
  reminders: JSON.parse(row.reminders),
  metadata: JSON.parse(row.metadata),
});

export const eventAnswer = (row: EventRow | null): Response =>
  row ? json({ event: event(row) }, 201) : json({}, 404);

/** The window in the query of a URL. */
const windowIn = (url: string) => {
  const query = new URL(url).searchParams;
  return { startTs: Number(query.get('startTs')), endTs: Number(query.get('endTs')) };
};

/** An instance with its name, as ours are. */
const named = <I extends { startTs: number }>(instance: I) => ({
  ...instance,
  originalStartTs: instance.startTs,
});

/** The instances of an event in the window. The references use our own code for it, since the bench compares the rest. */
const expand = (row: EventRow, url: string) => instances(event(row), 'Europe/Oslo', 'Mon', windowIn(url));

export const weekAnswer = (row: CalendarRow | null, rows: EventRow[], url: string): Response =>
  row
    ? json(
        {
          calendar: calendar(row),
          events: rows
            .map((row) => ({ event: event(row), instances: expand(row, url).map(named) }))
            .filter(({ instances }) => instances.length > 0),
        },
        200,
      )
    : json({}, 404);

export const freebusyAnswer = (userId: string, rows: EventRow[], url: string): Response =>
  json({ busy: mergeBusy(rows.flatMap((row) => expand(row, url))), userId }, 200);

/** The ids in the query of a free/busy request, as JSON. */
export const idsIn = (url: string): string =>
  JSON.stringify(new URL(url).searchParams.get('calendarIds')?.split(','));

export const preflightAnswer = (): Response =>
  new Response(null, {
    status: 204,
    headers: {
      ...headers,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
      'access-control-allow-headers': 'authorization, content-type, nettu-account, x-api-key, *',
      'access-control-max-age': '86400',
    },
  });

/** As long as our own details. */
const details = {
  expired: 'The token has expired. Get a new one from your own server. ',
  forged: 'The signature is not of an active key of the account. '.repeat(5),
};

export const refusal = (kind: keyof typeof details): Response => {
  const detail = details[kind];
  return Response.json(
    {
      type: `urn:nettu:problem:token-${kind}`,
      title: 'The token is not accepted',
      status: 401,
      detail,
      code: `token-${kind}`,
    },
    {
      status: 401,
      headers: {
        ...headers,
        'content-type': 'application/problem+json',
        'www-authenticate': `Bearer realm="nettu", error="invalid_token", error_description="${detail}"`,
      },
    },
  );
};

/** The id that a path ends in. */
export const idIn = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/** The id before the last segment of a path. */
export const idBeforeLast = (url: string): string => new URL(url).pathname.split('/').at(-2) ?? '';

/** A header that every request of the bench has. */
export const header = (
  request: Request,
  name: 'nettu-account' | 'x-operation' | 'x-user' | 'idempotency-key',
): string => request.headers.get(name) ?? '';
