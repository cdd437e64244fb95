/**
 * Compares slots over HTTP with the contract's four rules, evaluated slot by slot in code that shares nothing with the
 * Worker's. Times are multiples of five minutes; series avoid the hours in which clocks change.
 */
import { expect, it } from 'vitest';
import type { MultiPerson } from '../../../src/sdk/types.ts';
import { newAccount } from '../../support/client.ts';
import {
  addHost,
  body,
  DAY,
  getSlots,
  MINUTE,
  newSchedule,
  newService,
  WEEKDAYS,
} from '../../support/scheduling.ts';
import { STEP, WallClock } from './wall-clock.ts';

const CASES = 60;
const ZONES = [
  'UTC',
  'Europe/Oslo',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Beirut',
  'Asia/Kolkata',
];
/** Weeks with a clock change, and one without. */
const BASES = ['2030-03-30', '2030-10-26', '2030-03-09', '2030-11-02', '2030-04-06', '2030-06-14'];
const ISO_WEEKDAY = (day: number) => WEEKDAYS[(((day + 3) % 7) + 7) % 7];

interface Span {
  start: number;
  end: number;
}
interface Happening extends Span {
  busy: boolean;
  /** The buffers (ms) of the booked service. */
  booked?: { before: number; after: number; own: boolean };
}
/** A host, as the rules describe it. */
interface Reading {
  id: string;
  isOpen: (instant: number) => boolean;
  busy: Span[];
  bookings: Happening[];
  before: number;
  after: number;
  closest: number;
  furthest: number | null;
}

/** mulberry32: the same numbers for the same seed. */
function dice(seed: number) {
  let state = seed * 0x9e3779b9;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const upTo = (max: number) => Math.floor(next() * (max + 1));
  return {
    upTo,
    steps: (max: number) => upTo(max) * STEP,
    chance: (p: number) => next() < p,
    pick: <T>(list: readonly T[]): T => list[upTo(list.length - 1)] as T,
    times: <T>(max: number, make: () => T): T[] => Array.from({ length: upTo(max) }, make),
  };
}

const clocks = new Map<string, WallClock>();
function clockOf(zone: string, base: number): WallClock {
  const name = `${zone} ${base}`;
  const clock = clocks.get(name) ?? new WallClock(zone, base - 26 * DAY, 36);
  clocks.set(name, clock);
  return clock;
}

