/**
 * What a tenant and its tokens can do to the others: section by section what has once hurt them. Each attack sends one
 * request after another, as fast as they are answered; one that is refused for its rate waits a moment.
 */

import type { Wire } from '../client.ts';
import type { Actor } from '../fixture.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2030, 0, 1);
const LONGEST_WINDOW_MS = 62 * DAY_MS;

/** The attacker's account, of which it has the API key and the tokens of some users. */
export interface Target {
  /** Users of the account. The last ones have many events, and the attacker deletes them. */
  actors: readonly [Actor, ...Actor[]];
  /** The attacker's other accounts, which do nothing but write for endpoints that hang. */
  others: readonly Actor[];
  service: string;
  group: string;
  /** An endpoint that never answers. */
  hanging: string;
  /** How long the attack lasts. */
  ms: number;
}

export interface Attack {
  /** Milliseconds between two of its requests; by default none. */
  everyMs?: number;
  /** The connections that it uses; by default one. */
  connections?: number;
  /** The next request; null: there is nothing left to do. */
  next: (i: number, last: string) => Wire | null;
}

/** A body of this many bytes is near the largest that the service takes. */
const BIG_BYTES = 56_000;
const entry = 'x'.repeat(4000);
const manyReminders = (length: number) =>
  Array.from({ length: 100 }, (_, i) => ({ delta: -i * length, identifier: `r${i}` }));

/** A full minute that comes soon: whatever is made until then is due at that moment. */
const soon = (now: number) => Math.ceil((now + 5000) / MINUTE_MS) * MINUTE_MS;

export const ADDRESS = '198.51.100.250';

export function attacksOf({ actors, others, service, group, hanging, ms }: Target): Record<string, Attack> {
  const [first] = actors;
  const writers = actors.slice(0, 4);
  const doomed = actors.slice(4);
  const from = { 'cf-connecting-ip': ADDRESS };
  const key = { ...from, 'x-api-key': first.apiKey };
  const anonymous = { ...from, 'nettu-account': first.account };
  const tokenOf = ({ account, token }: Actor) => ({
    ...from,
    'nettu-account': account,
    authorization: `Bearer ${token}`,
  });
  const writer = (i: number) => writers[i % writers.length] as Actor;
  const post = (path: string, body: object, headers: Record<string, string> = key): Wire => ({
    method: 'POST',
    path,
    headers,
    body,
  });
  const get = (path: string, headers: Record<string, string> = key): Wire => ({
    method: 'GET',
    path,
    headers,
  });
  const eventsPath = `/user/${first.user}/events`;
  const event = (startTs: number, more: object) => ({
    calendarId: first.calendar,
    startTs,
    duration: HOUR_MS,
    ...more,
  });
  const span = `startTs=${START_MS}&endTs=${START_MS + LONGEST_WINDOW_MS}`;
  const slots = `/service/${service}/booking?startDate=2030-01-01&endDate=2030-04-11&duration=3600000&interval=300000`;

  return {
    'events of 56 kB with 100 reminders due at once': {
      next: () =>
        post(
          eventsPath,
          event(soon(Date.now()), {
            reminders: manyReminders(0),
            metadata: Object.fromEntries(
              Array.from({ length: Math.floor(BIG_BYTES / entry.length) - 1 }, (_, i) => [`m${i}`, entry]),
            ),
          }),
        ),
    },
    'daily series with 100 reminders': {
      next: () =>
        post(
          eventsPath,
          event(soon(Date.now()), {
            busy: true,
            recurrence: { freq: 'daily', interval: 1 },
            reminders: manyReminders(1),
          }),
        ),
    },
    'free events, by four users': {
      connections: 4,
      next: (i) => {
        const actor = writer(i);
        const body = { calendarId: actor.calendar, startTs: START_MS + i * MINUTE_MS, duration: HOUR_MS };
        return post('/events', body, tokenOf(actor));
      },
    },
    holds: {
      next: (i) =>
        post(`/service/${group}/booking`, {
          startTs: START_MS + 700 * DAY_MS + (i % 500) * HOUR_MS,
          duration: HOUR_MS,
          holdFor: 1,
        }),
    },
    'bookings that are cancelled': {
      next: (i, last) => {
        const id = i % 2 ? /"booking":\{"id":"([^"]+)"/.exec(last)?.[1] : undefined;
        return id
          ? { method: 'DELETE', path: `/booking/${id}`, headers: key }
          : post(`/service/${service}/booking`, {
              startTs: START_MS + 800 * DAY_MS + i * HOUR_MS,
              duration: HOUR_MS,
            });
      },
    },
    'wide lists, slots and free/busy': {
      next: (i) => {
        const paths = [
          `/user/calendar/${first.calendar}/events?${span}`,
          `${eventsPath}?limit=100`,
          slots,
          `/events/meta?key=color&value=red&limit=100&skip=100000`,
          `/service/${service}/bookings?limit=100&state=held`,
          `/user/${first.user}/freebusy?${span}`,
          '/user?limit=100&metadata[color]=blue&metadata[none]=none',
          '/account/webhook/deliveries?limit=100&state=failed',
        ];
        return get(paths[i % paths.length] as string);
      },
    },
    'slots and free/busy without a credential': {
      next: (i) => get(i % 2 ? slots : `/user/${first.user}/freebusy?${span}`, anonymous),
    },
    'exports one after another': {
      next: (_, last) => {
        const cursor = /"cursor":"([^"]+)"\}?\s*$/.exec(last)?.[1];
        return get(`/account/export${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''}`);
      },
    },
    'changes of weekStart': {
      next: (i) => ({
        method: 'PUT',
        path: `/calendar/${first.calendar}`,
        headers: tokenOf(first),
        body: { settings: { weekStart: i % 2 ? 'Mon' : 'Sun' } },
      }),
    },
    'changes of the webhook': {
      next: (i) => ({
        method: 'PUT',
        path: '/account/webhook',
        headers: key,
        body: { webhookUrl: `${hanging}${i}`, events: ['*'] },
      }),
    },
    'users of four accounts with hanging endpoints': {
      everyMs: 250,
      next: (i) => {
        const other = others[i % others.length];
        return other ? post('/user', {}, { ...from, 'x-api-key': other.apiKey }) : null;
      },
    },
    'deletion of users with many events': {
      everyMs: Math.max(1000, ms / (doomed.length + 1)),
      next: (i) => {
        const user = doomed[i]?.user;
        return user ? { method: 'DELETE', path: `/user/${user}`, headers: key } : null;
      },
    },
  };
}
