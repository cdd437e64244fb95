/** Decides whether a slot can be booked, and with which hosts. Pure: it decides by the availability that it is given. */
import { Problem } from '../../problem.ts';
import { canTake } from '../../slots/host.ts';
import type { HostAvailability, ServiceAvailability } from './availability.ts';

export interface Wanted {
  startTs: number;
  duration: number;
}

/** A host with a calendar for bookings. */
export type BookableHost = HostAvailability & { bookIn: string };

/**
 * The hosts that take a slot: the first-ranked one of a round robin, else all.
 *
 * @param rankOf a host's rank, lowest first. Of equal hosts, the one that was added first takes the slot.
 * @throws Problem `slot-taken` where another booking takes it, `slot-unavailable` for any other reason.
 */
export function chooseHosts(
  { multiPerson, hosts, sessions }: ServiceAvailability,
  { startTs, duration }: Wanted,
  rankOf: (host: HostAvailability) => number,
): BookableHost[] {
  const takers = (candidates: readonly HostAvailability[]): BookableHost[] | null => {
    const able = candidates.filter((host) => canTake(host, startTs, duration));
    const bookable = able.filter((host): host is BookableHost => host.bookIn !== null);
    if (multiPerson.variant === 'roundRobinAlgorithm') {
      const [first] = bookable.toSorted((a, b) => rankOf(a) - rankOf(b));
      return first ? [first] : null;
    }
    return hosts.length > 0 && bookable.length === hosts.length ? bookable : null;
  };

  const chosen = takers(hosts);
  const seats = multiPerson.variant === 'group' ? multiPerson.data : Number.POSITIVE_INFINITY;
  const session = sessions.find((other) => other.start === startTs && other.duration === duration);
  const full = (session?.taken ?? 0) >= seats;
  if (chosen && !full) return chosen;
  throw full || takers(hosts.map((host) => ({ ...host, bookings: [] }))) ? taken() : unavailable();
}

/**
 * The same hosts of a booking that moves or is confirmed, where all of them can take the slot.
 *
 * @throws Problem as above.
 */
export function sameHosts(
  availability: ServiceAvailability,
  wanted: Wanted,
  userIds: readonly string[],
): BookableHost[] {
  const hosts = availability.hosts.filter(({ id }) => userIds.includes(id));
  if (hosts.length < userIds.length) throw unavailable();
  const { multiPerson } = availability;
  const all =
    multiPerson.variant === 'roundRobinAlgorithm' ? ({ variant: 'collective' } as const) : multiPerson;
  return chooseHosts({ ...availability, multiPerson: all, hosts }, wanted, () => 0);
}

/** The availability that only other bookings limit: a held slot stays held, even if its host has closed since. */
export function onlyBookings(
  availability: ServiceAvailability,
  { startTs, duration }: Wanted,
): ServiceAvailability {
  const hours = [{ start: startTs, end: startTs + duration }];
  const open = { availability: hours, busy: [], earliest: Number.NEGATIVE_INFINITY, latest: null };
  return { ...availability, hosts: availability.hosts.map((host) => ({ ...host, ...open })) };
}

const taken = () =>
  new Problem('slot-taken', 'Another booking takes this time. Get the slots again, and choose another one.');
const unavailable = () =>
  new Problem('slot-unavailable', 'No host can take this time. Get the slots, and choose one of them.');
