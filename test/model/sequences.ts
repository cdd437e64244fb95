/**
 * Sequences that broke a rule, as short as they get. One that is `known` still breaks it: whoever repairs that deletes the
 * line, and from then on the sequence must end without any fault, and random ones no longer leave it out.
 */
import { at, DAY, HOUR } from '../support/bookings.ts';
import type { Caller, Operation, Sent } from './world.ts';

export interface KnownFault {
  rule: string;
  /** Nothing else comes of it, so that a sequence goes on after it. */
  harmless?: true;
  /** Requests with this verdict are left out of random sequences. */
  skips?: string;
}

interface Sequence extends KnownFault {
  known?: true;
  operations: readonly Operation[];
}

const send = (by: Caller, request: string, body?: Sent['body'], as?: string): Sent => {
  const [method, path = ''] = request.split(' ');
  return { by, method: method as Sent['method'], path, ...(body && { body }), ...(as && { as }) };
};
const book = (as: string, startTs: number, body: object = {}, service = 's0', by: Caller = 'key') =>
  send(by, `POST /service/{${service}}/booking`, { startTs, duration: HOUR, ...body }, as);
const group = (data: number, service = 's0') =>
  send('key', `PUT /service/{${service}}`, { multiPerson: { variant: 'group', data } });
const change = (event: string, body: Sent['body']) => send('key', `PUT /user/events/{${event}}`, body);
const direct = (as: string, body: object) =>
  send(
    'key',
    'POST /user/{u0}/events',
    { calendarId: '{c0}', duration: HOUR, serviceId: '{s0}', ...body },
    as,
  );
const ofU0 = { hostUserIds: ['{u0}'] };

