/** Arbitrary operations on the small world, drawn so that they collide often. */
import fc from 'fast-check';
import { at, DAY, HOUR, MINUTE, open } from '../support/bookings.ts';
import type { Caller, Operation, Sent } from './world.ts';

const one = <T>(...values: T[]) => fc.constantFrom(...values);
const maybe = <T>(value: fc.Arbitrary<T>, of = 3) => fc.option(value, { nil: undefined, freq: of });
/** An object without the members that are undefined. */
const body = (members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .record(members)
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));

const slot = one(at(10), at(10, 30), at(11), at(10), at(11), at(12), at(34));
const callers = one<Caller>('key', 'key', 'u0', 'u1', 'u2');
const service = one('s0', 's0', 's1');
const host = one('u0', 'u0', 'u1');
const booking = one('b0', 'b1', 'b2', 'b3');
const event = one('e0', 'e1', 'e2');
const calendarOf = (user: string) => (user === 'u0' ? one('c0', 'c0', 'c1') : one('c2'));
const metadata = one({ attendee: 'Ann' }, { attendee: 'Bob' }, {});
const multiPerson = one<object>(
  { variant: 'roundRobinAlgorithm', data: 'availability' },
  { variant: 'roundRobinAlgorithm', data: 'equalDistribution' },
  { variant: 'collective' },
  { variant: 'collective' },
  { variant: 'group', data: 1 },
  { variant: 'group', data: 2 },
  { variant: 'group', data: 2 },
  { variant: 'group', data: 3 },
);
const recurrence = one<object>(
  { freq: 'daily', interval: 1, count: 2 },
  { freq: 'weekly', interval: 1, count: 3 },
  { freq: 'daily', interval: 2, count: 3 },
);
const eventDuration = one(0, MINUTE, HOUR / 2, HOUR, HOUR, 2 * HOUR, 3 * DAY, 366 * DAY);
const sent = (
  by: fc.Arbitrary<Caller>,
  method: Sent['method'],
  path: fc.Arbitrary<string>,
  content?: fc.Arbitrary<Record<string, unknown>>,
  as?: fc.Arbitrary<string>,
): fc.Arbitrary<Sent> =>
  fc
    .record({ by, path, content: content ?? fc.constant(undefined), as: as ?? fc.constant(undefined) })
    .map(({ by, path, content, as }) => ({
      by,
      method,
      path,
      ...(content && { body: content }),
      ...(as && { as }),
    }));
const key = fc.constant<Caller>('key');

const book = sent(
  callers,
  'POST',
  service.map((id) => `/service/{${id}}/booking`),
  body({
    startTs: slot,
    duration: one(HOUR, HOUR, HOUR, HOUR / 2, 2 * HOUR),
    holdFor: maybe(one(1, 10, 60)),
    hostUserIds: maybe(one(['{u0}'], ['{u1}'], ['{u0}', '{u1}'], ['{u2}']), 5),
    metadata: maybe(metadata),
  }),
  booking,
);
const ofBooking = booking.map((id) => `/booking/{${id}}`);
const changeBooking = sent(
  callers,
  'PUT',
  ofBooking,
  fc.oneof(
    fc.constant({ state: 'confirmed' }),
    slot.map((startTs) => ({ startTs })),
    slot.map((startTs) => ({ startTs })),
    metadata.map((metadata) => ({ metadata })),
  ),
);
const cancelBooking = sent(callers, 'DELETE', ofBooking);

const serviceId = one<string | null>('{s0}', '{s0}', '{s1}', null);
const createEvent = host.chain((user) =>
  fc.oneof(key, fc.constant(user as Caller)).chain((by) =>
    sent(
      fc.constant(by),
      'POST',
      fc.constant(by === 'key' ? `/user/{${user}}/events` : '/events'),
      body({
        calendarId: calendarOf(user).map((id) => `{${id}}`),
        startTs: slot,
        duration: eventDuration,
        busy: maybe(fc.boolean()),
        recurrence: maybe(recurrence, 5),
        serviceId: maybe(serviceId, 2),
        metadata: maybe(one({ note: 'x' }), 5),
      }),
      event,
    ),
  ),
);
/** The path of an event: one that somebody made directly, or a booking's, by the key or by a host. */
const ofEvent = (by: Caller) =>
  fc
    .oneof(
      event,
      booking.chain((id) => one(`${id}.0`, `${id}.0`, `${id}.1`)),
      booking.map((id) => `${id}.0`),
    )
    .map((id) => (by === 'key' ? `/user/events/{${id}}` : `/events/{${id}}`));
