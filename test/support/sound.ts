/** The invariants of stored bookings and of what is counted, checked on rows, so that any test can use them. */
import { COUNTED_TWICE, type CountedTwice } from './usage.ts';

export interface Stored {
  bookings: StoredBooking[];
  events: StoredEvent[];
  services: { id: string; multi_person: string }[];
  users: { id: string }[];
  usage: CountedTwice[];
}

interface StoredBooking {
  id: string;
  service_id: string;
  session: string | null;
  start_ts: number;
  duration: number;
  state: string;
  expires_at: number | null;
  hosts: string;
  events: string;
  booked_by: string | null;
}

interface StoredEvent {
  id: string;
  user_id: string;
  start_ts: number;
  duration: number;
  recurrence: string | null;
  exdates: string;
  last_start: number | null;
  service_id: string | null;
  session: string | null;
  expires_at: number | null;
}

/** The queries for one account, in the order of the keys of `Stored`. */
export const STORED = [
  `SELECT id, service_id, session, start_ts, duration, state, expires_at, hosts, events, booked_by
   FROM bookings WHERE account_id = ? ORDER BY seq`,
  `SELECT id, user_id, start_ts, duration, recurrence, exdates, last_start, service_id, session, expires_at
   FROM events WHERE account_id = ? AND service_id IS NOT NULL ORDER BY seq`,
  'SELECT id, multi_person FROM services WHERE account_id = ?',
  'SELECT id FROM users WHERE account_id = ?',
  COUNTED_TWICE,
];

export const storedOf = ([bookings, events, services, users, usage]: readonly unknown[][]): Stored =>
  ({ bookings, events, services, users, usage }) as Stored;

/**
 * Finds violations of the invariants.
 *
 * @param now the clock that decides whether a hold has expired.
 */
export function faultsOf({ bookings, events, services, users, usage }: Stored, now: number): string[] {
  const faults: string[] = [];
  const must = (holds: boolean, fault: string) => {
    if (!holds) faults.push(fault);
  };
  for (const { counted, again } of usage) must(counted === again, `usage ${counted}, rows ${again}`);
  const eventById = new Map(events.map((event) => [event.id, event]));
  const alive = ({ expires_at }: { expires_at: number | null }) => expires_at === null || expires_at > now;
  const kept = bookings.filter(({ state }) => state !== 'cancelled');
  const idsOf = (json: string): string[] => JSON.parse(json);
  const holdersOf = new Map<string, StoredBooking[]>();
  for (const booking of kept) {
    for (const id of idsOf(booking.events)) holdersOf.set(id, [...(holdersOf.get(id) ?? []), booking]);
  }

  for (const booking of kept) {
    const name = `booking ${booking.id}`;
    const [hosts, ids] = [idsOf(booking.hosts), idsOf(booking.events)];
    must(
      services.some(({ id }) => id === booking.service_id),
      `${name}: its service does not exist`,
    );
    must(
      booking.booked_by === null || users.some(({ id }) => id === booking.booked_by),
      `${name}: the user who booked does not exist`,
    );
    must(booking.session !== null, `${name}: no session`);
    must(
      (booking.state === 'held') === (booking.expires_at !== null),
      `${name}: ${booking.state}, ${booking.expires_at}`,
    );
    must(hosts.length > 0 && new Set(hosts).size === hosts.length, `${name}: hosts ${hosts}`);
    must(ids.length === hosts.length, `${name}: ${hosts.length} hosts, ${ids.length} events`);
    for (const [i, id] of ids.entries()) {
      const event = eventById.get(id);
      if (!event) {
        must(false, `${name}: event ${id} is gone`);
        continue;
      }
      must(event.user_id === hosts[i], `${name}: event ${id} is of another host`);
      must(event.session === booking.session, `${name}: event ${id} is of another session`);
      must(event.service_id === booking.service_id, `${name}: event ${id} is of another service`);
      const same = event.start_ts === booking.start_ts && event.duration === booking.duration;
      must(same && event.last_start === event.start_ts, `${name}: event ${id} is at another time`);
      must(
        event.recurrence === null && event.exdates === '[]',
        `${name}: event ${id} has a recurrence or an exdate`,
      );
    }
  }
  for (const event of events.filter(({ session }) => session !== null)) {
    const holders = holdersOf.get(event.id) ?? [];
    must(holders.length > 0, `event ${event.id}: no booking has it`);
    const ends = holders.map(({ expires_at }) => expires_at ?? Number.POSITIVE_INFINITY);
    const end = Math.max(...ends);
    must(
      (event.expires_at ?? Number.POSITIVE_INFINITY) === end,
      `event ${event.id}: ends ${event.expires_at}, not ${end}`,
    );
  }
  for (const booking of bookings.filter(({ state }) => state === 'cancelled')) {
    for (const id of idsOf(booking.events)) {
      const left = eventById.get(id);
      const served = services.some((service) => service.id === booking.service_id);
      must(!left || holdersOf.has(id) || !served, `cancelled ${booking.id}: event ${id} is left`);
    }
  }

  const live = events.filter((event) => event.session !== null && alive(event));
  live.forEach((one, i) => {
    for (const other of live.slice(i + 1)) {
      const apart =
        one.start_ts + one.duration <= other.start_ts || other.start_ts + other.duration <= one.start_ts;
      must(one.user_id !== other.user_id || apart, `events ${one.id} and ${other.id} overlap`);
    }
  });
  for (const [slot, seats] of Map.groupBy(
    kept.filter(alive),
    (b) => `${b.service_id} ${b.start_ts} ${b.duration}`,
  )) {
    const service = services.find(({ id }) => id === seats[0]?.service_id);
    const { variant, data } = JSON.parse(service?.multi_person ?? '{}');
    must(variant !== 'group' || seats.length <= data, `slot ${slot}: ${seats.length} of ${data} seats`);
  }
  return faults;
}
