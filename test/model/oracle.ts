/** What the contract makes certain about the answer to a request, from what is stored before it. */
import { type Fault, type History, isLive, overlapsIn } from './checker.ts';
import { type Instance, instancesOf, overlap } from './instances.ts';
import { canTake } from './slots.ts';
import type { Booking, Host, State, StoredEvent } from './state.ts';
import type { Exchange, Sent } from './world.ts';

const DAY_MS = 86_400_000;

/** `why` names the sentence of the contract. */
export interface Verdict {
  is: 'accepted' | 'refused';
  why: string;
}

/** What is known when a request comes. */
export interface Known {
  state: State;
  now: number;
  history: History;
  /** The token's user; null for the API key. */
  user: string | null;
  /** Slots are only listed. */
  lists?: boolean;
}

const refused = (why: string): Verdict => ({ is: 'refused', why });
const accepted = (why: string): Verdict => ({ is: 'accepted', why });

/**
 * The verdict on a request.
 *
 * @param sent a request whose names are resolved.
 * @returns undefined where nothing is certain.
 */
export function verdictOn(
  { method, path, body = {} }: Pick<Sent, 'method' | 'path' | 'body'>,
  known: Known,
): Verdict | undefined {
  const { state, user } = known;
  if (user !== null && !state.users.some(({ id }) => id === user)) return refused('the user is gone');
  const id = (pattern: RegExp) => pattern.exec(path)?.[1];
  const service = id(/^\/service\/([^/]+)\/booking$/);
  if (service && method === 'POST') return onCreation(service, body, known);
  const bookingId = id(/^\/booking\/([^/]+)$/);
  if (bookingId) {
    const booking = state.bookings.find((one) => one.id === bookingId);
    if (!booking) return refused('no such booking');
    if (user !== null && booking.bookedBy !== user) return refused("another's booking");
    return method === 'PUT' ? onChange(booking, body, known) : accepted('cancelling');
  }
  const eventId = id(/\/events\/([^/]+)$/);
  if (eventId) {
    const event = state.events.find((one) => one.id === eventId);
    if (!event) return refused('no such event');
    if (user !== null && event.userId !== user) return refused("another's event");
    return method === 'PUT' ? onEventChange(event, body, known) : accepted('deleting an event');
  }
  if (method === 'POST' && /\/events$/.test(path)) return onEvent(path, body, known);
  return undefined;
}

/** The hosts of a service, in the order in which they were added. */
export const hostsOf = ({ hosts }: State, service: string) =>
  hosts.filter(({ serviceId }) => serviceId === service);

function onCreation(serviceId: string, body: Record<string, unknown>, known: Known): Verdict | undefined {
  const { state } = known;
  const service = state.services.find(({ id }) => id === serviceId);
  if (!service) return refused('no such service');
  const named = body.hostUserIds as string[] | undefined;
  const hosts = hostsOf(state, serviceId).filter(({ userId }) => !named || named.includes(userId));
  const slot = { start: Number(body.startTs), end: Number(body.startTs) + Number(body.duration) };
  if (service.multiPerson.variant === 'group') return onSeat(serviceId, hosts, slot, known);
  const can = hosts.map((host) => able(host, slot, known));
  if (service.multiPerson.variant === 'collective') return onAll(can);
  if (can.every((one) => one === false)) return refused('no host can take it');
  // Whether round robin passes over a host who has no calendar, the contract does not say.
  return can.every((one) => one === true) || (can.includes(true) && hosts.every(hasCalendar))
    ? accepted('a host can take it')
    : undefined;
}

const hasCalendar = ({ bookingCalendarId, busy }: Host) => bookingCalendarId !== null || busy.length > 0;

/** Whether a host can be booked; where only slots are listed, a host needs no calendar to be booked in. */
export const able = (
  host: Host,
  slot: Instance,
  { state, now, lists }: Known,
  but: ReadonlySet<string> = new Set(),
): boolean | undefined => (lists || hasCalendar(host)) && canTake(state, host, slot, now, but);

function onAll(can: readonly (boolean | undefined)[]): Verdict | undefined {
  if (can.length === 0 || can.includes(false)) return refused('a host cannot take it');
  return can.includes(undefined) ? undefined : accepted('all hosts can take it');
}

