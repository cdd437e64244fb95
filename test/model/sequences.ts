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
const group = (data: number) => send('key', 'PUT /service/{s0}', { multiPerson: { variant: 'group', data } });
const change = (event: string, body: Sent['body']) => send('key', `PUT /user/events/{${event}}`, body);
const ofU0 = { hostUserIds: ['{u0}'] };

export const SEQUENCES: readonly Sequence[] = [
  ...[
    { exdates: [at(10)] },
    { serviceId: null },
    { busy: false },
    { recurrence: { freq: 'daily', interval: 1, count: 2 } },
  ].map((body) => ({
    rule: 'accepted: booking-event',
    known: true as const,
    skips: 'booking-event',
    operations: [book('b0', at(10)), change('b0.0', body)],
  })),
  {
    rule: "accepted: a booking's event onto a booking",
    known: true,
    skips: "a booking's event onto a booking",
    operations: [book('b0', at(10), ofU0), book('b1', at(12), ofU0), change('b0.0', { startTs: at(12) })],
  },
  {
    rule: 'accepted: a direct event onto a booking',
    known: true,
    skips: 'a direct event onto a booking',
    operations: [
      book('b0', at(10), ofU0),
      send(
        'key',
        'POST /user/{u0}/events',
        { calendarId: '{c0}', startTs: at(10), duration: HOUR, serviceId: '{s0}' },
        'e0',
      ),
    ],
  },
  {
    // An event of its own becomes a booking on another one.
    rule: 'accepted: a direct event onto a booking',
    known: true,
    skips: 'a direct event onto a booking',
    operations: [
      send('key', 'POST /user/{u0}/events', { calendarId: '{c0}', startTs: at(12), duration: HOUR }, 'e0'),
      book('b0', at(10), ofU0),
      change('e0', { startTs: at(10), serviceId: '{s0}' }),
    ],
  },
  {
    rule: "a group's event has an attendee's metadata",
    known: true,
    harmless: true,
    operations: [group(1), book('b0', at(10), { metadata: { attendee: 'Ann' } })],
  },
  {
    rule: 'a replayed answer is not the booking as it is now',
    known: true,
    harmless: true,
    operations: [book('b0', at(10)), send('key', 'DELETE /booking/{b0}'), { replay: 'b0' }],
  },
  {
    // The first seat of a service that becomes a group joins a booking that was made alone.
    rule: 'an event of two bookings',
    known: true,
    operations: [book('b0', at(10), ofU0), group(2), book('b1', at(10), ofU0)],
  },
  {
    // The same, where that booking is a hold: its event outlives it.
    rule: 'an event outlives its bookings',
    known: true,
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
    known: true,
    operations: [group(2), book('b0', at(10), ofU0), book('b1', at(10)), send('key', 'DELETE /booking/{b1}')],
  },
  {
    // A booking of another host joins one that was made alone, and goes with it when that one's calendar is deleted.
    rule: 'refused: deleting an event',
    known: true,
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
    known: true,
    operations: [
      book('b0', at(10), ofU0),
      book('b1', at(10), { hostUserIds: ['{u1}'] }),
      group(3),
      book('b2', at(10)),
    ],
  },
  {
    // The time that the event has is no new time.
    rule: 'refused: an event of a booking',
    known: true,
    harmless: true,
    operations: [group(2), book('b0', at(10)), change('b0.0', { duration: HOUR })],
  },
  {
    // A hold that is live is confirmed, although its host is none any more.
    rule: 'refused: confirming',
    known: true,
    harmless: true,
    operations: [
      book('b0', at(10), { holdFor: 10, ...ofU0 }),
      send('key', 'DELETE /service/{s0}/users/{u0}'),
      send('key', 'PUT /booking/{b0}', { state: 'confirmed' }),
    ],
  },
  {
    rule: 'a list of bookings',
    known: true,
    harmless: true,
    operations: [
      book('b0', at(10), ofU0),
      change('b0.0', { duration: 3 * DAY }),
      send('key', `GET /service/{s0}/bookings?startTs=${at(48)}&endTs=${at(72)}`),
    ],
  },
];

/** Known faults without a sequence: they need requests at once, or follow from those above. */
const OTHERS: readonly KnownFault[] = [
  { rule: 'two direct events with a serviceId overlap' },
  { rule: 'a booking and a direct event overlap' },
  { rule: "imported: a group's event has an attendee's metadata", harmless: true },
];

/** What random sequences leave out, or end with. */
export const KNOWN: readonly KnownFault[] = [...SEQUENCES.filter(({ known }) => known), ...OTHERS];
