/**
 * **sequential**: works as the published service does. It queries the account, imports its key, verifies the token, queries
 * the user, and then queries the resource, one after the other. It does no routing, validation or policies, so the real
 * service is slower.
 */
import type { D1Database } from '@cloudflare/workers-types';
import { importSPKI, jwtVerify } from 'jose';
import type { OperationName } from '../operations.ts';
import {
  type CalendarRow,
  calendarAnswer,
  type EventRow,
  eventAnswer,
  eventColumns,
  freebusyAnswer,
  header,
  idBeforeLast,
  idIn,
  idsIn,
  insertEvent,
  insertIdempotencyRecord,
  type NewCalendar,
  type NewEvent,
  type NewUser,
  preflightAnswer,
  RECORDS,
  refusal,
  type UserRow,
  userAnswer,
  usersAnswer,
  weekAnswer,
} from './answers.ts';

interface Caller {
  account: string;
  user: UserRow;
}

/** The account and the user of a valid token; null for any other token. */
async function tokenCaller(request: Request, db: D1Database): Promise<Caller | null> {
  const account = await db
    .prepare(
      'SELECT accounts.id, pem FROM accounts JOIN signing_keys ON account_id = accounts.id WHERE accounts.id = ?',
    )
    .bind(header(request, 'nettu-account'))
    .first<{ id: string; pem: string }>();
  if (!account) return null;
  const key = await importSPKI(account.pem, 'RS256');
  const token = request.headers.get('authorization')?.slice('Bearer '.length) ?? '';
  const verified = await jwtVerify<{ nettuSchedulerUserId: string }>(token, key, {
    algorithms: ['RS256'],
  }).catch(() => null);
  if (!verified) return null;
  const user = await db
    .prepare('SELECT id, metadata FROM users WHERE account_id = ? AND id = ?')
    .bind(account.id, verified.payload.nettuSchedulerUserId)
    .first<UserRow>();
  return user && { account: account.id, user };
}

/** The id of the account with this API key; null for an unknown key. */
async function apiKeyCaller(request: Request, db: D1Database): Promise<string | null> {
  const key = new TextEncoder().encode(request.headers.get('x-api-key') ?? '');
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', key));
  const base64 = btoa(String.fromCharCode(...hash));
  const account = await db
    .prepare('SELECT accounts.id FROM accounts JOIN api_keys ON account_id = accounts.id WHERE hash = ?')
    .bind(base64.replaceAll('+', '-').replaceAll('/', '_').replace('=', ''))
    .first<{ id: string }>();
  return account?.id ?? null;
}

const calendarOf = (db: D1Database, account: string, id: string) =>
  db
    .prepare(
      'SELECT id, user_id, timezone, week_start, metadata FROM calendars WHERE account_id = ? AND id = ?',
    )
    .bind(account, id)
    .first<CalendarRow>();

async function readCalendar(request: Request, db: D1Database, otherwise: 'expired' | 'forged') {
  const caller = await tokenCaller(request, db);
  if (!caller) return refusal(otherwise);
  const row = await calendarOf(db, caller.account, idIn(request.url));
  return calendarAnswer(row?.user_id === caller.user.id ? row : null);
}

async function createCalendar(
  request: Request,
  db: D1Database,
  caller: { account: string; user: UserRow },
): Promise<Response> {
  const { timezone, weekStart, metadata } = (await request.json()) as NewCalendar;
  const row = await db
    .prepare(
      'INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata) VALUES (?, ?, ?, ?, ?, ?) RETURNING id, user_id, timezone, week_start, metadata',
    )
    .bind(caller.account, crypto.randomUUID(), caller.user.id, timezone, weekStart, JSON.stringify(metadata))
    .first<CalendarRow>();
  return calendarAnswer(row, 201);
}