/** A seat of a group. @param leaves the booking that takes it, and gives its other seat back. */
export function onSeat(
  serviceId: string,
  hosts: readonly Host[],
  slot: Instance,
  known: Known,
  leaves?: Booking,
): Verdict | undefined {
  const { state, now, history } = known;
  const there = state.bookings.filter(
    (booking) =>
      isLive(booking, now) &&
      booking.serviceId === serviceId &&
      booking.startTs === slot.start &&
      booking.startTs + booking.duration === slot.end &&
      booking !== leaves,
  );
  const [seats, alone] = [true, false].map((is) =>
    there.filter(({ id }) => history.seats.has(id) === is),
  ) as [Booking[], Booking[]];
  // A booking that was made alone is no seat.
  const taken = alone.flatMap((booking) => booking.hosts);
  if (hosts.some(({ userId }) => taken.includes(userId)))
    return refused('a booking that is no seat has the slot');
  // Whether a session gets other hosts than it began with, the contract does not say.
  const ids = JSON.stringify(hosts.map(({ userId }) => userId).sort());
  if (seats.some(({ hosts }) => JSON.stringify(hosts.toSorted()) !== ids)) return undefined;
  const data = state.services.find(({ id }) => id === serviceId)?.multiPerson;
  if (data?.variant !== 'group') return undefined;
  if (seats.length >= data.data) return refused('no seat is left');
  // Whether an instance of a series for the group stands on the slot like such an event, the contract does not say.
  const series = state.events.filter((event) => event.serviceId === serviceId && event.recurrence !== null);
  if (series.some((event) => instancesOf(event).some((instance) => overlap(instance, slot))))
    return undefined;
  // Events that somebody made directly for the group block nothing on the very slot.
  const own = state.events.filter(
    (event) =>
      event.serviceId === serviceId &&
      event.startTs === slot.start &&
      event.startTs + event.duration === slot.end,
  );
  const but = new Set([...own.map(({ id }) => id), ...(leaves ? eventsThatGo(leaves, known) : [])]);
  return onAll(hosts.map((host) => able(host, slot, known, but)));
}

/** The events that go with a booking: those that no other live booking has. */
const eventsThatGo = ({ id, events }: Booking, { state, now }: Known): string[] =>
  events.filter(
    (event) =>
      !state.bookings.some((other) => other.id !== id && isLive(other, now) && other.events.includes(event)),
  );

function onChange(booking: Booking, body: Record<string, unknown>, known: Known): Verdict | undefined {
  const { state, now, history } = known;
  if (booking.state === 'cancelled') return refused('the booking is cancelled');
  const live = isLive(booking, now);
  if (live && body.state) return accepted('confirming');
  if (live && body.metadata) return accepted('new metadata');
  const startTs = Number(body.startTs ?? booking.startTs);
  if (!live && !body.state) return undefined;
  // Its event gave it no duration, or more than a booking may have.
  if (booking.duration === 0 || booking.duration > DAY_MS) return undefined;
  if (live && startTs === booking.startTs) return undefined;
  const hosts = booking.hosts.map((id) =>
    hostsOf(state, booking.serviceId).find(({ userId }) => userId === id),
  );
  // By what rules somebody moves who is no host any more, the contract does not say.
  if (!hosts.every((host) => host !== undefined)) return undefined;
  const slot = { start: startTs, end: startTs + booking.duration };
  const variant = state.services.find(({ id }) => id === booking.serviceId)?.multiPerson.variant;
  if (history.seats.has(booking.id) !== (variant === 'group')) return undefined;
  if (variant === 'group') return onSeat(booking.serviceId, hosts, slot, known, booking);
  return onAll(hosts.map((host) => able(host, slot, known, new Set(booking.events))));
}

/** The state in which an event is so, whether or not it was there. */
function withEvent(state: State, event: StoredEvent): State {
  return { ...state, events: [...state.events.filter(({ id }) => id !== event.id), event] };
}

/** On what of its user an event would come to lie, by its first instance or only by a series; undefined: on nothing. */
function liesOn(event: StoredEvent, known: Known, isBooking: boolean): string | undefined {
  const rulesOf = (state: State, one: StoredEvent) =>
    overlapsIn(withEvent(state, one), known.now, known.history, one.id).map(({ rule }) => rule);
  const thing = (rules: string[]) =>
    rules.some((rule) => isBooking === rule.startsWith('two')) ? 'a booking' : 'a direct event';
  const rules = rulesOf(known.state, event);
  if (rules.length === 0) return undefined;
  const events = known.state.events.filter(({ recurrence }) => recurrence === null);
  const ofFirst = rulesOf({ ...known.state, events }, { ...event, recurrence: null });
  return ofFirst.length > 0 ? thing(ofFirst) : `${thing(rules)} by a series`;
}