const hostCallers = one<Caller>('key', 'key', 'u0', 'u1');
const changeEvent = hostCallers.chain((by) =>
  sent(
    fc.constant(by),
    'PUT',
    ofEvent(by),
    fc.oneof(
      slot.map((startTs) => ({ startTs })),
      slot.map((startTs) => ({ startTs })),
      eventDuration.map((duration) => ({ duration })),
      slot.map((startTs) => ({ exdates: [startTs] })),
      body({
        startTs: maybe(slot, 1),
        duration: maybe(eventDuration, 1),
        busy: maybe(fc.boolean(), 1),
        recurrence: maybe(fc.oneof(recurrence, fc.constant(null)), 1),
        serviceId: maybe(serviceId, 1),
        metadata: maybe(one({ note: 'y' }), 1),
        reminders: maybe(one([{ delta: -10, identifier: 'r' }]), 1),
      }),
    ),
  ),
);
const deleteEvent = hostCallers.chain((by) => sent(fc.constant(by), 'DELETE', ofEvent(by)));

const changeService = sent(
  key,
  'PUT',
  service.map((id) => `/service/{${id}}`),
  multiPerson.map((multiPerson) => ({ multiPerson })),
);
const hostSettings = (user: string) => ({
  availability: maybe(
    one<object>(
      { variant: 'Schedule', id: user === 'u0' ? '{d0}' : '{d1}' },
      { variant: 'Schedule', id: user === 'u0' ? '{d0}' : '{d1}' },
      { variant: 'Calendar', id: user === 'u0' ? '{c1}' : '{c2}' },
    ),
  ),
  bufferBefore: maybe(one(0, 30, 720), 1),
  bufferAfter: maybe(one(0, 30), 1),
  closestBookingTime: maybe(one(0, 0, 2000), 1),
  furthestBookingTime: maybe(one(null, null, 2080), 1),
  bookingCalendarId: maybe(
    calendarOf(user).map((id) => `{${id}}`),
    1,
  ),
});
const hosting = fc.tuple(service, host).chain(([id, user]) => {
  const path = `/service/{${id}}/users`;
  const own = fc.constant(`${path}/{${user}}`);
  const calendar = body({
    busy: calendarOf(user).map((id) => ({ provider: 'Nettu', id: `{${id}}` })),
  });
  const adding = sent(
    key,
    'POST',
    fc.constant(path),
    body({ userId: fc.constant(`{${user}}`), ...hostSettings(user) }),
  );
  return fc.oneof(
    adding,
    adding,
    adding,
    sent(key, 'PUT', own, body(hostSettings(user))),
    sent(key, 'DELETE', own),
    sent(
      key,
      'PUT',
      own.map((path) => `${path}/busy`),
      calendar,
    ),
    sent(
      key,
      'PUT',
      own.map((path) => `${path}/busy`),
      calendar,
    ),
    sent(
      key,
      'DELETE',
      own.map((path) => `${path}/busy`),
      calendar,
    ),
  );
});

const closed = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((value) => ({
  variant: { type: 'WDay', value },
  intervals: [],
}));
const rules = one<object>(open(), open(), open(9, 11), closed);
const schedules = host.chain((user) => {
  const id = user === 'u0' ? 'd0' : 'd1';
  const path = fc.constant(`/user/schedule/{${id}}`);
  return fc.oneof(
    sent(
      key,
      'PUT',
      path,
      rules.map((rules) => ({ rules })),
    ),
    sent(
      key,
      'PUT',
      path,
      rules.map((rules) => ({ rules })),
    ),
    sent(
      key,
      'POST',
      fc.constant(`/user/{${user}}/schedule`),
      rules.map((rules) => ({ timezone: 'UTC', rules })),
      fc.constant(id),
    ),
    sent(key, 'DELETE', path),
  );
});