const handlers: Record<OperationName, (request: Request, db: D1Database) => Response | Promise<Response>> = {
  'user reads calendar': (request, db) => readCalendar(request, db, 'forged'),

  'user creates calendar': async (request, db) => {
    const caller = await tokenCaller(request, db);
    if (!caller) return refusal('forged');
    return createCalendar(request, db, caller);
  },

  'the same, safe to retry': async (request, db) => {
    const caller = await tokenCaller(request, db);
    if (!caller) return refusal('forged');
    const key = header(request, 'idempotency-key');
    const record = await db
      .prepare(`SELECT answer FROM ${RECORDS} WHERE account_id = ? AND caller = ? AND key = ?`)
      .bind(caller.account, caller.user.id, key)
      .first<{ answer: string }>();
    if (record) return new Response(record.answer, { status: 201 });
    const answer = await createCalendar(request, db, caller);
    const text = await answer.clone().text();
    await db.prepare(insertIdempotencyRecord).bind(caller.account, caller.user.id, key, text).run();
    return answer;
  },

  'GET /me': async (request, db) => {
    const caller = await tokenCaller(request, db);
    return caller ? userAnswer(caller.user) : refusal('forged');
  },

  'account creates user': async (request, db) => {
    const account = await apiKeyCaller(request, db);
    if (!account) return refusal('forged');
    const { metadata } = (await request.json()) as NewUser;
    const row = await db
      .prepare('INSERT INTO users (account_id, id, metadata) VALUES (?, ?, ?) RETURNING id, metadata')
      .bind(account, crypto.randomUUID(), JSON.stringify(metadata))
      .first<UserRow>();
    return userAnswer(row, 201);
  },

  'account reads by metadata': async (request, db) => {
    const account = await apiKeyCaller(request, db);
    if (!account) return refusal('forged');
    const { results } = await db
      .prepare(
        'SELECT id, metadata FROM users WHERE seq IN (SELECT seq FROM user_metadata WHERE account_id = ? AND key = ? AND value = ? ORDER BY seq LIMIT 20) ORDER BY seq',
      )
      .bind(account, 'cohort', request.url.slice(request.url.lastIndexOf('=') + 1))
      .all<UserRow>();
    return usersAnswer(results);
  },

  'account lists users': async (request, db) => {
    const account = await apiKeyCaller(request, db);
    if (!account) return refusal('forged');
    const { results } = await db
      .prepare('SELECT id, metadata FROM users WHERE account_id = ? ORDER BY seq LIMIT 20')
      .bind(account)
      .all<UserRow>();
    return usersAnswer(results);
  },

  'expired token refused': (request, db) => readCalendar(request, db, 'expired'),
  'forged token refused': (request, db) => readCalendar(request, db, 'forged'),

  'user creates event': async (request, db) => {
    const caller = await tokenCaller(request, db);
    if (!caller) return refusal('forged');
    const { calendarId, startTs, duration, busy, recurrence } = (await request.json()) as NewEvent;
    const calendar = await calendarOf(db, caller.account, calendarId);
    if (calendar?.user_id !== caller.user.id) return calendarAnswer(null);
    const now = Date.now();
    const row = await db
      .prepare(insertEvent)
      .bind(
        ...[caller.account, crypto.randomUUID(), calendarId, caller.user.id],
        ...[startTs, duration, Number(busy), JSON.stringify(recurrence), startTs + 50 * 86_400_000, now, now],
      )
      .first<EventRow>();
    return eventAnswer(row);
  },

  'week of 200 recurring events': async (request, db) => {
    const caller = await tokenCaller(request, db);
    if (!caller) return refusal('forged');
    const calendar = await calendarOf(db, caller.account, idBeforeLast(request.url));
    if (calendar?.user_id !== caller.user.id) return calendarAnswer(null);
    const { results } = await db
      .prepare(
        `SELECT ${eventColumns} FROM events WHERE account_id = ? AND calendar_id = ? ORDER BY start_ts, events.seq`,
      )
      .bind(caller.account, calendar.id)
      .all<EventRow>();
    return weekAnswer(calendar, results, request.url);
  },

  'free/busy of 5 calendars': async (request, db) => {
    const user = await db
      .prepare('SELECT id FROM users WHERE account_id = ? AND id = ?')
      .bind(header(request, 'nettu-account'), idBeforeLast(request.url))
      .first<{ id: string }>();
    if (!user) return calendarAnswer(null);
    const calendars = await db
      .prepare(
        'SELECT id FROM calendars WHERE account_id = ? AND user_id = ? AND id IN (SELECT value FROM json_each(?))',
      )
      .bind(header(request, 'nettu-account'), user.id, idsIn(request.url))
      .all<{ id: string }>();
    const events: EventRow[] = [];
    for (const { id } of calendars.results) {
      const { results } = await db
        .prepare(`SELECT ${eventColumns} FROM events WHERE account_id = ? AND calendar_id = ?`)
        .bind(header(request, 'nettu-account'), id)
        .all<EventRow>();
      events.push(...results);
    }
    return freebusyAnswer(user.id, events, request.url);
  },

  preflight: preflightAnswer,
};

export default {
  fetch: (request: Request, env: { DB: D1Database }) =>
    handlers[header(request, 'x-operation') as OperationName](request, env.DB),
};
