/** The requests of an account that behaves: a fixed mix of reads and writes, each account with its own rows. */

import type { Answer, Wire } from '../client.ts';
import type { Actor } from '../fixture.ts';
import { busyCalendars, fullCalendar, weekQuery } from '../full-calendars.ts';
import { type Arrivals, changeKey, type Phase, reminderKey } from './arrivals.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The earliest that a new event is reminded of: its creation has been answered by then, whatever happens. */
const AHEAD_MS = 15_000;
const BOOKED_FROM_MS = Date.UTC(2027, 5, 7);

/** An account, and what its requests have made so far. */
export interface Healthy {
  actor: Actor;
  /** The address that its clients come from. */
  address: string;
  /** A service whose host has five full calendars, and one whose host has an empty one. */
  service: string;
  bookable: string;
  events: string[];
  bookings: string[];
  written: number;
}

/** A request that is due, and what its answer means. */
export interface Due {
  kind: string;
  wire: Wire;
  status: number;
  /** Called before the request is sent, and with its answer. */
  before?: () => void;
  after?: (answer: Answer) => void;
}

type Headers = Record<string, string>;
type Make = (healthy: Healthy, context: { phase: Phase; at: number; arrivals: Arrivals }) => Due | null;

const asUser = ({ actor: { account, token }, address }: Healthy): Headers => ({
  'nettu-account': account,
  authorization: `Bearer ${token}`,
  'cf-connecting-ip': address,
});
const asAccount = ({ actor: { apiKey }, address }: Healthy): Headers => ({
  'x-api-key': apiKey,
  'cf-connecting-ip': address,
});
const asAnyone = ({ actor: { account }, address }: Healthy): Headers => ({
  'nettu-account': account,
  'cf-connecting-ip': address,
});

const reading =
  (kind: string, path: (healthy: Healthy) => string, as = asUser): Make =>
  (healthy) => ({ kind, wire: { method: 'GET', path: path(healthy), headers: as(healthy) }, status: 200 });

const tagOf = (healthy: Healthy): string => `${healthy.actor.account} ${healthy.written++}`;

/** A write, and its notification: a tag in its metadata names it. */
function writing(
  healthy: Healthy,
  { phase, at, arrivals }: Parameters<Make>[1],
  due: Pick<Due, 'kind' | 'status' | 'after'> & { type: string; wire: Omit<Wire, 'headers'>; key?: string },
): Due {
  const tag = tagOf(healthy);
  const key = changeKey(due.type, due.key ?? tag);
  return {
    kind: due.kind,
    status: due.status,
    wire: {
      ...due.wire,
      ...(due.wire.body && { body: { ...due.wire.body, metadata: { tag } } }),
      headers: asAccount(healthy),
    },
    before: () => arrivals.expect(key, { phase, kind: 'change', at }),
    after: (answer) => {
      if (answer.status === due.status) due.after?.(answer);
      else arrivals.forget(key);
    },
  };
}

const createEvent: Make = (healthy, context) => {
  const remindAt = Math.ceil((context.at + AHEAD_MS) / MINUTE_MS) * MINUTE_MS;
  const { actor } = healthy;
  return writing(healthy, context, {
    kind: 'POST event',
    type: 'event.created',
    status: 201,
    wire: {
      method: 'POST',
      path: `/user/${actor.user}/events`,
      body: {
        calendarId: actor.calendar,
        startTs: remindAt,
        duration: HOUR_MS,
        busy: true,
        reminders: [{ delta: 0, identifier: 'now' }],
      },
    },
    after: ({ text }) => {
      const { event } = JSON.parse(text) as { event: { id: string } };
      healthy.events.push(event.id);
      context.arrivals.expect(reminderKey(event.id), {
        phase: context.phase,
        kind: 'reminder',
        at: remindAt,
      });
    },
  });
};

const changeEvent: Make = (healthy, context) => {
  const id = healthy.events.at(-1);
  if (!id) return null;
  return writing(healthy, context, {
    kind: 'PUT event',
    type: 'event.updated',
    status: 200,
    wire: { method: 'PUT', path: `/user/events/${id}`, body: {} },
  });
};

/** The oldest one of several, so that the latest one can be changed. */
const deleteEvent: Make = (healthy, context) => {
  const id = healthy.events.length > 2 ? healthy.events.shift() : undefined;
  if (!id) return null;
  context.arrivals.forget(reminderKey(id));
  return writing(healthy, context, {
    kind: 'DELETE event',
    type: 'event.deleted',
    status: 200,
    key: id,
    wire: { method: 'DELETE', path: `/user/events/${id}` },
  });
};

const booking =
  (kind: string, more: object): Make =>
  (healthy, context) =>
    writing(healthy, context, {
      kind,
      type: 'booking.created',
      status: 201,
      wire: {
        method: 'POST',
        path: `/service/${healthy.bookable}/booking`,
        body: { startTs: BOOKED_FROM_MS + healthy.written * HOUR_MS, duration: HOUR_MS, ...more },
      },
      after: ({ text }) => {
        const { booking } = JSON.parse(text) as { booking: { id: string; state: string } };
        if (booking.state === 'confirmed') healthy.bookings.push(booking.id);
      },
    });

const cancelBooking: Make = (healthy, context) => {
  const id = healthy.bookings.shift();
  if (!id) return null;
  return writing(healthy, context, {
    kind: 'DELETE booking',
    type: 'booking.cancelled',
    status: 200,
    key: id,
    wire: { method: 'DELETE', path: `/booking/${id}` },
  });
};

const calendar = reading('GET calendar', ({ actor }) => `/calendar/${actor.calendar}`);
const week = reading(
  'a week of events',
  ({ actor }) => `/calendar/${fullCalendar(actor)}/events?${weekQuery}`,
);
const freebusy = reading(
  'free/busy',
  ({ actor }) => `/user/${actor.user}/freebusy?${weekQuery}&calendarIds=${busyCalendars(actor)}`,
  asAnyone,
);
const slots = reading(
  'slots',
  ({ service }) =>
    `/service/${service}/booking?startDate=2027-03-22&endDate=2027-03-28&duration=1800000&interval=900000`,
  asAnyone,
);
const me = reading('GET /me', () => '/me');
const bookings = reading(
  'bookings of a service',
  ({ bookable }) => `/service/${bookable}/bookings?startTs=${BOOKED_FROM_MS}&limit=20`,
  asAccount,
);

/** In the order in which an account sends them; one in three is a write. */
const mix: readonly Make[] = [
  calendar,
  createEvent,
  freebusy,
  week,
  booking('POST booking', {}),
  slots,
  calendar,
  changeEvent,
  freebusy,
  me,
  bookings,
  createEvent,
  slots,
  week,
  booking('POST booking, a hold', { holdFor: 1 }),
  calendar,
  freebusy,
  deleteEvent,
  week,
  cancelBooking,
  me,
];

/** The n-th request of an account; one that has nothing to do reads a calendar. */
export function nthRequest(healthy: Healthy, n: number, context: Parameters<Make>[1]): Due {
  const made = mix[n % mix.length]?.(healthy, context);
  return made ?? (calendar(healthy, context) as Due);
}
