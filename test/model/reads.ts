/** What the routes that read bookings must answer, from the state that is read. */
import { sameBooking, sameEvent } from './answers.ts';
import type { Fault } from './checker.ts';
import { instancesOf } from './instances.ts';
import { able, hostsOf, type Known, onSeat } from './oracle.ts';
import type { Booking } from './state.ts';
import type { Step, World } from './world.ts';

const HALF_HOUR_MS = 1_800_000;

/** The faults of a read. */
export function faultsOfReads(
  { operation, exchanges: [exchange], after: state, now }: Step,
  world: World,
): Fault[] {
  if (!exchange || !('path' in operation) || operation.method !== 'GET') return [];
  const { reply } = exchange;
  const { path = '' } = world.resolve(operation) ?? {};
  const { pathname, searchParams } = new URL(path, 'https://nettu.test');
  const user = operation.by === 'key' ? null : (world.idOf(operation.by) ?? '');
  const known: Known = { state, now, history: world.history, user, lists: true };
  if (user !== null && !state.users.some(({ id }) => id === user)) return [];
  const differs = (rule: string, expected: unknown, answered: unknown): Fault[] =>
    JSON.stringify(expected) === JSON.stringify(answered)
      ? []
      : [{ rule, text: `${world.textOf(answered)}, not ${world.textOf(expected)}` }];
  const [start, end] = [Number(searchParams.get('startTs')), Number(searchParams.get('endTs'))];
  const listed = (of: (booking: Booking) => boolean) =>
    reply.status !== 200
      ? []
      : differs(
          'a list of bookings',
          state.bookings
            .filter((one) => of(one) && isIn(one, start, end))
            .map(({ id }) => id)
            .sort(),
          reply.body.bookings.map(({ id }: { id: string }) => id).sort(),
        );
  const [, kind, id = '', what] = pathname.split('/');

  if (kind === 'me') return listed(({ bookedBy }) => bookedBy === user);
  if (kind === 'service' && !state.services.some((one) => one.id === id)) {
    return what === 'booking' ? differs('slots of no service', 404, reply.status) : [];
  }
  if (what === 'bookings') return listed(({ serviceId }) => serviceId === id);
  if (kind === 'service') return slotsOf(reply.body, id, Number(searchParams.get('duration')), known, world);
  if (kind === 'booking') {
    const booking = state.bookings.find((one) => one.id === id && (user === null || one.bookedBy === user));
    if (!booking) return differs('a booking', 404, reply.status);
    const same = reply.status === 200 && sameBooking(reply.body.booking, booking);
    return same ? [] : differs('a booking', booking, reply.body);
  }
  if (what === 'freebusy' && reply.status === 200) {
    const busy = state.events.filter((event) => event.userId === id && event.busy);
    const [expected, answered] = [busy.flatMap(instancesOf), reply.body.busy.map(spanOf)].map((spans) =>
      merged(spans, start, end),
    );
    return differs('free/busy', expected, answered);
  }
  const event = /\/events\/([^/]+)$/.exec(pathname)?.[1];
  if (!event) return [];
  const stored = state.events.find((one) => one.id === event && (user === null || one.userId === user));
  if (!stored) return differs('an event', 404, reply.status);
  return reply.status === 200 && sameEvent(reply.body.event, stored)
    ? []
    : differs('an event', stored, reply.body);
}

/** An instance of no duration is in a window that it starts in. */
const isIn = ({ startTs, duration }: Booking, start: number, end: number) =>
  duration === 0 ? startTs >= start && startTs < end : startTs < end && startTs + duration > start;

const spanOf = ({ startTs, endTs }: { startTs: number; endTs: number }) => ({ start: startTs, end: endTs });

/** The parts of spans that lie in a window, merged where they touch. */
function merged(spans: { start: number; end: number }[], start: number, end: number) {
  const parts: { start: number; end: number }[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const part = { start: Math.max(span.start, start), end: Math.min(span.end, end) };
    if (part.start >= part.end) continue;
    const last = parts.at(-1);
    if (last && part.start <= last.end) last.end = Math.max(last.end, part.end);
    else parts.push(part);
  }
  return parts;
}

interface Slots {
  dates?: { slots: { start: number; userIds: string[] }[] }[];
}

/** Compares the slots of two days, from the start of the day after `NOW`, with the rules. */
function slotsOf(
  { dates = [] }: Slots,
  service: string,
  duration: number,
  known: Known,
  world: World,
): Fault[] {
  const { state } = known;
  const hosts = hostsOf(state, service);
  const variant = state.services.find(({ id }) => id === service)?.multiPerson.variant;
  const answered = new Map(
    dates.flatMap(({ slots }) => slots.map(({ start, userIds }) => [start, userIds.join()])),
  );
  const faults: Fault[] = [];
  const first = Date.UTC(2030, 0, 8);
  for (let start = first; start + duration <= first + 96 * HALF_HOUR_MS; start += HALF_HOUR_MS) {
    const slot = { start, end: start + duration };
    const all = () => hosts.map(({ userId }) => userId).join();
    let expected: string | undefined;
    if (variant === 'group') {
      const verdict = onSeat(service, hosts, slot, known);
      if (!verdict) continue;
      expected = verdict.is === 'accepted' ? all() : undefined;
    } else {
      const can = hosts.map((host) => able(host, slot, known));
      if (can.includes(undefined)) continue;
      expected =
        hosts
          .filter((_, i) => can[i])
          .map(({ userId }) => userId)
          .join() || undefined;
      if (variant === 'collective' && expected !== all()) expected = undefined;
    }
    if (answered.get(start) === expected) continue;
    faults.push({
      rule: 'slots',
      text: world.textOf([start, answered.get(start) ?? null, 'not', expected ?? null]),
    });
  }
  return faults.slice(0, 1);
}
