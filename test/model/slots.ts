/** Whether a host can take a slot: rules 1 to 4 of "Booking slots" in api-scheduling.md, for schedules in UTC. */
import { type Instance, instancesOf, overlap } from './instances.ts';
import type { Host, Rule, State, StoredEvent } from './state.ts';

const DAY_MS = 86_400_000;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * @param but events that do not count: those of the booking that moves, say, or those of the group's slot.
 * @returns undefined where the contract leaves it open.
 */
export function canTake(
  state: State,
  host: Host,
  slot: Instance,
  now: number,
  but: ReadonlySet<string>,
): boolean | undefined {
  const events = state.events.filter(({ id }) => !but.has(id));
  if (slot.start < now + host.closestMs) return false;
  if (host.furthestMs !== null && slot.start > now + host.furthestMs) return false;
  const around = { start: slot.start - host.bufferBeforeMs, end: slot.end + host.bufferAfterMs };
  const isBusy = (event: StoredEvent) =>
    (event.userId === host.userId && event.serviceId !== null) ||
    (event.busy && host.busy.includes(event.calendarId));
  if (events.some((event) => isBusy(event) && overlaps(event, around))) return false;
  const widened = (event: StoredEvent) => {
    const theirs = state.hosts.find(
      ({ userId, serviceId }) => userId === event.userId && serviceId === event.serviceId,
    );
    return instancesOf(event)
      .filter(({ start, end }) => end > start)
      .map(({ start, end }) => ({
        start: start - (theirs?.bufferBeforeMs ?? 0),
        end: end + (theirs?.bufferAfterMs ?? 0),
      }));
  };
  const bookings = events.filter(({ userId, serviceId }) => userId === host.userId && serviceId !== null);
  if (bookings.some((event) => widened(event).some((instance) => overlap(instance, slot)))) return false;
  return isOpen(state, events, host, slot);
}

const overlaps = (event: StoredEvent, span: Instance) =>
  instancesOf(event).some((instance) => overlap(instance, span));

function isOpen(
  { schedules }: State,
  events: readonly StoredEvent[],
  { scheduleId, calendarId }: Host,
  slot: Instance,
): boolean | undefined {
  const schedule = schedules.find(({ id }) => id === scheduleId);
  if (schedule) return covers(openingsOf(schedule.rules, slot), slot);
  if (calendarId === null) return false;
  const there = events.filter((event) => event.calendarId === calendarId);
  // Whether a booking that is not busy opens its calendar, the contract does not say.
  if (there.some(({ serviceId, busy }) => serviceId !== null && !busy)) return undefined;
  if (there.some((event) => event.busy && overlaps(event, slot))) return false;
  return covers(
    there.filter(({ busy }) => !busy).flatMap((event) => instancesOf(event)),
    slot,
  );
}

/** The opening hours around a slot, in UTC. */
function openingsOf(rules: readonly Rule[], { start, end }: Instance): Instance[] {
  const openings: Instance[] = [];
  for (let day = Math.floor(start / DAY_MS) - 1; day * DAY_MS < end; day++) {
    const weekday = WEEKDAYS[(day + 4) % 7];
    const intervals = rules.find(({ variant }) => variant.value === weekday)?.intervals ?? [];
    for (const { start, end } of intervals) {
      const at = ({ hours, minutes }: typeof start) => day * DAY_MS + (hours * 60 + minutes) * 60_000;
      openings.push({ start: at(start), end: at(end) });
    }
  }
  return openings;
}

/** Whether spans, merged where they touch, have all of the slot in one stretch. */
function covers(spans: Instance[], { start, end }: Instance): boolean {
  let reached = start;
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    if (span.start <= reached && span.end > reached) reached = span.end;
  }
  return reached >= end;
}
