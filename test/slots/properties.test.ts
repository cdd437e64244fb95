import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MultiPerson } from '../../src/sdk/types.ts';
import { type SlotQuery, windowOf } from '../../src/slots/grid.ts';
import { canTake, type Host } from '../../src/slots/host.ts';
import { bookingSlots, type DateSlots } from '../../src/slots/slots.ts';
import { formatDate } from '../../src/time/dates.ts';
import { bookingIn, intervalIn, scenario } from './arbitraries.ts';
import { walkedGrid } from './walked-grid.ts';

const roundRobin: MultiPerson = { variant: 'roundRobinAlgorithm', data: 'availability' };
const collective: MultiPerson = { variant: 'collective' };
const multiPerson = fc.constantFrom(roundRobin, collective, { variant: 'group', data: 2 } as const);

const slotsOf = (query: SlotQuery, hosts: Host[], multiPerson: MultiPerson = roundRobin) =>
  bookingSlots(query, hosts, multiPerson).flatMap(({ slots }) => slots);
/** Returns each pair of a slot and one of its hosts as text. */
const offers = (query: SlotQuery, hosts: Host[], multiPerson: MultiPerson = roundRobin) =>
  new Set(
    slotsOf(query, hosts, multiPerson).flatMap(({ start, userIds }) => userIds.map((id) => `${start} ${id}`)),
  );
const slotsOn = (query: SlotQuery, hosts: Host[], day: number, multiPerson: MultiPerson) =>
  bookingSlots(query, hosts, multiPerson).find(({ date }) => date === formatDate(day))?.slots ?? [];

test('a range has the slots of its single dates, and those that end after their date', () => {
  fc.assert(
    fc.property(scenario, multiPerson, ({ query, hosts }, multiPerson) => {
      for (let day = query.first; day <= query.last; day++) {
        const single = { ...query, first: day, last: day };
        const { end } = windowOf(single);
        const fitting = slotsOn(query, hosts, day, multiPerson).filter(
          (slot) => slot.start + slot.duration <= end,
        );
        expect(slotsOn(single, hosts, day, multiPerson)).toEqual(fitting);
      }
    }),
    { numRuns: 500 },
  );
});

test('every range that includes the next two dates has the same slots on a date', () => {
  fc.assert(
    fc.property(scenario, multiPerson, ({ query, hosts }, multiPerson) => {
      const longer = { ...query, last: query.last + 2 };
      for (let day = query.first; day <= query.last; day++) {
        const three = { ...query, first: day, last: day + 2 };
        expect(slotsOn(three, hosts, day, multiPerson)).toEqual(slotsOn(longer, hosts, day, multiPerson));
      }
    }),
  );
});

test('a date has exactly the slots on its grid that lie in the window and that canTake accepts', () => {
  fc.assert(
    fc.property(scenario, ({ query, window, hosts }) => {
      const { zone, first, last, interval, duration } = query;
      const expected: DateSlots[] = [];
      for (let day = first; day <= last; day++) {
        const slots = walkedGrid(zone, day, interval)
          .filter((start) => start >= window.start && start + duration <= window.end)
          .map((start) => {
            const able = hosts.filter((host) => canTake(host, start, duration));
            return { start, duration, userIds: able.map(({ id }) => id) };
          })
          .filter(({ userIds }) => userIds.length > 0);
        if (slots.length > 0) expected.push({ date: formatDate(day), slots });
      }
      expect(bookingSlots(query, hosts, roundRobin)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

/** Returns whether every offer in `fewer` is also in `more`. */
const isSubset = (fewer: Set<string>, more: Set<string>) => [...fewer].every((offer) => more.has(offer));

/** A scenario with a random interval to add, the index of the host that gets it, and a kind of service. */
const changed = <T>(change: (window: { start: number; end: number }) => fc.Arbitrary<T>) =>
  fc.tuple(
    scenario
      .filter(({ hosts }) => hosts.length > 0)
      .chain((scene) => fc.tuple(fc.constant(scene), change(scene.window))),
    fc.nat(),
    multiPerson,
  );

test.each([
  [
    'busy event',
    (host: Host, time: { start: number; end: number }) => ({ ...host, busy: [...host.busy, time] }),
  ],
  [
    'booking',
    (host: Host, time: { start: number; end: number }) => ({
      ...host,
      bookings: [...host.bookings, { bufferBefore: 0, bufferAfter: 0, ...time }],
    }),
  ],
])('adding a %s never adds a slot', (_, add) => {
  fc.assert(
    fc.property(changed(bookingIn), ([[{ query, hosts }, time], n, multiPerson]) => {
      const busier = hosts.map((host, i) => (i === n % hosts.length ? add(host, time) : host));
      expect(isSubset(offers(query, busier, multiPerson), offers(query, hosts, multiPerson))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('widening the availability never removes a slot', () => {
  fc.assert(
    fc.property(
      changed((window) => intervalIn(window, 12 * 3_600_000)),
      ([[{ query, hosts }, time], n, multiPerson]) => {
        const wider = hosts.map((host, i) =>
          i === n % hosts.length ? { ...host, availability: [...host.availability, time] } : host,
        );
        expect(isSubset(offers(query, hosts, multiPerson), offers(query, wider, multiPerson))).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

test('a shorter duration never removes a slot', () => {
  fc.assert(
    fc.property(
      scenario,
      multiPerson,
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ query, hosts }, multiPerson, part) => {
        const shorter = { ...query, duration: Math.max(1, Math.floor(query.duration * part)) };
        expect(isSubset(offers(query, hosts, multiPerson), offers(shorter, hosts, multiPerson))).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

test('the order of the hosts decides the order of the ids, and nothing else', () => {
  fc.assert(
    fc.property(scenario, multiPerson, ({ query, hosts }, multiPerson) => {
      const backwards = bookingSlots(query, hosts.toReversed(), multiPerson).map(({ date, slots }) => ({
        date,
        slots: slots.map((slot) => ({ ...slot, userIds: [...slot.userIds].reverse() })),
      }));
      expect(backwards).toEqual(bookingSlots(query, hosts, multiPerson));
    }),
    { numRuns: 300 },
  );
});

test('a collective and a group of one have exactly the slots that all hosts can take', () => {
  fc.assert(
    fc.property(scenario, ({ query, hosts }) => {
      const ofAll = slotsOf(query, hosts).filter(({ userIds }) => userIds.length === hosts.length);
      expect(slotsOf(query, hosts, collective)).toEqual(ofAll);
      expect(slotsOf(query, hosts, { variant: 'group', data: 1 })).toEqual(ofAll);
    }),
  );
});
