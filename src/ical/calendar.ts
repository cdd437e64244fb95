/**
 * Events as iCalendar text (RFC 5545), piece by piece. Pure: the same events give the same text, whenever it is written.
 * Where another reader could read a rule differently, the text says the same in another way.
 */
import type { CalendarEvent, Metadata, Weekday } from '../sdk/types.ts';
import { type Budget, unlimited } from '../time/budget.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../time/units.ts';
import { toInstant, toLocal } from '../time/zone.ts';
import { contentLines, textValue } from './content-lines.ts';
import { type WrittenRule, writtenRule } from './rule.ts';
import { dateOf, durationOf, localTime, utcTime } from './times.ts';
import { isUtc, zoneText } from './zones.ts';

/** How much a feed says of an event: everything, or only when its user is busy. */
export type Detail = 'full' | 'busy';

/** An event to write. */
export interface WrittenEvent
  extends Pick<
    CalendarEvent,
    'id' | 'startTs' | 'duration' | 'busy' | 'recurrence' | 'reminders' | 'metadata' | 'created' | 'updated'
  > {
  /** Whether it is of whole days: then each of its times is the midnight of a date in UTC, and its zone is UTC. */
  allDay?: boolean | undefined;
  exdates: number[];
  /** The zone and the week start by which it repeats. */
  timezone: string;
  weekStart: Weekday;
  /** The occurrences that differ from the series; their original starts are not among the exdates. */
  overrides?: readonly WrittenOverride[];
}

/** An occurrence that differs from its series, as it takes place. */
export interface WrittenOverride
  extends Pick<WrittenEvent, 'startTs' | 'duration' | 'busy' | 'reminders' | 'metadata' | 'updated'> {
  originalStartTs: number;
}

/** What surrounds the events. */
export interface WrittenCalendar {
  /** null: the calendar has no name. */
  name: string | null;
  detail: Detail;
}

/** How often a reader should fetch a feed again (RFC 7986 section 5.7). */
const REFRESH = 'PT1H';

/**
 * The text of a calendar, in pieces: its head with the zones, then each event. What can fail fails before the first piece.
 *
 * @param events in the order in which they are written.
 * @param budget pays for what rules cost.
 * @throws Overspent
 */
export function calendarText(
  calendar: WrittenCalendar,
  events: readonly WrittenEvent[],
  budget: Budget = unlimited(),
): Generator<string> {
  const shown = calendar.detail === 'busy' ? events.filter(({ busy }) => busy) : events;
  return pieces(
    calendar,
    shown,
    shown.map((event) => ruleOf(event, budget)),
  );
}

/** null: a series without any occurrence. undefined: no series. */
type Rules = readonly (WrittenRule | null | undefined)[];

const ruleOf = ({ recurrence, ...event }: WrittenEvent, budget: Budget) =>
  recurrence ? writtenRule({ ...event, recurrence }, budget) : undefined;

function* pieces(
  { name, detail }: WrittenCalendar,
  events: readonly WrittenEvent[],
  rules: Rules,
): Generator<string> {
  const head = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Nettu//Nettu Scheduler//EN',
    'CALSCALE:GREGORIAN',
  ];
  if (name !== null) head.push(`X-WR-CALNAME:${textValue(name)}`, `NAME:${textValue(name)}`);
  head.push(`REFRESH-INTERVAL;VALUE=DURATION:${REFRESH}`, `X-PUBLISHED-TTL:${REFRESH}`);
  yield contentLines(head);
  for (const [zone, year] of zonesOf(events)) yield zoneText(zone, year);
  for (const [i, event] of events.entries()) yield eventText(event, rules[i], detail);
  yield 'END:VCALENDAR\r\n';
}

/** The zones of events, each with the year of its first event. */
function zonesOf(events: readonly WrittenEvent[]): Map<string, number> {
  const starts = new Map<string, number>();
  for (const { timezone, startTs } of events)
    starts.set(timezone, Math.min(starts.get(timezone) ?? Infinity, startTs));
  const years = new Map<string, number>();
  for (const [zone, startTs] of starts) if (!isUtc(zone)) years.set(zone, new Date(startTs).getUTCFullYear());
  return years;
}

/** The component VEVENT of an event; none for a series without any occurrence. */
function eventText(event: WrittenEvent, rule: Rules[number], detail: Detail): string {
  if (rule === null) return '';
  const times = rule ? seriesLines(event, rule) : singleLines(event);
  const component = (own: string[], shown = event) =>
    contentLines([
      ...['BEGIN:VEVENT', `UID:${event.id}`, ...own, ...versionLines(shown), ...textLines(shown, detail)],
      ...(detail === 'full' ? alarmLines(shown) : []),
      'END:VEVENT',
    ]);
  const overrides = rule ? overriddenLines(event, rule) : [];
  return [
    ...[times.lines, ...times.moved].map((own) => component(own)),
    ...overrides.map(([own, shown]) => component(own, shown)),
  ].join('');
}

/** The occurrences that differ from a series: the lines of each, and what else it says. */
function overriddenLines(
  event: WrittenEvent,
  { timeMs }: WrittenRule,
): [lines: string[], shown: WrittenEvent][] {
  return (event.overrides ?? []).flatMap((override): [string[], WrittenEvent][] => {
    const { originalStartTs, startTs, duration } = override;
    const local = localOf(originalStartTs, event, timeMs);
    if (local === undefined) return [];
    const lines = [localLine('RECURRENCE-ID', event, local), timeLine('DTSTART', event, startTs)];
    return [[[...lines, ...lengthLine(event, duration)], { ...event, ...override }]];
  });
}

