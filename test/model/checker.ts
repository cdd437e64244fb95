/**
 * The rules of the contract about what is stored of bookings, as pure functions of the state: api-scheduling.md, section
 * "Bookings". They share no code with the Worker, and read none of the columns that only the Worker knows.
 */
import { type Instance, instancesOf, overlap } from './instances.ts';
import type { Booking, State, StoredEvent } from './state.ts';

export interface Fault {
  rule: string;
  text: string;
}

/** What the checker keeps of an account, beside its state. */
export class History {
  /** Events that a booking had at any time. */
  readonly booked = new Set<string>();
  /** Bookings that took a seat of a group, or may have: their service changed its kind at once. */
  readonly seats = new Set<string>();
  /** Those that certainly did. */
  readonly certainSeats = new Set<string>();
  /** Pairs of events of which one was made directly on a group's slot: they stay when the service becomes another kind. */
  readonly onSlots = new Set<string>();
  readonly name: (id: string) => string;
  /** @param name what a fault calls an id. */
  constructor(name: (id: string) => string = (id) => id) {
    this.name = name;
  }
}

export const isLive = ({ state, expiresAt }: Booking, now: number): boolean =>
  state === 'confirmed' || (state === 'held' && expiresAt !== null && expiresAt > now);

/** What follows from one state alone. @param now milliseconds since the epoch. */
export function faultsIn(state: State, now: number, history: History): Fault[] {
  const faults: Fault[] = [];
  const must = (holds: boolean, rule: string, text: () => string) => {
    if (!holds) faults.push({ rule, text: text() });
  };
  const { name } = history;
  const idsOf = (list: { id: string }[]) => new Set(list.map(({ id }) => id));
  const [services, users, calendars, schedules] = [
    idsOf(state.services),
    idsOf(state.users),
    idsOf(state.calendars),
    idsOf(state.schedules),
  ];
  const eventById = new Map(state.events.map((event) => [event.id, event]));
  const live = state.bookings.filter((booking) => isLive(booking, now));

  for (const { counted, again } of state.usage)
    must(counted === again, 'usage', () => `counted ${counted}, rows say ${again}`);

  for (const booking of live) {
    const it = name(booking.id);
    must(services.has(booking.serviceId), 'live without its service', () => it);
    must(booking.bookedBy === null || users.has(booking.bookedBy), 'live without its user', () => it);
    must(
      (booking.state === 'held') === (booking.expiresAt !== null),
      'expiresAt of what is not held',
      () => it,
    );
    must(
      booking.hosts.length > 0 && new Set(booking.hosts).size === booking.hosts.length,
      'hosts',
      () => `${it}: ${booking.hosts.map(name)}`,
    );
    must(
      booking.events.length === booking.hosts.length,
      'an event for each host',
      () => `${it}: ${booking.events.map(name)} of ${booking.hosts.map(name)}`,
    );
    for (const [i, id] of booking.events.entries()) {
      const event = eventById.get(id);
      must(event !== undefined, 'live without its event', () => `${it}: ${name(id)}`);
      if (event)
        for (const text of differences(booking, event, i)) must(false, text, () => `${it}: ${name(id)}`);
    }
  }

  for (const host of state.hosts) {
    const it = () => `${name(host.userId)} in ${name(host.serviceId)}`;
    must(services.has(host.serviceId) && users.has(host.userId), 'host of nothing', it);
    must(host.scheduleId === null || schedules.has(host.scheduleId), 'host by a schedule that is gone', it);
    const named = [host.calendarId, host.bookingCalendarId, ...host.busy].filter((id) => id !== null);
    must(
      named.every((id) => calendars.has(id)),
      'host by a calendar that is gone',
      it,
    );
  }

  const holders = holdersIn(live);
  for (const [id, [first, ...others]] of holders) {
    for (const other of others) {
      const same =
        first !== undefined &&
        history.seats.has(first.id) &&
        history.seats.has(other.id) &&
        first.serviceId === other.serviceId &&
        first.startTs === other.startTs &&
        first.duration === other.duration;
      must(
        same,
        'an event of two bookings',
        () => `${name(id)}: ${name(first?.id ?? '')}, ${name(other.id)}`,
      );
    }
  }
  for (const event of state.events) {
    must(calendars.has(event.calendarId) && users.has(event.userId), 'an event of no calendar', () =>
      name(event.id),
    );
    if (!history.booked.has(event.id) || holders.has(event.id)) continue;
    // The events of a deleted service stay.
    const stays = event.serviceId !== null && !services.has(event.serviceId);
    must(stays, 'an event outlives its bookings', () => name(event.id));
  }
  for (const { id, metadata } of state.events) {
    const seat = holders.get(id)?.some((booking) => history.certainSeats.has(booking.id));
    must(!seat || !('attendee' in metadata), "a group's event has an attendee's metadata", () => name(id));
  }
  return [...faults, ...overlaps(state, holders, history)];
}