export const SEQUENCES: readonly Sequence[] = [
  ...[
    { exdates: [at(10)] },
    { serviceId: null },
    { busy: false },
    { recurrence: { freq: 'daily', interval: 1, count: 2 } },
  ].map((body) => ({
    rule: 'accepted: booking-event',
    skips: 'booking-event',
    operations: [book('b0', at(10)), change('b0.0', body)],
  })),
  {
    rule: "accepted: a booking's event onto a booking",
    skips: "a booking's event onto a booking",
    operations: [book('b0', at(10), ofU0), book('b1', at(12), ofU0), change('b0.0', { startTs: at(12) })],
  },
  {
    rule: 'accepted: a direct event onto a booking',
    skips: 'a direct event onto a booking',
    operations: [book('b0', at(10), ofU0), direct('e0', { startTs: at(10) })],
  },
  {
    // An event of its own becomes a booking on another one.
    rule: 'accepted: a direct event onto a booking',
    skips: 'a direct event onto a booking',
    operations: [
      send('key', 'POST /user/{u0}/events', { calendarId: '{c0}', startTs: at(12), duration: HOUR }, 'e0'),
      book('b0', at(10), ofU0),
      change('e0', { startTs: at(10), serviceId: '{s0}' }),
    ],
  },
  {
    // Of a series each instance counts, not the first one alone.
    rule: 'accepted: a direct event onto a booking by a series',
    skips: 'a direct event onto a booking by a series',
    operations: [
      book('b0', at(34), ofU0),
      direct('e0', { startTs: at(10), recurrence: { freq: 'daily', interval: 1, count: 2 } }),
    ],
  },
  {
    rule: 'accepted: a direct event onto a direct event',
    skips: 'a direct event onto a direct event',
    operations: [direct('e0', { startTs: at(10) }), direct('e1', { startTs: at(10, 30) })],
  },
  {
    rule: 'accepted: a direct event onto a direct event by a series',
    skips: 'a direct event onto a direct event by a series',
    operations: [
      direct('e0', { startTs: at(10), recurrence: { freq: 'daily', interval: 1, count: 2 } }),
      direct('e1', { startTs: at(34) }),
    ],
  },
  {
    rule: "accepted: a booking's event onto a direct event by a series",
    skips: "a booking's event onto a direct event by a series",
    operations: [
      direct('e0', { startTs: at(10), recurrence: { freq: 'daily', interval: 1, count: 2 } }),
      book('b0', at(12), ofU0),
      change('b0.0', { startTs: at(34) }),
    ],
  },
  {
    rule: "accepted: a booking's event onto a direct event",
    skips: "a booking's event onto a direct event",
    operations: [
      direct('e0', { startTs: at(10) }),
      book('b0', at(12), ofU0),
      change('b0.0', { startTs: at(10, 30) }),
    ],
  },
  {
    rule: 'refused: an event of no duration',
    harmless: true,
    operations: [book('b0', at(10), ofU0), direct('e0', { startTs: at(10, 30), duration: 0 })],
  },
  {
    rule: "a group's event has an attendee's metadata",
    harmless: true,
    operations: [group(1), book('b0', at(10), { metadata: { attendee: 'Ann' } })],
  },
  {
    rule: 'a replayed answer is not the booking as it is now',
    harmless: true,
    operations: [book('b0', at(10)), send('key', 'DELETE /booking/{b0}'), { replay: 'b0' }],
  },
  {
    // The first seat of a service that becomes a group joins a booking that was made alone.
    rule: 'an event of two bookings',
    operations: [book('b0', at(10), ofU0), group(2), book('b1', at(10), ofU0)],
  },
  {
    // The same, where that booking is a hold: its event outlives it.
    rule: 'an event outlives its bookings',
    operations: [
      book('b0', at(10), { holdFor: 10, hostUserIds: ['{u1}'] }),
      group(2),
      book('b1', at(10), ofU0),
      { waitMinutes: 61 },
    ],
  },
  {
    // A seat with fewer hosts: the event of the other host outlives it.
    rule: 'an event outlives its bookings',
    operations: [group(2), book('b0', at(10), ofU0), book('b1', at(10)), send('key', 'DELETE /booking/{b1}')],
  },
  {
    // A booking of another host joins one that was made alone, and goes with it when that one's calendar is deleted.
    rule: 'refused: deleting an event',
    operations: [
      book('b0', at(10), { hostUserIds: ['{u1}'] }),
      book('b1', at(12), ofU0),
      group(2),
      send('key', 'PUT /booking/{b0}', { startTs: at(12) }),
      send('key', 'DELETE /user/calendar/{c0}'),
      send('key', 'DELETE /user/events/{b0.0}'),
    ],
  },
  {
    // Two such bookings have the slot, and the seat joins either.
    rule: 'two bookings overlap',
    operations: [
      book('b0', at(10), ofU0),
      book('b1', at(10), { hostUserIds: ['{u1}'] }),
      group(3),
      book('b2', at(10)),
    ],
  },
  {
    // A seat stays where only another host of its session loses the calendar.
    rule: "accepted: a booking's event onto a booking",
    operations: [
      group(2),
      book('b1', at(11), { hostUserIds: ['{u1}'] }),
      book('b3', at(10), { hostUserIds: ['{u1}'] }),
      book('b2', at(11), { hostUserIds: ['{u0}', '{u1}'] }),
      send('key', 'DELETE /user/calendar/{c0}'),
      change('b3.0', { startTs: at(11) }),
    ],
  },
  {
    // The user of the first seat is removed, and its rows are still there: the third seat joins them, beside the second.
    rule: 'two bookings overlap',
    operations: [
      group(2, 's1'),
      book('b0', at(10), {}, 's1', 'u2'),
      send('key', 'DELETE /user/{u2}'),
      book('b1', at(10), {}, 's1'),
      book('b2', at(10), {}, 's1'),
    ],
  },
  {
    // The time that the event has is no new time.
    rule: 'refused: an event of a booking',
    harmless: true,
    operations: [group(2), book('b0', at(10)), change('b0.0', { duration: HOUR })],
  },
  {
    // A hold that is live is confirmed, although its host is none any more.
    rule: 'refused: confirming',
    harmless: true,
    operations: [
      book('b0', at(10), { holdFor: 10, ...ofU0 }),
      send('key', 'DELETE /service/{s0}/users/{u0}'),
      send('key', 'PUT /booking/{b0}', { state: 'confirmed' }),
    ],
  },
  {
    rule: 'a list of bookings',
    operations: [
      book('b0', at(10), ofU0),
      change('b0.0', { duration: 3 * DAY }),
      send('key', `GET /service/{s0}/bookings?startTs=${at(48)}&endTs=${at(72)}`),
    ],
  },
];

/** What random sequences leave out, or end with. */
export const KNOWN: readonly KnownFault[] = SEQUENCES.filter(({ known }) => known);