/** An event that somebody made directly. */
function onTime(event: StoredEvent, known: Known): Verdict {
  const there = liesOn(event, known, false);
  if (there) return refused(`a direct event onto ${there}`);
  return accepted(event.duration === 0 ? 'an event of no duration' : 'an event');
}

function onEvent(path: string, body: Record<string, unknown>, known: Known): Verdict | undefined {
  const { state, user } = known;
  const userId = user ?? /^\/user\/([^/]+)\/events$/.exec(path)?.[1] ?? '';
  const calendar = state.calendars.find(({ id }) => id === body.calendarId);
  if (calendar?.userId !== userId) return refused('no such calendar');
  if (body.startTs === undefined || body.duration === undefined) return refused('no time');
  const serviceId = (body.serviceId as string | null | undefined) ?? null;
  if (!nameable(serviceId, known)) return refused('no such service');
  const event = {
    ...{ id: 'new', calendarId: calendar.id, userId, exdates: [], metadata: {}, version: 0 },
    ...{ startTs: Number(body.startTs), duration: Number(body.duration), busy: body.busy === true },
    ...{ recurrence: (body.recurrence ?? null) as StoredEvent['recurrence'], serviceId },
  };
  return onTime(event, known);
}

/** Whether the caller may name a service: a token only one that its user hosts. */
const nameable = (serviceId: string | null, { state, user }: Known) =>
  serviceId === null ||
  (state.services.some(({ id }) => id === serviceId) &&
    (user === null || hostsOf(state, serviceId).some(({ userId }) => userId === user)));

function onEventChange(event: StoredEvent, body: Record<string, unknown>, known: Known): Verdict | undefined {
  const { state, now } = known;
  const bookings = state.bookings.filter((one) => isLive(one, now) && one.events.includes(event.id));
  const [booking] = bookings;
  const { startTs, duration, serviceId, busy } = body as Partial<StoredEvent>;
  const { recurrence, exdates } = body as Partial<StoredEvent>;
  const moves =
    (startTs !== undefined && startTs !== event.startTs) ||
    (duration !== undefined && duration !== event.duration);
  if (serviceId && serviceId !== event.serviceId && !nameable(serviceId, known))
    return refused('no such service');
  const changed: StoredEvent = {
    ...event,
    ...(startTs !== undefined && { startTs }),
    ...(duration !== undefined && { duration }),
    ...(busy !== undefined && { busy }),
    ...(recurrence !== undefined && { recurrence }),
    ...(serviceId !== undefined && { serviceId }),
    ...(exdates !== undefined && { exdates }),
  };
  if (booking) {
    const unlike =
      changed.exdates.length > 0 ||
      changed.recurrence !== null ||
      !changed.busy ||
      changed.serviceId !== booking.serviceId;
    if (unlike) return refused('booking-event');
    if (moves && booking.hosts.length > 1) return refused('booking-shared');
    const there = moves && liesOn(changed, known, true);
    if (there) return refused(`a booking's event onto ${there}`);
    return moves && (changed.duration === 0 || changed.duration > DAY_MS)
      ? undefined
      : accepted('an event of a booking');
  }
  if (event.exdates.length > 0 && moves) return undefined; // they move along
  // Whether a series stays on the slots of a service that is no group any more when it moves, the contract does not say.
  if (event.recurrence && [...known.history.onSlots].some((pair) => pair.includes(event.id)))
    return undefined;
  return onTime(changed, known);
}

/** The faults of answers that are against a verdict. */
export function faultsOfVerdict(
  verdict: Verdict | undefined,
  exchanges: readonly Exchange[],
  textOf: (value: unknown) => string,
): Fault[] {
  return exchanges.flatMap(({ reply: { status, body } }) => {
    if (!verdict || status >= 500 || status < 300 === (verdict.is === 'accepted')) return [];
    const isNot = status < 300 ? 'accepted' : 'refused';
    return [{ rule: `${isNot}: ${verdict.why}`, text: `${status} ${textOf(body)}` }];
  });
}
