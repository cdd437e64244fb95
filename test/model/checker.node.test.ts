/** The checker sees each fault that it is there for: a sound state has none, and each change of it has one. */
import { expect, it } from 'vitest';
import { faultsIn, faultsOfStep, History, record } from './checker.ts';
import type { Booking, State, StoredEvent } from './state.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2030, 0, 7);

const event = (
  id: string,
  userId: string,
  startTs: number,
  more: Partial<StoredEvent> = {},
): StoredEvent => ({
  ...{ id, userId, calendarId: `calendar of ${userId}`, startTs, duration: HOUR_MS, busy: true },
  ...{ recurrence: null, exdates: [], serviceId: 'service', metadata: {}, version: 1, ...more },
});
const booking = (id: string, startTs: number, events: string[], more: Partial<Booking> = {}): Booking => ({
  ...{ id, serviceId: 'service', startTs, duration: HOUR_MS, state: 'confirmed', expiresAt: null },
  ...{ hosts: ['host'], events, bookedBy: null, metadata: {}, created: NOW, version: 1, ...more },
});

/** Two bookings of one host. */
const sound = (): State => ({
  bookings: [booking('one', NOW, ['first']), booking('two', NOW + HOUR_MS, ['second'])],
  events: [event('first', 'host', NOW), event('second', 'host', NOW + HOUR_MS)],
  services: [{ id: 'service', multiPerson: { variant: 'group', data: 2 }, version: 1 }],
  hosts: [
    {
      ...{ serviceId: 'service', userId: 'host', scheduleId: 'schedule', calendarId: null },
      ...{ bufferBeforeMs: 0, bufferAfterMs: 0, closestMs: 0, furthestMs: null },
      ...{ bookingCalendarId: null, busy: ['calendar of host'] },
    },
  ],
  users: ['host', 'other'].map((id) => ({ id, version: 1 })),
  calendars: ['host', 'other'].map((userId) => ({ id: `calendar of ${userId}`, userId, version: 1 })),
  schedules: [{ id: 'schedule', userId: 'host', rules: [], version: 1 }],
  usage: [{ counted: '[2]', again: '[2]' }],
});

/** The rules that are broken once a sound state is changed. */
function broken(change: (state: State) => void): string[] {
  const [before, after] = [sound(), sound()];
  const history = new History();
  record(history, { ...before, bookings: [] }, before);
  change(after);
  record(history, before, after);
  const faults = [...faultsIn(after, NOW, history), ...faultsOfStep(before, after, NOW, history)];
  return [...new Set(faults.map(({ rule }) => rule))];
}
const first = ({ bookings, events }: State) => {
  const [one, its] = [bookings[0], events[0]];
  if (!one || !its) throw new Error('the sound state has two bookings');
  return { one, its };
};

it('finds nothing in a sound state', () => {
  expect(broken(() => {})).toEqual([]);
});

it('lets a direct event stand on the slot of its group', () => {
  expect(broken(({ events }) => events.push(event('third', 'host', NOW)))).toEqual([]);
});

it.each<[string, (state: State) => void]>([
  ['another seat', ({ bookings }) => bookings.push(booking('three', NOW, ['first']))],
  ["a direct event on the group's slot", ({ events }) => events.push(event('third', 'host', NOW))],
])('takes %s at once with a change of the kind as made before it', (_, write) => {
  const changed = (state: State) => {
    write(state);
    state.services = [{ id: 'service', multiPerson: { variant: 'collective' }, version: 2 }];
  };
  expect(broken(changed)).toEqual([]);
});

it.each<[string, (state: State) => void]>([
  ['two bookings overlap', ({ events }) => Object.assign(events[1] ?? {}, { startTs: NOW })],
  ['a booking and a direct event overlap', ({ events }) => events.push(event('third', 'host', NOW + 1))],
  [
    'two direct events with a serviceId overlap',
    ({ events }) => events.push(event('third', 'other', NOW), event('fourth', 'other', NOW + 1)),
  ],
  ['live without its event', ({ events }) => events.shift()],
  ['live without its service', ({ services }) => services.pop()],
  ['live without its user', (state) => Object.assign(first(state).one, { bookedBy: 'nobody' })],
  ['an event for each host', (state) => first(state).one.hosts.push('other')],
  ['an event of another host', (state) => Object.assign(first(state).its, { userId: 'other' })],
  ['an event of another service', (state) => Object.assign(first(state).its, { serviceId: null })],
  ['an event at another time', (state) => Object.assign(first(state).its, { startTs: NOW - 1 })],
  ["a booking's event has exdates", (state) => first(state).its.exdates.push(NOW)],
  ["a booking's event is not busy", (state) => Object.assign(first(state).its, { busy: false })],
  [
    "a booking's event recurs",
    (state) => Object.assign(first(state).its, { recurrence: { freq: 'daily', interval: 1, count: 2 } }),
  ],
  ['an event outlives its bookings', (state) => Object.assign(first(state).one, { state: 'cancelled' })],
  [
    'an event outlives its bookings',
    (state) => Object.assign(first(state).one, { state: 'held', expiresAt: NOW }),
  ],
  ['an event of two bookings', ({ bookings }) => bookings.push(booking('three', NOW + 1, ['first']))],
  [
    'more bookings than seats',
    ({ bookings }) => bookings.push(...['three', 'four'].map((id) => booking(id, NOW, ['first']))),
  ],
  [
    "a group's event has an attendee's metadata",
    (state) => Object.assign(first(state).its, { metadata: { attendee: 'Ann' } }),
  ],
  ['an event of no calendar', ({ calendars }) => calendars.pop() && calendars.pop()],
  ['host by a calendar that is gone', ({ calendars }) => calendars.shift()],
  ['host by a schedule that is gone', ({ schedules }) => schedules.pop()],
  ['host of nothing', ({ users }) => users.shift()],
  ['usage', ({ usage }) => Object.assign(usage[0] ?? {}, { again: '[3]' })],
  ['a version falls', (state) => Object.assign(first(state).one, { version: 0 })],
  ['a change without a version', (state) => Object.assign(first(state).its, { metadata: { note: 'x' } })],
  ['a booking changes its hosts', (state) => Object.assign(first(state).one, { hosts: ['other'] })],
])('finds: %s', (rule, change) => {
  expect(broken(change)).toContain(rule);
});

it('finds that a cancelled booking comes back', () => {
  const before = sound();
  Object.assign(first(before).one, { state: 'cancelled' });
  const faults = faultsOfStep(before, sound(), NOW, new History());
  expect(faults.map(({ rule }) => rule)).toContain('a cancelled booking changes');
});