/** How an event differs from the booking that it was made for. */
function* differences(booking: Booking, event: StoredEvent, i: number): Iterable<string> {
  if (event.userId !== booking.hosts[i]) yield 'an event of another host';
  if (event.serviceId !== booking.serviceId) yield 'an event of another service';
  if (event.startTs !== booking.startTs || event.duration !== booking.duration)
    yield 'an event at another time';
  if (event.recurrence !== null) yield "a booking's event recurs";
  if (event.exdates.length > 0) yield "a booking's event has exdates";
  if (!event.busy) yield "a booking's event is not busy";
}

/** The overlaps in a state that one event has with others. */
export const overlapsIn = (state: State, now: number, history: History, id: string): Fault[] => [
  ...overlaps(state, holdersIn(state.bookings.filter((booking) => isLive(booking, now))), history, id),
];

/** The live bookings that have an event. */
function holdersIn(live: readonly Booking[]): Map<string, Booking[]> {
  const holders = new Map<string, Booking[]>();
  for (const booking of live) {
    for (const id of booking.events) holders.set(id, [...(holders.get(id) ?? []), booking]);
  }
  return holders;
}

/**
 * Two bookings of one host never overlap. An event with a `serviceId` is a booking, whoever made it; one that somebody made
 * directly for a group, on a slot of it, blocks nothing.
 */
function* overlaps(
  { events, services }: State,
  holders: ReadonlyMap<string, Booking[]>,
  { name, onSlots, seats }: History,
  of?: string,
): Iterable<Fault> {
  const groups = groupsIn(services);
  const booked = events.filter(({ serviceId }) => serviceId !== null);
  const isSeat = ({ id }: StoredEvent) => holders.get(id)?.some((booking) => seats.has(booking.id));
  for (const [i, one] of booked.entries()) {
    for (const other of booked.slice(i + 1)) {
      if (one.userId !== other.userId || (of && ![one.id, other.id].includes(of))) continue;
      const both = [one, other].map((event): Instance[] => instancesOf(event));
      const bookings = [one, other].filter(({ id }) => holders.has(id)).length;
      for (const a of both[0] ?? []) {
        const b = both[1]?.find((instance) => overlap(a, instance));
        if (!b) continue;
        const onSlot =
          bookings < 2 &&
          (bookings === 0 || [one, other].some(isSeat)) &&
          one.serviceId === other.serviceId &&
          (groups.has(one.serviceId ?? '') || onSlots.has(pair(one, other))) &&
          a.start === b.start &&
          a.end === b.end;
        if (onSlot) continue;
        const kind = ['two direct events with a serviceId', 'a booking and a direct event', 'two bookings'][
          bookings
        ];
        const bySeries = one.recurrence || other.recurrence ? ' by a series' : '';
        yield { rule: `${kind} overlap${bySeries}`, text: `${name(one.id)}, ${name(other.id)}` };
        break;
      }
    }
  }
}

