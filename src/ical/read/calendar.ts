/** Reads a calendar file: the events that it means, and what of it cannot be represented. Pure. */
import { IMPORT_UID_MAX_CHARS } from '../../limits.ts';
import { Budget } from '../../time/budget.ts';
import { type Component, componentsIn, propertyOf } from './components.ts';
import { eventsOf, type ReadEvent, type Skipped, type Target } from './events.ts';
import { zoneFinder } from './zones.ts';

export interface ReadCalendar {
  events: ReadEvent[];
  skipped: Skipped[];
  /** Every UID of the file, also of what is cancelled: whose other events are to go. */
  uids: string[];
}

/**
 * @param workNs the work that the rules may cost, by the prices of `time/budget.ts`.
 * @returns null where the text is no calendar file.
 */
export function readCalendar(text: string, target: Target, workNs: number): ReadCalendar | null {
  const calendars = componentsIn(text).filter(({ name }) => name === 'VCALENDAR');
  if (calendars.length === 0) return null;
  const inside = calendars.flatMap(({ components }) => components);
  const skipped: Skipped[] = [];
  const skip = (uid: string | null, reason: string) => skipped.push({ uid, reason });
  const zoneOf = zoneFinder(inside.filter(({ name }) => name === 'VTIMEZONE'));
  const byUid = new Map<string, Component[]>();
  for (const component of inside) {
    if (component.name === 'VTODO' || component.name === 'VJOURNAL')
      skip(uidOf(component), `it is a ${component.name}, not an event`);
    if (component.name !== 'VEVENT') continue;
    const uid = uidOf(component);
    if (uid === null) skip(null, `it has no UID of 1 to ${IMPORT_UID_MAX_CHARS} characters`);
    else if (byUid.get(uid)?.push(component) === undefined) byUid.set(uid, [component]);
  }
  const reading = { target, zoneOf, budget: new Budget(workNs), skip };
  const events = [...byUid].flatMap(([uid, components]) => eventsOf(uid, components, reading));
  return { events, skipped, uids: [...byUid.keys()] };
}

function uidOf(component: Component): string | null {
  const uid = propertyOf(component, 'UID')?.value.trim().replaceAll('\0', '').toWellFormed() ?? '';
  return uid === '' || uid.length > IMPORT_UID_MAX_CHARS ? null : uid;
}

/** The UIDs of a text, each once, before anything else is known of it. */
export const uidsIn = (text: string): string[] => [
  ...new Set(
    componentsIn(text)
      .flatMap(({ components }) => components)
      .flatMap((component) => uidOf(component) ?? []),
  ),
];
