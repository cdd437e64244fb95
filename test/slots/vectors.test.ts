/** The slots of an independent reading of the contract, which vectors.py writes; see there. */
import { expect, test } from 'vitest';
import type { ScheduleRule, Weekday } from '../../src/sdk/types.ts';
import { type SlotQuery, windowOf } from '../../src/slots/grid.ts';
import { canTake, type Host } from '../../src/slots/host.ts';
import { openings } from '../../src/slots/openings.ts';
import { bookingSlots } from '../../src/slots/slots.ts';
import { parseDate } from '../../src/time/dates.ts';
import { merge, subtract } from '../../src/time/intervals.ts';
import vectors from './vectors.json' with { type: 'json' };
import type { Event, Vector, VectorHost } from './vectors.json';

const kinds = Map.groupBy(vectors, ({ name }) => name.split(':')[0] ?? '');

test.each([...kinds])('every vector of kind %s', (_, vectors) => {
  expect(vectors.map(({ name }, i) => [i, name, answerOf(vectors[i] as Vector)])).toEqual(
    vectors.map(({ name, answer }, i) => [i, name, answer]),
  );
});

test.each([...kinds])('each slot of kind %s is one that its hosts can take', (_, vectors) => {
  for (const vector of vectors) {
    const hosts = hostsOf(vector);
    for (const [start, ids] of Object.values(vector.answer).flat()) {
      const able = hosts.filter((host) => canTake(host, start, vector.duration)).map(({ id }) => id);
      expect([vector.name, able.join('')]).toEqual([vector.name, ids]);
    }
  }
});

function queryOf({ zone, dates, interval, duration }: Vector): SlotQuery {
  const [first = Number.NaN, last = Number.NaN] = dates.map(parseDate);
  return { zone, first, last, interval, duration };
}

function answerOf(vector: Vector): Vector['answer'] {
  const dates = bookingSlots(queryOf(vector), hostsOf(vector), vector.multiPerson, vector.sessions);
  const entries = dates.map(({ date, slots }) => [
    date,
    slots.map(({ start, userIds }) => [start, userIds.join('')]),
  ]);
  return Object.fromEntries(entries);
}

function hostsOf(vector: Vector): Host[] {
  const window = windowOf(queryOf(vector));
  return vector.hosts.map((host): Host => {
    const [bufferBefore, bufferAfter] = host.buffers.S ?? [0, 0];
    const timesOf = (wanted: (...event: Event) => boolean) =>
      host.events.filter((event) => wanted(...event)).map(([start, end]) => ({ start, end }));
    const availability = {
      Empty: () => [],
      Schedule: () => openings(rulesOf(host), host.schedule?.zone ?? '', window),
      Calendar: () =>
        subtract(
          merge(timesOf((_, __, calendar, busy) => calendar === 'A' && !busy)),
          merge(timesOf((_, __, calendar, busy, service) => calendar === 'A' && busy && !service)),
        ),
    };
    return {
      id: host.id,
      availability: availability[host.availability](),
      busy: timesOf((_, __, calendar, busy, service) => calendar === host.busy && busy && !service),
      bookings: host.events.flatMap(([start, end, , , service]) => {
        if (!service) return [];
        const [bufferBefore, bufferAfter] = host.buffers[service] ?? [0, 0];
        const shared = vector.multiPerson.variant === 'group' && service === 'S';
        return [{ start, end, bufferBefore, bufferAfter, shared }];
      }),
      bufferBefore,
      bufferAfter,
      earliest: vector.now + host.closest,
      latest: host.furthest === null ? null : vector.now + host.furthest,
    };
  });
}

function rulesOf({ schedule }: VectorHost): ScheduleRule[] {
  const time = (minutes: number) => ({ hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  return (schedule?.rules ?? []).map(([day, ...bounds]) => ({
    variant: /\d/.test(day) ? { type: 'Date', value: day } : { type: 'WDay', value: day as Weekday },
    intervals: bounds.map(([start, end]) => ({ start: time(start), end: time(end) })),
  }));
}