/** What takes bookings with it, and what puts something new in its place. */
const cascades = fc.oneof(
  sent(
    key,
    'DELETE',
    one('c0', 'c1', 'c2').map((id) => `/user/calendar/{${id}}`),
  ),
  sent(
    key,
    'DELETE',
    one('u0', 'u1', 'u2', 'u2').map((id) => `/user/{${id}}`),
  ),
  sent(
    key,
    'DELETE',
    service.map((id) => `/service/{${id}}`),
  ),
);
const renewals = fc.oneof(
  ...(['u0', 'u1', 'u2'] as const).map((user) =>
    sent(key, 'POST', fc.constant('/user'), fc.constant({}), fc.constant(user)),
  ),
  sent(key, 'POST', fc.constant('/user/{u0}/calendar'), fc.constant({ timezone: 'UTC' }), one('c0', 'c1')),
  sent(key, 'POST', fc.constant('/user/{u1}/calendar'), fc.constant({ timezone: 'UTC' }), fc.constant('c2')),
  sent(
    key,
    'POST',
    fc.constant('/service'),
    multiPerson.map((multiPerson) => ({ multiPerson })),
    service,
  ),
);

const windows = one(
  [at(10), at(11)],
  [at(11, 30), at(12)],
  [at(34), at(35)],
  [at(48), at(72)],
  [at(0), at(48)],
);
const inWindow =
  (path: string) =>
  ([startTs, endTs]: number[]) =>
    `${path}?startTs=${startTs}&endTs=${endTs}`;
const SLOTS = '?startDate=2030-01-08&endDate=2030-01-09&interval=1800000&duration=';
/** What reads bookings. */
const reads = fc.oneof(
  fc
    .tuple(service, windows)
    .chain(([id, window]) => sent(key, 'GET', fc.constant(inWindow(`/service/{${id}}/bookings`)(window)))),
  sent(one<Caller>('u0', 'u1', 'u2'), 'GET', windows.map(inWindow('/me/bookings'))),
  sent(callers, 'GET', ofBooking),
  hostCallers.chain((by) => sent(fc.constant(by), 'GET', ofEvent(by))),
  fc
    .tuple(host, windows)
    .chain(([id, window]) => sent(key, 'GET', fc.constant(inWindow(`/user/{${id}}/freebusy`)(window)))),
  sent(
    key,
    'GET',
    fc
      .tuple(service, one(HOUR / 2, HOUR, HOUR))
      .map(([id, duration]) => `/service/{${id}}/booking${SLOTS}${duration}`),
  ),
);

const requests = fc.oneof(
  { weight: 14, arbitrary: book },
  { weight: 6, arbitrary: changeBooking },
  { weight: 4, arbitrary: cancelBooking },
  { weight: 5, arbitrary: createEvent },
  { weight: 8, arbitrary: changeEvent },
  { weight: 3, arbitrary: deleteEvent },
  { weight: 4, arbitrary: changeService },
  { weight: 4, arbitrary: hosting },
  { weight: 1, arbitrary: schedules },
  { weight: 1, arbitrary: cascades },
  { weight: 2, arbitrary: renewals },
  { weight: 5, arbitrary: reads },
);

/** One operation. */
export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 50, arbitrary: requests },
  { weight: 3, arbitrary: fc.record({ replay: fc.oneof(booking, booking, event) }) },
  { weight: 1, arbitrary: fc.constant<Operation>({ copy: 'account' }) },
  { weight: 3, arbitrary: fc.record({ waitMinutes: one(1, 5, 10, 61, 120) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      job: one<'clean' | 'a removal step' | 'all removals'>('clean', 'a removal step', 'all removals'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ together: fc.array(requests, { minLength: 2, maxLength: 3 }) }) },
);
