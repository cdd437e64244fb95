/** Whether a slot can be booked, and with whom. Pure: it decides by an agenda, and is told what it was. */
import { Problem } from '../../problem.ts';
import { canTake } from '../../slots/host.ts';
import type { HostAvailability, ServiceAvailability } from './availability.ts';

export interface Wanted {
  startTs: number;
  duration: number;
}

/** A host in whose calendar the booking is entered. */
export type BookableHost = HostAvailability & { bookIn: string };

/**
 * The hosts that take a slot: of a round robin the one that ranks first, else all.
 *
 * @param rankOf a host's place, the lowest first; of equals the one that was added first.
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
 * The very hosts of a booking that is to be moved or confirmed, where all of them can take the slot.
 *
 * @throws Problem as above.
 */
export function sameHosts(
  agenda: ServiceAvailability,
  wanted: Wanted,
  userIds: readonly string[],
): BookableHost[] {
  const hosts = agenda.hosts.filter(({ id }) => userIds.includes(id));
  if (hosts.length < userIds.length) throw unavailable();
  const { multiPerson } = agenda;
  const all =
    multiPerson.variant === 'roundRobinAlgorithm' ? ({ variant: 'collective' } as const) : multiPerson;
  return chooseHosts({ ...agenda, multiPerson: all, hosts }, wanted, () => 0);
}

/** An agenda in which nothing but other bookings stands in the way: who holds a slot has it, even if its host closed since. */
export function onlyBookings(
  agenda: ServiceAvailability,
  { startTs, duration }: Wanted,
): ServiceAvailability {
  const availability = [{ start: startTs, end: startTs + duration }];
  const open = { availability, busy: [], earliest: Number.NEGATIVE_INFINITY, latest: null };
  return { ...agenda, hosts: agenda.hosts.map((host) => ({ ...host, ...open })) };
}

const taken = () =>
  new Problem('slot-taken', 'Another booking takes it. Ask for the slots again, and choose another.');
const unavailable = () =>
  new Problem(
    'slot-unavailable',
    'No host that was asked for can take it then. Ask for the slots, and choose one of them.',
  );
