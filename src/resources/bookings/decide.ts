/** Decides whether a slot can be booked, and with which hosts. Pure: the availability is an argument. */
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
 * The hosts that can take a slot: of a round robin those of whom one will, otherwise all.
 *
 * @throws Problem `slot-taken` if another booking occupies the slot, `slot-unavailable` for any other reason.
 */
export function hostsFor(
  { multiPerson, hosts, sessions }: ServiceAvailability,
  { startTs, duration }: Wanted,
): BookableHost[] {
  const takers = (candidates: readonly HostAvailability[]): BookableHost[] | null => {
    const able = candidates.filter((host) => canTake(host, startTs, duration));
    const bookable = able.filter((host): host is BookableHost => host.bookIn !== null);
    const enough = multiPerson.variant === 'roundRobinAlgorithm' || bookable.length === hosts.length;
    return enough && bookable.length > 0 ? bookable : null;
  };

  const chosen = takers(hosts);
  const seats = multiPerson.variant === 'group' ? multiPerson.data : Number.POSITIVE_INFINITY;
  const session = sessions.find((other) => other.start === startTs && other.duration === duration);
  const full = (session?.taken ?? 0) >= seats;
  if (chosen && !full) return chosen;
  throw full || takers(hosts.map((host) => ({ ...host, bookings: [] }))) ? taken() : unavailable();
}

/**
 * The hosts of a booking that changes, if all of them can take the slot.
 *
 * @throws Problem `slot-taken`, `slot-unavailable`
 */
export function sameHosts(
  availability: ServiceAvailability,
  wanted: Wanted,
  userIds: readonly string[],
): BookableHost[] {
  const hosts = availability.hosts.filter(({ id }) => userIds.includes(id));
  if (hosts.length < userIds.length) throw unavailable();
  return hostsFor({ ...availability, hosts }, wanted);
}

const taken = () =>
  new Problem(
    'slot-taken',
    'Another booking occupies this time. Get the slots again, and choose another slot.',
  );
const unavailable = () =>
  new Problem(
    'slot-unavailable',
    'No host is available at this time. Get the slots, and choose one of them.',
  );
