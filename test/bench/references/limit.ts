/**
 * **limit**: the lowest possible cost of an operation. It trusts the request, checks nothing, and sends at most one query
 * or batch to the database. The difference between this Worker and ours is the most that ours can still save.
 */
import type { D1Database } from '@cloudflare/workers-types';
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
  refusal,
  type UserRow,
  userAnswer,
  usersAnswer,
  weekAnswer,
} from './answers.ts';

const handlers: Record<OperationName, (request: Request, db: D1Database) => Response | Promise<Response>> = {
  'user reads calendar': async (request, db) =>
    calendarAnswer(
      await db
        .prepare(
          'SELECT id, user_id, timezone, week_start, metadata FROM calendars WHERE account_id = ? AND id = ?',
        )
        .bind(header(request, 'nettu-account'), idIn(request.url))
        .first<CalendarRow>(),
    ),

  'user creates calendar': async (request, db) => {
    const { timezone, weekStart, metadata } = (await request.json()) as NewCalendar;
    const row = await db
      .prepare(
        'INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata) VALUES (?, ?, ?, ?, ?, ?) RETURNING id, user_id, timezone, week_start, metadata',
      )
      .bind(
        header(request, 'nettu-account'),
        crypto.randomUUID(),
        header(request, 'x-user'),
        timezone,
        weekStart,
        JSON.stringify(metadata),
      )
      .first<CalendarRow>();
    return calendarAnswer(row, 201);
  },

  'the same, safe to retry': async (request, db) => {
    const { timezone, weekStart, metadata } = (await request.json()) as NewCalendar;
    const [account, id] = [header(request, 'nettu-account'), crypto.randomUUID()];
    const [created] = await db.batch<CalendarRow>([
      db
        .prepare(
          'INSERT INTO calendars (account_id, id, user_id, timezone, week_start, metadata) VALUES (?, ?, ?, ?, ?, ?) RETURNING id, user_id, timezone, week_start, metadata',
        )
        .bind(account, id, header(request, 'x-user'), timezone, weekStart, JSON.stringify(metadata)),
      db
        .prepare(insertIdempotencyRecord)
        .bind(account, header(request, 'x-user'), header(request, 'idempotency-key'), id),
    ]);
    return calendarAnswer(created?.results[0] ?? null, 201);
  },

  'GET /me': async (request, db) =>
    userAnswer(
      await db
        .prepare('SELECT id, metadata FROM users WHERE account_id = ? AND id = ?')
        .bind(header(request, 'nettu-account'), header(request, 'x-user'))
        .first<UserRow>(),
    ),

  'account creates user': async (request, db) => {
    const { metadata } = (await request.json()) as NewUser;
    const row = await db
      .prepare('INSERT INTO users (account_id, id, metadata) VALUES (?, ?, ?) RETURNING id, metadata')
      .bind(header(request, 'nettu-account'), crypto.randomUUID(), JSON.stringify(metadata))
      .first<UserRow>();
    return userAnswer(row, 201);
  },

  'account reads by metadata': async (request, db) => {
    const { results } = await db
      .prepare(
        'SELECT id, metadata FROM users WHERE seq IN (SELECT seq FROM user_metadata WHERE account_id = ? AND key = ? AND value = ? ORDER BY seq LIMIT 20) ORDER BY seq',
      )
      .bind(header(request, 'nettu-account'), 'cohort', request.url.slice(request.url.lastIndexOf('=') + 1))
      .all<UserRow>();
    return usersAnswer(results);
  },

  'account lists users': async (request, db) => {
    const { results } = await db
      .prepare('SELECT id, metadata FROM users WHERE account_id = ? ORDER BY seq LIMIT 20')
      .bind(header(request, 'nettu-account'))
      .all<UserRow>();
    return usersAnswer(results);
  },

  'expired token refused': () => refusal('expired'),

  'forged token refused': async (request, db) => {
    await db
      .prepare('SELECT pem FROM signing_keys WHERE account_id = ?')
      .bind(header(request, 'nettu-account'))
      .first();
    return refusal('forged');
  },

  'user creates event': async (request, db) => {
    const { calendarId, startTs, duration, busy, recurrence } = (await request.json()) as NewEvent;
    const now = Date.now();
    const row = await db
      .prepare(insertEvent)
      .bind(
        ...[header(request, 'nettu-account'), crypto.randomUUID(), calendarId, header(request, 'x-user')],
        ...[startTs, duration, Number(busy), JSON.stringify(recurrence), startTs + 50 * 86_400_000, now, now],
      )
      .first<EventRow>();
    return eventAnswer(row);
  },

  // All events of this calendar have instances in this week, so the query needs no time range.
  'week of 200 recurring events': async (request, db) => {
    const { results } = await db
      .prepare(
        `SELECT ${eventColumns} FROM events WHERE account_id = ? AND calendar_id = ? ORDER BY start_ts, events.seq`,
      )
      .bind(header(request, 'nettu-account'), idBeforeLast(request.url))
      .all<EventRow>();
    const [first] = results;
    const calendar = first && {
      id: first.calendar_id,
      user_id: first.user_id,
      timezone: 'Europe/Oslo',
      week_start: 'Mon',
      metadata: '{}',
    };
    return weekAnswer(calendar ?? null, results, request.url);
  },

  'free/busy of 5 calendars': async (request, db) => {
    const { results } = await db
      .prepare(
        `SELECT ${eventColumns} FROM json_each(?) CROSS JOIN events ON account_id = ? AND calendar_id = value`,
      )
      .bind(idsIn(request.url), header(request, 'nettu-account'))
      .all<EventRow>();
    return freebusyAnswer(header(request, 'x-user'), results, request.url);
  },

  preflight: preflightAnswer,
};

export default {
  fetch: (request: Request, env: { DB: D1Database }) =>
    handlers[header(request, 'x-operation') as OperationName](request, env.DB),
};
