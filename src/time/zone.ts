/**
 * Time zones through `Intl`, the Worker's only source of zone data. A local time is written as the UTC instant that shows
 * the same wall clock, so that calendar arithmetic on it needs no zone. Instants, local times and offsets are in
 * milliseconds.
 */
import { BoundedMap } from '../bounded-map.ts';
import type { Interval } from './intervals.ts';
import { DAY_MS, SECOND_MS } from './units.ts';
import { zoneAliases } from './zone-aliases.ts';

/** The zones that an isolate caches: a formatter takes tens of kilobytes. The oldest goes first. */
const ZONES_MAX = 64;
/** The buckets that an isolate caches for a zone: 20 years. A zone with more starts over. */
const BUCKETS_MAX = 2048;
/** The length of a bucket. Since 1970, no zone has changed its offset twice within four days. */
export const BUCKET_MS = 4 * DAY_MS;

/** The offsets of a zone during a bucket: `before` until the instant `change`, `after` from then on. */
interface Bucket {
  before: number;
  after: number;
  change: number;
}

interface Zone {
  format: Intl.DateTimeFormat;
  buckets: Map<number, Bucket>;
}

const zones = new BoundedMap<string, Zone>(ZONES_MAX);
let supported: Set<string> | undefined;
let aliases: Set<string> | undefined;

/**
 * Whether this is the exact name of a zone in the IANA database, aliases included. `Intl` by itself accepts more: any
 * letter case, offsets (`+01:00`), and names that only ICU has (`PST`, `SystemV/PST8`).
 */
export function isTimeZone(name: string): boolean {
  supported ??= new Set(['UTC', ...Intl.supportedValuesOf('timeZone')]);
  if (supported.has(name)) return true; // without a formatter, as an isolate's first one is slow
  aliases ??= new Set(zoneAliases());
  if (!aliases.has(name)) return false;
  try {
    zoneOf(name);
    return true;
  } catch {
    return false; // the alias is newer than the zone data of this runtime
  }
}

/**
 * The local time that clocks in the zone show at an instant.
 *
 * @throws RangeError for an unknown zone.
 */
export function toLocal(zone: string, instant: number): number {
  return instant + offsetAt(zoneOf(zone), instant);
}

/**
 * The instant at which clocks in the zone show a local time (RFC 5545 section 3.3.5): in an overlap the first of the two;
 * in a gap the instant by the offset before the gap, so that 02:30 becomes 03:30.
 *
 * @throws RangeError for an unknown zone.
 */
export function toInstant(zone: string, local: number): number {
  const found = zoneOf(zone);
  // Offsets are less than a day, so these two instants enclose the result.
  const before = offsetAt(found, local - DAY_MS);
  const after = offsetAt(found, local + DAY_MS);
  const early = local - before;
  if (before === after || offsetAt(found, early) === before) return early;
  const late = local - after;
  return offsetAt(found, late) === after ? late : early;
}

/**
 * The first instant at which clocks in the zone show a local time or a later one: in an overlap the first of the two,
 * in a gap the instant of the change.
 *
 * @throws RangeError for an unknown zone.
 */
export function firstAt(zone: string, local: number): number {
  const instant = toInstant(zone, local);
  const gap = toLocal(zone, instant) - local;
  if (gap === 0) return instant;
  const found = zoneOf(zone);
  const earlier = instant - gap; // before the change, in the same bucket or the one before
  const { change } = bucketAt(found, earlier);
  return change > earlier ? change : bucketAt(found, instant).change;
}

/**
 * The instant after which clocks in the zone never again show an earlier local time than this one: in an overlap the
 * second of the two, otherwise `firstAt`.
 *
 * @throws RangeError for an unknown zone.
 */
export function lastAt(zone: string, local: number): number {
  const found = zoneOf(zone);
  const after = offsetAt(found, local + DAY_MS);
  const late = local - after;
  // One millisecond before, since a clock that goes back to exactly this time shows no earlier one.
  return offsetAt(found, late - 1) === after ? late : firstAt(zone, local);
}

/** A stretch of time in which a zone keeps one offset. */
export interface Stretch extends Interval {
  offset: number;
}

/**
 * The stretches of a span in which the zone keeps one offset, in order: one, or two where the clock changes.
 *
 * @param span at most `BUCKET_MS` long, so that the clock changes once at most.
 * @throws RangeError for an unknown zone.
 */
export function stretches(zone: string, { start, end }: Interval): Stretch[] {
  const found = zoneOf(zone);
  const before = offsetAt(found, start);
  const after = offsetAt(found, end - 1);
  if (before === after) return [{ start, end, offset: before }];
  const first = bucketAt(found, start).change;
  const change = first > start ? first : bucketAt(found, end - 1).change;
  return [
    { start, end: change, offset: before },
    { start: change, end, offset: after },
  ];
}

/** A change of a zone's offset. */
export interface Change {
  /** The instant of the change, in milliseconds since the epoch. */
  at: number;
  before: number;
  after: number;
}

/** The step of a search for changes: since 1970, no zone has changed its offset twice within eight days. */
const SEARCH_STEP_MS = 7 * DAY_MS;

/**
 * The changes of a zone's offset in a span, in order. A year costs some 80 µs.
 *
 * @throws RangeError for an unknown zone.
 */
export function changesOf(zone: string, start: number, end: number): Change[] {
  const { format } = zoneOf(zone);
  const found: Change[] = [];
  let before = formattedOffset(format, start);
  for (let at = start; at < end; at += SEARCH_STEP_MS) {
    const after = formattedOffset(format, at + SEARCH_STEP_MS);
    if (after !== before)
      found.push({ at: changeIn(format, at, at + SEARCH_STEP_MS, before), before, after });
    before = after;
  }
  return found;
}

function zoneOf(name: string): Zone {
  const cached = zones.get(name);
  if (cached) return cached;
  const two = '2-digit';
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
  });
  const zone = { format, buckets: new Map() };
  zones.set(name, zone);
  return zone;
}

function offsetAt(zone: Zone, instant: number): number {
  const { change, before, after } = bucketAt(zone, instant);
  return instant < change ? before : after;
}

function bucketAt(zone: Zone, instant: number): Bucket {
  const key = Math.floor(instant / BUCKET_MS);
  let bucket = zone.buckets.get(key);
  if (!bucket) {
    bucket = measure(zone.format, key * BUCKET_MS);
    if (zone.buckets.size >= BUCKETS_MAX) zone.buckets.clear();
    zone.buckets.set(key, bucket);
  }
  return bucket;
}

/** Measures the bucket that starts at an instant. */
function measure(format: Intl.DateTimeFormat, start: number): Bucket {
  const before = formattedOffset(format, start);
  const after = formattedOffset(format, start + BUCKET_MS);
  if (before === after) return { before, after, change: start };
  return { before, after, change: changeIn(format, start, start + BUCKET_MS, before) };
}

/** The instant of the one change between two instants, to the second. */
function changeIn(format: Intl.DateTimeFormat, start: number, end: number, before: number): number {
  let low = start / SECOND_MS;
  let high = end / SECOND_MS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (formattedOffset(format, middle * SECOND_MS) === before) low = middle;
    else high = middle;
  }
  return high * SECOND_MS;
}

/** The offset at a whole second. Parsing the text is several times as fast as `formatToParts`. */
function formattedOffset(format: Intl.DateTimeFormat, instant: number): number {
  const [month = 1, day, year = 0, hour, minute, second] = (format.format(instant).match(/\d+/g) ?? []).map(
    Number,
  );
  return Date.UTC(year, month - 1, day, hour, minute, second) - instant;
}
