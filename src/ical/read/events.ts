/** What the events of a calendar file mean: events of ours, and why the others cannot be. */
import {
  EVENT_MAX_MS,
  EXDATES_MAX,
  INSTANT_MAX_TS_MS,
  METADATA_VALUE_MAX_CHARS,
  REMINDER_IDENTIFIER_MAX_CHARS,
  REMINDER_MAX_MINUTES,
  REMINDERS_MAX,
  START_MAX_TS_MS,
  UNTIL_MAX_DAYS,
} from '../../limits.ts';
import type { Metadata, Recurrence, Reminder } from '../../sdk/types.ts';
import { type Budget, Overspent } from '../../time/budget.ts';
import { instances } from '../../time/recurrence.ts';
import { untilOf } from '../../time/rule.ts';
import { DAY_MS, MINUTE_MS } from '../../time/units.ts';
import { toInstant } from '../../time/zone.ts';
import { type Component, type Property, propertiesOf, propertyOf, textIn } from './components.ts';
import { recurrenceIn, Unrepresentable } from './rule.ts';
import { durationIn, localIn } from './times.ts';

/** An event of a file. Several can have one UID: a series, its occurrences that stand for themselves, added dates. */
export interface ReadEvent {
  uid: string;
  /** Tells the events of one UID apart; empty for the event or the series itself. */
  part: string;
  sequence: number;
  /** When its writer last changed it, in milliseconds since the epoch; 0 where the file does not say. */
  modified: number;
  startTs: number;
  duration: number;
  timezone: string;
  /** The number of its whole days, which are those of UTC here; null: it is timed. */
  days: number | null;
  busy: boolean;
  recurrence: Recurrence | null;
  exdates: number[];
  reminders: Reminder[];
  metadata: Metadata;
}

export interface Skipped {
  uid: string | null;
  reason: string;
}

/** The calendar that the events come into. */
export interface Target {
  timezone: string;
}

export interface Reading {
  target: Target;
  /** The zone of a TZID; null for an unknown one. */
  zoneOf: (tzid: string) => string | null;
  budget: Budget;
  skip: (uid: string | null, reason: string) => void;
}

/** A series whose end is farther from its start than a recurrence allows is several series, of at most so many. */
const PIECES_MAX = 15;
const PIECE_MS = (UNTIL_MAX_DAYS - 1) * DAY_MS;

/** The events of all components VEVENT with one UID. */
export function eventsOf(uid: string, components: readonly Component[], reading: Reading): ReadEvent[] {
  const read = (make: () => ReadEvent[]): ReadEvent[] => {
    try {
      return make();
    } catch (error) {
      if (error instanceof Overspent)
        reading.skip(uid, 'its rule, with those before it, costs too much to expand');
      else if (error instanceof Unrepresentable) reading.skip(uid, error.message);
      else throw error;
      return [];
    }
  };
  const isOverride = (component: Component) => propertyOf(component, 'RECURRENCE-ID') !== undefined;
  // Of two with the same identity, the later version counts.
  const newest = newestOf(components);
  const moved = newest.filter(isOverride);
  const excluded: number[] = [];
  const overrides = moved.flatMap((component) =>
    read(() => {
      const id = propertyOf(component, 'RECURRENCE-ID') as Property;
      if (id.params.RANGE)
        throw new Unrepresentable('RECURRENCE-ID stands for this occurrence and all that follow');
      const original = timeIn(id, reading).instant;
      excluded.push(original);
      return isCancelled(component) ? [] : single(component, `I${original}`, uid, reading);
    }),
  );
  const masters = newest.filter((component) => !isOverride(component));
  const main = masters.flatMap((component) =>
    isCancelled(component) ? [] : read(() => mainEvents(component, uid, excluded, reading)),
  );
  // Without its series, an occurrence stands for itself; with a cancelled one, it is cancelled, too.
  return masters.length > 0 && main.length === 0 ? [] : [...main, ...overrides];
}

const isCancelled = (component: Component): boolean =>
  propertyOf(component, 'STATUS')?.value.trim().toUpperCase() === 'CANCELLED';

function newestOf(components: readonly Component[]): Component[] {
  const byId = new Map<string, Component>();
  for (const component of components) {
    const id = propertyOf(component, 'RECURRENCE-ID')?.value ?? '';
    const other = byId.get(id);
    if (!other || sequenceOf(component) >= sequenceOf(other)) byId.set(id, component);
  }
  return [...byId.values()];
}

const sequenceOf = (component: Component): number => {
  const sequence = Number(propertyOf(component, 'SEQUENCE')?.value ?? 0);
  return Number.isSafeInteger(sequence) && sequence > 0 ? sequence : 0;
};

interface Time {
  instant: number;
  local: number;
  zone: string;
  isDate: boolean;
}

