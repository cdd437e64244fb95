/** Shared by the tests of events: both doors, times in short form, and events by the thousand. */
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { CalendarEvent, Occurrence as Instance, Recurrence, Timespan } from '../../src/sdk/types.ts';
import { neverOccurs } from '../../src/time/recurrence.ts';
import { type Call, newUser, type Reply, type User } from './client.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const UUID = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);

export { newUser };

/** The milliseconds of `2024-03-31T09:00Z`. */
export const ms = (iso: string): number => {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) throw new Error(`no time: ${iso}`);
  return time;
};
export const between = (start: string, end: string): Timespan => ({ startTs: ms(start), endTs: ms(end) });
export const query = ({ startTs, endTs }: Timespan) => `?startTs=${startTs}&endTs=${endTs}`;

/** One of the two doors to a user's events. */
export interface Door {
  create: (user: User, body: unknown, options?: Call) => Promise<Reply>;
  /** Reads, updates or deletes an event. */
  event: (user: User, method: string, event: string, options?: Call) => Promise<Reply>;
  instances: (user: User, event: string, window: Timespan) => Promise<Reply>;
  /** Lists the events of a calendar in a window. */
  week: (user: User, calendar: string, window: Timespan, options?: Call) => Promise<Reply>;
}

const doorOf = (
  send: (user: User, method: string, path: string, options?: Call) => Promise<Reply>,
  root: string,
  creation: (user: User) => string,
): Door => ({
  create: (user, body, options) => send(user, 'POST', creation(user), { ...options, body }),
  event: (user, method, event, options) => send(user, method, `${root}/events/${event}`, options),
  instances: (user, event, window) => send(user, 'GET', `${root}/events/${event}/instances${query(window)}`),
  week: (user, calendar, window, options) =>
    send(user, 'GET', `${root}/calendar/${calendar}/events${query(window)}`, options),
});

export const byAccount = doorOf(
  (user, ...request) => user.account.call(...request),
  '/user',
  ({ id }) => `/user/${id}/events`,
);
export const byUser = doorOf(
  (user, ...request) => user.call(...request),
  '',
  () => '/events',
);
export const doors = [
  ['the account', byAccount],
  ['the user', byUser],
] as const;

/** Whether a rule has an occurrence: a request with another one is refused. */
export const occurs = ({
  startTs,
  recurrence,
}: {
  startTs: number;
  recurrence?: object | null | undefined;
}) => !recurrence || !neverOccurs(recurrence as Recurrence, startTs);

/** Creates an event as the account. */
export async function made(user: User, body: object): Promise<CalendarEvent> {
  const reply = await byAccount.create(user, body);
  if (reply.status !== 201) throw new Error(JSON.stringify({ body, answer: reply.body }));
  return reply.body.event;
}

export async function changed(user: User, event: string, body: object): Promise<CalendarEvent> {
  const reply = await byAccount.event(user, 'PUT', event, { body });
  if (reply.status !== 200) throw new Error(JSON.stringify({ body, answer: reply.body }));
  return reply.body.event;
}

/** The instances of an event, from its own route. */
export async function instancesOf(user: User, event: string, window: Timespan): Promise<Instance[]> {
  const reply = await byAccount.instances(user, event, window);
  expect(reply.status).toBe(200);
  return reply.body.instances;
}

/** The instances in a calendar by event id, from the calendar's route. */
export async function weekOf(
  user: User,
  calendar: string,
  window: Timespan,
): Promise<Record<string, Instance[]>> {
  const reply = await byAccount.week(user, calendar, window);
  expect(reply.status).toBe(200);
  return byId(reply.body.events);
}

/** The instances by event id; every event must have some. */
export const byId = (
  events: { event: { id: string }; instances: Instance[] }[],
): Record<string, Instance[]> => {
  const entries = events.map(({ event, instances }) => [event.id, instances] as const);
  expect(new Set(entries.map(([id]) => id)).size).toBe(entries.length);
  return Object.fromEntries(entries);
};

/** The start of each instance, such as `2024-03-31T07:00Z`. */
export const startsOf = (instances: Pick<Instance, 'startTs'>[]): string[] =>
  instances.map(({ startTs }) => new Date(startTs).toISOString().replace(':00.000Z', 'Z'));

/** An event that a test inserts directly. */
export interface Stored {
  startTs: number;
  duration: number;
  recurrence?: Recurrence;
  /** The value that the Worker would store; by default that of a single event. */
  lastStart?: number | null;
  metadata?: Record<string, string>;
  exdates?: number[];
}

/** Inserts thousands of events into a calendar at once, and returns their ids. */
export async function store(user: User, calendar: string, events: Stored[]): Promise<string[]> {
  const rows = events.map(
    ({ startTs, duration, recurrence, lastStart = startTs, metadata = {}, exdates = [] }) => [
      crypto.randomUUID(),
      startTs,
      duration,
      recurrence ? JSON.stringify({ ...recurrence, weekStart: 'Mon' }) : null,
      lastStart,
      JSON.stringify(metadata),
      JSON.stringify(exdates),
    ],
  );
  // D1 accepts 2 MB in a parameter.
  const step = Math.min(2000, Math.ceil(1_000_000 / JSON.stringify(rows[0] ?? []).length));
  for (let i = 0; i < rows.length; i += step) {
    await env.DB.prepare(
      `INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, recurrence, last_start,
         reminders, metadata, exdates, created, updated, timezone)
       SELECT ?1, value ->> 0, ?2, ?3, value ->> 1, value ->> 2, 1, value ->> 3, value ->> 4, '[]', value ->> 5, value ->> 6,
         0, 0, (SELECT timezone FROM calendars WHERE account_id = ?1 AND id = ?2)
       FROM json_each(?4)`,
    )
      .bind(user.account.id, calendar, user.id, JSON.stringify(rows.slice(i, i + step)))
      .run();
  }
  return rows.map(([id]) => id as string);
}
