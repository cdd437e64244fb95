/**
 * The invariants of stored bookings, checked on rows, so that any test can use them: those of the contract, by the checker of
 * test/model, and those of the columns that only the Worker knows.
 */
import { faultsIn, History } from '../model/checker.ts';
import { type Row, stateOf } from '../model/state.ts';
import { COUNTED_TWICE } from './usage.ts';

/** The rows of an account by table; of the events, those that name a service. */
export interface Stored {
  bookings: StoredBooking[];
  events: StoredEvent[];
  services: { id: string; multi_person: string }[];
  [table: string]: object[];
}

interface StoredBooking {
  id: string;
  service_id: string;
  session: string | null;
  seats: number | null;
  start_ts: number;
  duration: number;
  state: string;
  expires_at: number | null;
  hosts: string;
  events: string;
}

interface StoredEvent {
  id: string;
  start_ts: number;
  last_start: number | null;
  service_id: string | null;
  session: string | null;
  expires_at: number | null;
}

const textOf = (name: string) => `SELECT * FROM ${name} WHERE account_id = ?`;
const QUERIES = {
  ...Object.fromEntries(
    ['bookings', 'services', 'service_users', 'users', 'calendars', 'schedules'].map((name) => [
      name,
      `${textOf(name)} ORDER BY seq`,
    ]),
  ),
  events: `${textOf('events')} AND service_id IS NOT NULL ORDER BY seq`,
  removals: textOf('removals'),
  cancellations: textOf('cancellations'),
  counted: COUNTED_TWICE,
};

/** The queries for one account. */
export const STORED = Object.values(QUERIES);

/** @param results the rows of each of them. */
export const storedOf = (results: readonly unknown[][]): Stored =>
  Object.fromEntries(Object.keys(QUERIES).map((name, i) => [name, results[i]])) as unknown as Stored;

/**
 * Finds violations of the invariants.
 *
 * @param now the clock that decides whether a hold has expired.
 */
export function faultsOf(stored: Stored, now: number): string[] {
  const { bookings, events, services } = stored;
  const faults: string[] = [];
  const must = (holds: boolean, fault: string) => {
    if (!holds) faults.push(fault);
  };
  const history = new History();
  for (const { id, seats } of bookings) {
    if (seats === null) continue;
    history.seats.add(id);
    history.certainSeats.add(id);
  }
  for (const { id, session } of events) if (session !== null) history.booked.add(id);
  for (const { rule, text } of faultsIn(
    stateOf(stored as unknown as Record<string, Row[]>, now),
    now,
    history,
  ))
    faults.push(`${rule}: ${text}`);

  const eventById = new Map(events.map((event) => [event.id, event]));
  const alive = ({ expires_at }: { expires_at: number | null }) => expires_at === null || expires_at > now;
  const kept = bookings.filter(({ state }) => state !== 'cancelled');
  const idsOf = (json: string): string[] => JSON.parse(json);
  const holdersOf = new Map<string, StoredBooking[]>();
  for (const booking of kept) {
    must(booking.session !== null, `booking ${booking.id}: no session`);
    for (const id of idsOf(booking.events)) {
      holdersOf.set(id, [...(holdersOf.get(id) ?? []), booking]);
      const event = eventById.get(id);
      must(event?.session === booking.session, `booking ${booking.id}: event ${id} is of another session`);
      must(event?.last_start === event?.start_ts, `booking ${booking.id}: event ${id} ends at another time`);
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