/** @throws Unrepresentable */
function timeIn({ name, params, value }: Property, reading: Reading): Time {
  const local = localIn(value);
  if (local === null) throw new Unrepresentable(`${name} is no date or time`);
  const isDate = !value.includes('T');
  if (/Z\s*$/.test(value)) return { instant: local, local, zone: 'UTC', isDate };
  // A date is one in any zone: here it stands for its midnight in UTC.
  if (isDate) return { instant: local, local, zone: 'UTC', isDate };
  // A floating time is that of whoever looks: of the calendar.
  const zone = params.TZID === undefined ? reading.target.timezone : reading.zoneOf(params.TZID);
  if (zone === null)
    throw new Unrepresentable(`${name} is in a time zone that nothing tells which one it is`);
  return { instant: toInstant(zone, local), local, zone, isDate };
}

const isStart = (instant: number): boolean => instant >= 0 && instant <= START_MAX_TS_MS;

/** @throws Unrepresentable */
function timesOf(component: Component, reading: Reading) {
  const property = propertyOf(component, 'DTSTART');
  if (!property) throw new Unrepresentable('it has no DTSTART');
  const start = timeIn(property, reading);
  if (!isStart(start.instant)) throw new Unrepresentable('DTSTART is before 1970 or after 2199');
  const end = propertyOf(component, 'DTEND');
  const length = propertyOf(component, 'DURATION');
  let duration = start.isDate ? DAY_MS : 0;
  if (end) duration = timeIn(end, reading).instant - start.instant;
  else if (length) {
    const ms = durationIn(length.value);
    if (ms === null) throw new Unrepresentable('DURATION is no length of time');
    // Days are those of the clock: of 23 or 25 hours where it changes (section 3.3.6).
    const days = Math.floor(ms / DAY_MS) * DAY_MS;
    duration = toInstant(start.zone, start.local + days) - start.instant + (ms - days);
  }
  if (duration < 0) throw new Unrepresentable('it ends before it begins');
  if (start.isDate) duration = Math.max(1, Math.ceil(duration / DAY_MS)) * DAY_MS;
  if (duration > EVENT_MAX_MS) throw new Unrepresentable('it is longer than 366 days');
  return { start, duration };
}

function base(component: Component, part: string, uid: string, reading: Reading) {
  const { start, duration } = timesOf(component, reading);
  const modified = propertyOf(component, 'LAST-MODIFIED') ?? propertyOf(component, 'DTSTAMP');
  const event: ReadEvent = {
    uid,
    part,
    sequence: sequenceOf(component),
    modified: Math.max(0, (modified && localIn(modified.value)) ?? 0),
    startTs: start.instant,
    duration,
    timezone: start.isDate ? reading.target.timezone : start.zone,
    days: start.isDate ? duration / DAY_MS : null,
    busy: isBusy(component),
    recurrence: null,
    exdates: [],
    reminders: remindersOf(component),
    metadata: metadataOf(component, uid, reading),
  };
  return { event, start };
}

const single = (component: Component, part: string, uid: string, reading: Reading): ReadEvent[] => [
  base(component, part, uid, reading).event,
];

function isBusy(component: Component): boolean {
  const status = propertyOf(component, 'X-MICROSOFT-CDO-BUSYSTATUS')?.value.trim().toUpperCase();
  return propertyOf(component, 'TRANSP')?.value.trim().toUpperCase() !== 'TRANSPARENT' && status !== 'FREE';
}

/** An event, or a series with its added dates. @throws Unrepresentable, Overspent */
function mainEvents(
  component: Component,
  uid: string,
  excluded: readonly number[],
  reading: Reading,
): ReadEvent[] {
  const { event, start } = base(component, '', uid, reading);
  const rules = propertiesOf(component, 'RRULE');
  if (rules.length > 1) throw new Unrepresentable('it has several RRULEs');
  if (propertyOf(component, 'EXRULE')) throw new Unrepresentable('it has an EXRULE');
  const timeOfDay = start.local - Math.floor(start.local / DAY_MS) * DAY_MS;
  const exdates = new Set(excluded);
  for (const property of propertiesOf(component, 'EXDATE')) {
    for (const value of property.value.split(',')) {
      const { local, instant, isDate } = timeIn({ ...property, value }, reading);
      exdates.add(isDate && !start.isDate ? toInstant(start.zone, local + timeOfDay) : instant);
    }
  }
  const added = propertiesOf(component, 'RDATE').flatMap((property) =>
    property.value.split(',').flatMap((value): ReadEvent[] => {
      const [from = '', to] = value.split('/');
      const { instant } = timeIn({ ...property, value: from }, reading);
      if (exdates.has(instant) || instant === event.startTs) return [];
      const length = to === undefined ? event.duration : durationIn(to);
      const duration = length ?? timeIn({ ...property, value: to ?? '' }, reading).instant - instant;
      if (isStart(instant) && duration >= 0 && duration <= EVENT_MAX_MS)
        return [{ ...event, part: `R${instant}`, startTs: instant, duration }];
      reading.skip(
        uid,
        'an RDATE alone is left out: it is before 1970, after 2199, or no length of an event',
      );
      return [];
    }),
  );
  const [rule] = rules;
  if (!rule) return [...(exdates.has(event.startTs) ? [] : [event]), ...added];
  const series = seriesOf(event, rule, start, exdates, reading);
  const taken = new Set(series.map(({ startTs }) => startTs));
  return [...series, ...added.filter(({ startTs }) => !taken.has(startTs))];
}