interface Times {
  lines: string[];
  /** The lines of occurrences that stand for themselves. */
  moved: string[][];
}

/** A start and an end. A time whose wall clock shows another instant first is written in UTC. */
function singleLines(event: WrittenEvent): Times {
  const { startTs, duration } = event;
  const start = timeLine('DTSTART', event, startTs);
  const end = isMoment(duration) ? [] : [timeLine('DTEND', event, startTs + duration)];
  return { lines: [start, ...end], moved: [] };
}

/** A length of less than a second is none. */
const isMoment = (duration: number): boolean => duration < SECOND_MS;

/** RFC 5545 section 3.8.2.5: of dates, the length is in days. */
function lengthLine({ allDay }: Zoned, duration: number): string[] {
  if (isMoment(duration)) return [];
  return [`DURATION:${allDay ? `P${duration / DAY_MS}D` : durationOf(duration)}`];
}

type Zoned = Pick<WrittenEvent, 'timezone' | 'allDay'>;

function timeLine(name: string, event: Zoned, instant: number): string {
  const zone = event.timezone;
  if (event.allDay) return localLine(name, event, instant);
  if (isUtc(zone)) return `${name}:${utcTime(instant)}`;
  const local = toLocal(zone, instant);
  return toInstant(zone, local) === instant
    ? `${name};TZID=${zone}:${localTime(local)}`
    : `${name}:${utcTime(instant)}`;
}

/** A local time of a series, which its readers expand in the zone. */
function localLine(name: string, { timezone, allDay }: Zoned, ...locals: number[]): string {
  if (allDay) return `${name};VALUE=DATE:${locals.map((local) => dateOf(local / DAY_MS)).join(',')}`;
  return isUtc(timezone)
    ? `${name}:${locals.map(utcTime).join(',')}`
    : `${name};TZID=${timezone}:${locals.map(localTime).join(',')}`;
}

function seriesLines(event: WrittenEvent, { firstDay, timeMs, text, oddDays }: WrittenRule): Times {
  const { startTs, duration, timezone, exdates, overrides = [] } = event;
  const first = firstDay * DAY_MS + timeMs;
  const startDay = Math.floor(toLocal(timezone, startTs) / DAY_MS);
  const length = lengthLine(event, duration);
  // In order: ical.js overlooks others.
  const excluded = exdates.flatMap((exdate) => localOf(exdate, event, timeMs) ?? []).sort((a, b) => a - b);
  const lines = [
    localLine('DTSTART', event, first),
    ...length,
    `RRULE:${text}`,
    ...(excluded.length ? [localLine('EXDATE', event, ...excluded)] : []),
  ];
  // Other readers read such times in their own ways, so each of them is written as an occurrence with a start in UTC.
  const moved = oddDays.flatMap((day) => {
    const local = day * DAY_MS + timeMs;
    const instant = day === startDay ? startTs : toInstant(timezone, local);
    if (exdates.includes(instant)) return [];
    if (overrides.some(({ originalStartTs }) => originalStartTs === instant)) return [];
    return [[localLine('RECURRENCE-ID', event, local), `DTSTART:${utcTime(instant)}`, ...length]];
  });
  return { lines, moved };
}

/** The wall clock time that the rule gives an occurrence; undefined where the instant is no occurrence. */
function localOf(instant: number, { startTs, timezone }: WrittenEvent, timeMs: number): number | undefined {
  const local = toLocal(timezone, instant);
  if (instant === startTs) return local;
  const day = Math.floor(local / DAY_MS);
  return [day, day - 1]
    .map((day) => day * DAY_MS + timeMs)
    .find((candidate) => toInstant(timezone, candidate) === instant);
}

/** RFC 5545 section 3.8.7. SEQUENCE counts the seconds from the creation to the last change, so that it never falls. */
function versionLines({ created, updated }: WrittenEvent): string[] {
  return [
    `DTSTAMP:${utcTime(updated)}`,
    `CREATED:${utcTime(created)}`,
    `LAST-MODIFIED:${utcTime(updated)}`,
    `SEQUENCE:${Math.min(Math.max(0, Math.floor((updated - created) / SECOND_MS)), 2 ** 31 - 1)}`,
  ];
}

function textLines({ busy, metadata }: WrittenEvent, detail: Detail): string[] {
  const transparency = `TRANSP:${busy ? 'OPAQUE' : 'TRANSPARENT'}`;
  if (detail === 'busy') return [transparency, 'SUMMARY:Busy'];
  return [transparency, ...describedBy(metadata)];
}

/** The lines that metadata gives. */
export function describedBy({ title, description, location, url }: Metadata): string[] {
  return [
    ...(title ? [`SUMMARY:${textValue(title)}`] : []),
    ...(description ? [`DESCRIPTION:${textValue(description)}`] : []),
    ...(location ? [`LOCATION:${textValue(location)}`] : []),
    ...(url && URL.canParse(url) ? [`URL:${new URL(url).href}`] : []),
  ];
}

/** RFC 5545 section 3.6.6. */
function alarmLines({ reminders, metadata }: WrittenEvent): string[] {
  return reminders.flatMap(({ delta, identifier }) => [
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    `DESCRIPTION:${textValue(identifier || metadata.title || 'Reminder')}`,
    `TRIGGER:${durationOf(delta * MINUTE_MS)}`,
    'END:VALARM',
  ]);
}