it.each(Array.from({ length: CASES }, (_, seed) => seed))('matches the rules in case %i', async (seed) => {
  const { upTo, steps, chance, pick, times } = dice(seed + 1);
  const base = Date.parse(pick(BASES));
  const account = await newAccount();
  const multiPerson = pick<MultiPerson>([
    { variant: 'roundRobinAlgorithm', data: 'availability' },
    { variant: 'collective' },
    { variant: 'group', data: 2 },
  ]);
  const service = await newService(account, multiPerson);
  const other = await newService(account);
  const gone = await newService(account);
  const now = base - DAY + steps(400);
  const hosts: Reading[] = [];

  for (let i = upTo(2); i >= 0; i--) {
    const user = await account.newUser();
    const settings = {
      bufferBefore: chance(0.5) ? 5 * upTo(18) : 0,
      bufferAfter: chance(0.5) ? 5 * upTo(18) : 0,
      closestBookingTime: chance(0.3) ? 5 * upTo(600) : 0,
      furthestBookingTime: chance(0.3) ? 5 * upTo(2400) : null,
    };
    const elsewhere = { bufferBefore: 5 * upTo(30), bufferAfter: 5 * upTo(30) };
    const isElsewhere = chance(0.7);
    if (isElsewhere) await addHost(other, user, elsewhere);
    const own = { before: settings.bufferBefore * MINUTE, after: settings.bufferAfter * MINUTE, own: true };
    const theirs = {
      before: isElsewhere ? elsewhere.bufferBefore * MINUTE : 0,
      after: isElsewhere ? elsewhere.bufferAfter * MINUTE : 0,
      own: false,
    };

    /** Creates an event and returns its spans. */
    const event = async (calendarId: string, zone: string, busy: boolean): Promise<Happening[]> => {
      const duration = chance(0.05) ? 0 : STEP + steps(busy ? 25 : 400);
      const clock = clockOf(zone, base);
      const [serviceId, booked] = chance(0.25)
        ? pick([
            [service, own],
            [other, theirs],
            [gone, { before: 0, after: 0, own: false }],
          ] as const)
        : [undefined, undefined];
      const repeats = chance(0.4);
      const first = base / DAY - (repeats ? upTo(20) : upTo(2)) + (repeats ? 0 : upTo(4));
      const time = 8 * 12 * STEP + steps(143);
      const at = (day: number) => clock.first(day * DAY + time);
      const interval = 1 + upTo(2);
      const recurrence = { freq: pick(['daily', 'weekly']), interval };
      const gap = interval * (recurrence.freq === 'daily' ? 1 : 7);
      const starts: number[] = [];
      for (let day = first; day < base / DAY + 7; day += repeats ? gap : 99) starts.push(at(day));
      const answer = await account.call('POST', `/user/${user.id}/events`, {
        body: {
          calendarId,
          startTs: at(first),
          duration,
          busy,
          ...(serviceId && { serviceId }),
          ...(repeats && { recurrence }),
        },
      });
      // An event that names a service is a booking, and lies on no other one.
      if (serviceId && answer.status === 409 && answer.problem.code === 'slot-taken') return [];
      const { event } = body(answer);
      const exdates = chance(0.3) ? [pick(starts)] : [];
      if (exdates.length) body(await user.call('PUT', `/events/${event.id}`, { body: { exdates } }));
      return starts
        .filter((start) => !exdates.includes(start))
        .map((start) => ({ start, end: start + duration, busy, ...(booked && { booked }) }));
    };

    const all: Happening[] = [];
    const busy: Happening[] = [];
    const newCalendar = async () => {
      const zone = pick(ZONES);
      return { zone, id: await user.newCalendar(zone) };
    };
    let availability: Parameters<typeof addHost>[2];
    let isOpen: Reading['isOpen'];
    if (chance(0.5)) {
      const zone = pick(ZONES);
      const rules = WEEKDAYS.map((value) => ({
        variant: { type: 'WDay' as const, value },
        intervals: times(3, () => {
          const [a, b] = [upTo(100), 150 + upTo(137)].sort((x, y) => x - y) as [number, number];
          const clock = (i: number) => ({ hours: Math.floor(i / 12), minutes: (i % 12) * 5 });
          return { start: clock(a), end: clock(b + 1) };
        }),
      }));
      const { id } = await newSchedule(user, rules, zone);
      availability = { availability: { variant: 'Schedule', id } };
      const clock = clockOf(zone, base);
      const open: Span[] = [];
      for (let day = base / DAY - 3; day < base / DAY + 7; day++) {
        for (const { start, end } of rules.find((rule) => rule.variant.value === ISO_WEEKDAY(day))
          ?.intervals ?? []) {
          const instant = (time: typeof start) =>
            clock.first(day * DAY + (time.hours * 60 + time.minutes) * MINUTE);
          open.push({ start: instant(start), end: instant(end) });
        }
      }
      isOpen = (instant) => open.some(({ start, end }) => start <= instant && instant < end);
    } else {
      const calendar = await newCalendar();
      availability = { availability: { variant: 'Calendar', id: calendar.id } };
      const inside: Happening[] = [];
      for (let n = 2 + upTo(5); n > 0; n--)
        inside.push(...(await event(calendar.id, calendar.zone, chance(0.25))));
      all.push(...inside);
      const covers = ({ start, end }: Span, instant: number) => start <= instant && instant < end;
      isOpen = (instant) =>
        inside.some((one) => !one.busy && covers(one, instant)) &&
        !inside.some((one) => one.busy && !one.booked && covers(one, instant));
    }
    const listed: string[] = [];
    for (let n = upTo(2); n > 0; n--) {
      const calendar = await newCalendar();
      const counts = chance(0.8);
      if (counts) listed.push(calendar.id);
      for (let m = upTo(4); m > 0; m--) {
        const found = await event(calendar.id, calendar.zone, chance(0.8));
        all.push(...found);
        if (counts) busy.push(...found.filter((one) => one.busy && !one.booked));
      }
    }
    await addHost(service, user, { ...settings, ...availability, busy: listed });
    hosts.push({
      id: user.id,
      isOpen,
      busy: busy.filter(({ start, end }) => start < end),
      bookings: all.filter(({ booked, start, end }) => booked && start < end),
      ...own,
      closest: now + settings.closestBookingTime * MINUTE,
      furthest: settings.furthestBookingTime === null ? null : now + settings.furthestBookingTime * MINUTE,
    });
  }
  await account.call('DELETE', `/service/${gone}`);

  const zone = pick(ZONES);
  const clock = clockOf(zone, base);
  const [first, last] = [base / DAY, base / DAY + upTo(3)];
  const duration = STEP + steps(17);
  const interval = pick([1, 3, 4, 7, 12, 24]) * STEP;
  const chosen = chance(0.3) ? hosts.filter(() => chance(0.5)) : hosts;
  const windowEnd = clock.last((last + 1) * DAY);

  const overlaps = (a: Span, b: Span) => a.start < b.end && b.start < a.end;
  const can = (host: Reading, start: number): boolean => {
    const slot = { start, end: start + duration };
    for (let time = start; time < slot.end; time += STEP) if (!host.isOpen(time)) return false;
    const bookings = host.bookings.filter(
      (one) =>
        !(multiPerson.variant === 'group' && one.booked?.own && one.start === start && one.end === slot.end),
    );
    const wide = { start: start - host.before, end: slot.end + host.after };
    if ([...host.busy, ...bookings].some((one) => overlaps(wide, one))) return false;
    const widened = bookings.map((one) => ({
      start: one.start - (one.booked?.before ?? 0),
      end: one.end + (one.booked?.after ?? 0),
    }));
    if (widened.some((one) => overlaps(slot, one))) return false;
    return host.closest <= start && (host.furthest === null || start <= host.furthest);
  };

  const expected: object[] = [];
  for (let day = first; day <= last; day++) {
    const slots: object[] = [];
    for (const start of clock.grid(day, interval)) {
      if (start + duration > windowEnd) continue;
      const able = chosen.filter((host) => can(host, start)).map(({ id }) => id);
      const needed = multiPerson.variant === 'roundRobinAlgorithm' ? 1 : Math.max(1, chosen.length);
      if (able.length >= needed) slots.push({ start, duration, userIds: able });
    }
    if (slots.length) expected.push({ date: new Date(day * DAY).toISOString().slice(0, 10), slots });
  }
  const query = {
    startDate: new Date(first * DAY).toISOString().slice(0, 10),
    endDate: new Date(last * DAY).toISOString().slice(0, 10),
    duration,
    interval,
    timezone: zone,
    ...(chosen !== hosts && {
      hostUserIds: chosen
        .map(({ id }) => id)
        .reverse()
        .join(),
    }),
  };
  const reply = await getSlots(account, service, query, { now });
  expect(reply.status).toBe(200);
  expect(reply.body.dates).toEqual(expected);
});