/** The series of a rule: one, or several where its end is far from its start; and the start itself, where the rule leaves it out. */
function seriesOf(
  event: ReadEvent,
  rule: Property,
  start: Time,
  exdates: ReadonlySet<number>,
  { budget }: Reading,
): ReadEvent[] {
  const until = (value: string) => untilIn(value, start);
  // Its errors are those of the rule alone: the end may be far.
  const recurrence = recurrenceIn(rule.value, Number.MAX_SAFE_INTEGER, until);
  const startsIn = (from: number, startTs: number, rule: Recurrence, days: number): number | undefined =>
    instances(
      { startTs, duration: 0, busy: true, recurrence: rule, exdates: [] },
      start.zone,
      'Mon',
      { startTs: from, endTs: from + days * DAY_MS },
      budget,
    )[0]?.startTs;
  const found: ReadEvent[] = [];
  // DTSTART is an occurrence, whatever the rule says (section 3.8.5.3), and counts as one.
  if (startsIn(event.startTs, event.startTs, recurrence, 1) !== event.startTs) {
    if (!exdates.has(event.startTs)) found.push({ ...event, part: 'S' });
    if (recurrence.count === 1) return found;
    if (recurrence.count !== undefined) recurrence.count -= 1;
  }
  let from: number | undefined = event.startTs;
  const end = recurrence.until === undefined ? null : untilOf(recurrence);
  if (end !== null && end < from) return found;
  if (end === null || end - from <= PIECE_MS)
    return [...found, withExdates({ ...event, recurrence }, exdates)];
  for (let piece = 0; piece < PIECES_MAX; piece++) {
    const pieceEnd = Math.min(end, from + PIECE_MS);
    const part = piece === 0 ? '' : `P${piece}`;
    const ruled = { ...recurrence, until: pieceEnd };
    found.push(withExdates({ ...event, part, startTs: from, recurrence: ruled }, exdates, from, pieceEnd));
    if (pieceEnd === end) return found;
    const { until: _, ...endless } = recurrence;
    from = startsIn(pieceEnd + 1, from, endless, 5 * 366);
    if (from === undefined || from > end) return found;
  }
  throw new Unrepresentable('RRULE ends too far from its start');
}

function withExdates(
  event: ReadEvent,
  exdates: ReadonlySet<number>,
  from = 0,
  to = INSTANT_MAX_TS_MS,
): ReadEvent {
  const own = [...exdates].filter((exdate) => exdate >= from && exdate <= to).sort((a, b) => a - b);
  if (own.length > EXDATES_MAX) throw new Unrepresentable(`it has more than ${EXDATES_MAX} exceptions`);
  return { ...event, exdates: own };
}

/** UNTIL is an instant, a local time, or a date, which it includes. */
function untilIn(value: string, { zone }: Time): number {
  const local = localIn(value);
  if (local === null) throw new Unrepresentable('UNTIL is no date or time');
  if (/Z$/i.test(value.trim())) return local;
  return value.includes('T') ? toInstant(zone, local) : toInstant(zone, local + DAY_MS) - 1;
}

const DESCRIBED = { title: 'SUMMARY', description: 'DESCRIPTION', location: 'LOCATION', url: 'URL' } as const;

function metadataOf(component: Component, uid: string, reading: Reading): Metadata {
  const metadata: Metadata = {};
  for (const [key, name] of Object.entries(DESCRIBED)) {
    const property = propertyOf(component, name);
    if (!property) continue;
    const text = textIn(property.value).toWellFormed();
    if (text.length > METADATA_VALUE_MAX_CHARS)
      reading.skip(
        uid,
        `${name} alone is left out: it is longer than ${METADATA_VALUE_MAX_CHARS} characters`,
      );
    else if (text !== '') metadata[key] = text;
  }
  return metadata;
}

/** Alarms at a length of time from the start become reminders; the others belong to the app that made them. */
function remindersOf({ components }: Component): Reminder[] {
  const reminders = components.flatMap((alarm): Reminder[] => {
    const trigger = alarm.name === 'VALARM' ? propertyOf(alarm, 'TRIGGER') : undefined;
    const ms = trigger && trigger.params.RELATED !== 'END' ? durationIn(trigger.value) : null;
    if (ms === null || Math.abs(ms) > REMINDER_MAX_MINUTES * MINUTE_MS) return [];
    const text = textIn(propertyOf(alarm, 'DESCRIPTION')?.value ?? '').toWellFormed();
    const identifier = [...text].slice(0, REMINDER_IDENTIFIER_MAX_CHARS).join('');
    return [{ delta: Math.round(ms / MINUTE_MS), identifier }];
  });
  return reminders.slice(0, REMINDERS_MAX);
}
