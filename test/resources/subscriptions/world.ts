/** Shared by the tests of subscriptions: feeds on servers that a test decides, and the runs that fetch them. */
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { batch } from '../../../src/db/connection.ts';
import { JobLog } from '../../../src/job-log.ts';
import { fetchDue } from '../../../src/jobs/subscriptions.ts';
import type { Calendar, CalendarEvent } from '../../../src/sdk/types.ts';
import { type Account, newUser, type Reply, type User } from '../../support/client.ts';

/** The clock of these tests by default. */
export const NOW = Date.UTC(2030, 0, 7);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type Server = (request: {
  url: string;
  headers: Headers;
  signal: AbortSignal;
}) => Response | Promise<Response>;

const servers = new Map<string, Server>();

/** Lets the Worker reach the servers of `feed`, and nothing else. */
export const stubServers = () =>
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, { headers, signal } = {}) => {
    const url = String(input);
    const server = servers.get(new URL(url).origin);
    if (!server) throw new TypeError('Network connection lost.');
    const { promise, reject } = Promise.withResolvers<never>();
    signal?.addEventListener('abort', () => reject(new Error('aborted')));
    return Promise.race([
      server({ url, headers: new Headers(headers), signal: signal as AbortSignal }),
      promise,
    ]);
  });

/** The address of a feed on a server of its own. */
export function feed(server: Server): string {
  const origin = `https://${crypto.randomUUID()}.example`;
  servers.set(origin, server);
  return `${origin}/calendar.ics`;
}

export const vevent = (uid: string, ...lines: string[]): string =>
  [
    'BEGIN:VEVENT',
    `UID:${uid}`,
    ...(lines.some((line) => line.startsWith('DTSTART')) ? [] : ['DTSTART:20300108T080000Z']),
    'DURATION:PT1H',
    ...lines,
    'END:VEVENT',
  ].join('\r\n');
export const file = (...events: string[]): string =>
  ['BEGIN:VCALENDAR', ...events, 'END:VCALENDAR', ''].join('\r\n');
export const text = (body: BodyInit, headers: Record<string, string> = {}) =>
  new Response(body, { headers: { 'content-type': 'text/calendar', ...headers } });

export interface Subscribed {
  user: User;
  account: Account;
  id: string;
  /** As the user sees it. */
  calendar: () => Promise<Calendar>;
  events: () => Promise<CalendarEvent[]>;
  titles: () => Promise<(string | undefined)[]>;
  refresh: (now?: number) => Promise<Reply>;
}

/** A calendar that is fed from a server. */
export async function subscribed(
  server: Server,
  settings: object = {},
  { user: given, timezone = 'UTC' }: { user?: User; timezone?: string } = {},
): Promise<Subscribed> {
  const user = given ?? (await newUser());
  const body = { timezone, subscription: { url: feed(server), ...settings } };
  const { status, body: made } = await user.call('POST', '/calendar', { body });
  if (status !== 201) throw new Error(JSON.stringify(made));
  const { id } = made.calendar;
  const events = async () => {
    const { body } = await user.call('GET', '/events?limit=100');
    return (body.events as CalendarEvent[]).filter(({ calendarId }) => calendarId === id);
  };
  return {
    user,
    account: user.account,
    id,
    calendar: async () => (await user.call('GET', `/calendar/${id}`)).body.calendar,
    events,
    titles: async () => (await events()).map(({ metadata }) => metadata.title).sort(),
    refresh: (now = NOW) => user.account.call('POST', `/user/calendar/${id}/refresh`, { now }),
  };
}

/** Makes the run of the cron. */
export const run = (now = NOW, timeoutMs = 2000, db = env.DB): Promise<void> =>
  fetchDue({
    batch: (statements) => batch(db, statements),
    clock: () => now,
    setting: undefined,
    log: new JobLog(),
    timeoutMs,
  });

/** Deletes the subscriptions and the lease of the tests before, whose clocks may have been ahead. */
export const deleteOthers = () => env.DB.exec('DELETE FROM subscriptions; DELETE FROM job_runs;');