const groupsIn = (services: State['services']) =>
  new Set(services.filter(({ multiPerson }) => multiPerson.variant === 'group').map(({ id }) => id));

const pair = (...events: [StoredEvent, StoredEvent]) =>
  events
    .map(({ id }) => id)
    .sort()
    .join();

/** What must hold of a step from one state to the next. @param now when the step was made, in milliseconds. */
export function faultsOfStep(before: State, after: State, now: number, { name }: History): Fault[] {
  const faults: Fault[] = [];
  const must = (holds: boolean, rule: string, text: string) => {
    if (!holds) faults.push({ rule, text });
  };
  const versioned = ['bookings', 'events', 'services', 'users', 'calendars', 'schedules'] as const;
  for (const kind of versioned) {
    const old = new Map<string, { version: number }>(before[kind].map((row) => [row.id, row]));
    for (const row of after[kind]) {
      const was = old.get(row.id);
      if (!was) continue;
      must(row.version >= was.version, 'a version falls', `${kind} ${name(row.id)}`);
      must(
        row.version > was.version || JSON.stringify(row) === JSON.stringify(was),
        'a change without a version',
        `${kind} ${name(row.id)}`,
      );
    }
  }
  const seatsOf = ({ bookings }: State) => {
    const live = bookings.filter((booking) => isLive(booking, now) && booking.events.length > 0);
    return Map.groupBy(live, ({ events }) => events.join());
  };
  const seatsBefore = seatsOf(before);
  for (const [session, seats] of seatsOf(after)) {
    const [{ serviceId } = { serviceId: '' }] = seats;
    if (seats.length <= Math.max(seatsBefore.get(session)?.length ?? 0, 1)) continue;
    // A booking and a change of its service may come at once: either order is right, so the larger number of seats counts.
    const kinds = [...before.services, ...after.services].filter(({ id }) => id === serviceId);
    const most = Math.max(
      ...kinds.map(({ multiPerson }) => (multiPerson.variant === 'group' ? multiPerson.data : 1)),
      1,
    );
    must(seats.length <= most, 'more bookings than seats', `${seats.map(({ id }) => name(id))}: of ${most}`);
  }
  const old = new Map(before.bookings.map((booking) => [booking.id, booking]));
  for (const booking of after.bookings) {
    const was = old.get(booking.id);
    if (!was) continue;
    const same = (member: keyof Booking) => JSON.stringify(booking[member]) === JSON.stringify(was[member]);
    for (const member of ['serviceId', 'hosts', 'bookedBy', 'created'] as const)
      must(same(member), `a booking changes its ${member}`, name(booking.id));
    if (was.state !== 'cancelled') continue;
    for (const member of ['state', 'startTs', 'duration', 'metadata'] as const)
      must(same(member), 'a cancelled booking changes', `${name(booking.id)}: ${member}`);
  }
  return faults;
}

/** Records what a later state no longer shows. Faults of the seats are found in the state that comes next. */
export function record(history: History, before: State, after: State): void {
  for (const booking of after.bookings) {
    for (const id of booking.events) history.booked.add(id);
    if (before.bookings.some(({ id }) => id === booking.id)) continue;
    const service = [before, after].map(({ services }) =>
      services.find(({ id }) => id === booking.serviceId),
    );
    const kinds = service.flatMap((one) => one?.multiPerson.variant ?? []);
    if (!kinds.includes('group')) continue;
    history.seats.add(booking.id);
    if (kinds.every((kind) => kind === 'group')) history.certainSeats.add(booking.id);
  }
  const groups = groupsIn([...before.services, ...after.services]);
  const grouped = after.events.filter(({ serviceId }) => groups.has(serviceId ?? ''));
  for (const [i, one] of grouped.entries()) {
    for (const other of grouped.slice(i + 1)) {
      const same = one.userId === other.userId && one.serviceId === other.serviceId;
      if (same && one.startTs === other.startTs) history.onSlots.add(pair(one, other));
    }
  }
}
