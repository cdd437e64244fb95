/**
 * Time zones by way of `Intl`, the only source of zone data in the Worker. A local time is written as the UTC
 * instant that shows the same wall clock, in milliseconds, so that calendar arithmetic on it needs no zone.
 */
import { BoundedMap } from '../bounded-map.ts';
import { DAY_MS } from './units.ts';
import { links } from './zone-aliases.ts';

const SECOND = 1000;

/** Formatters weigh tens of kilobytes each: no more zones than this are kept, the oldest goes first. */
const MAX_ZONES = 64;
/** Buckets kept per zone (20 years); past it they are all forgotten. */
const MAX_BUCKETS = 2048;
/** What is learned about a zone at once (ms): no zone changes its offset twice within it, since 1970. */
export const BUCKET = 4 * DAY_MS;

/**
 * What is known of four days in a zone: `before` is the offset until the instant `change`, `after` from then
 * on.
 */
interface Bucket {
  before: number;
  after: number;
  change: number;
}

interface Zone {
  format: Intl.DateTimeFormat;
  buckets: Map<number, Bucket>;
}

const zones = new BoundedMap<string, Zone>(MAX_ZONES);
let supported: Set<string> | undefined;
let linked: Set<string> | undefined;

/**
 * Is it the exact name of a zone in the IANA database, links included? `Intl` alone takes more: any letter
 * case, offsets (`+01:00`), and names of ICU's own (`PST`, `SystemV/PST8`).
 */
export function isTimeZone(name: string): boolean {
  supported ??= new Set(['UTC', ...Intl.supportedValuesOf('timeZone')]);
  if (supported.has(name)) return true; // without a formatter: the first one of an isolate takes long
  linked ??= new Set(links());
  if (!linked.has(name)) return false;
  try {
    zoneOf(name);
    return true;
  } catch {
    return false; // newer than the zone data of this runtime
  }
}

/**
 * The local time (ms) that clocks in the zone show at an instant (ms). Throws RangeError for an unknown
 * zone.
 */
export function toLocal(zone: string, instant: number): number {
  return instant + offsetAt(zoneOf(zone), instant);
}

/**
 * The instant (ms) at which clocks in the zone show a local time (ms), read as in RFC 5545, 3.3.5: in a gap
 * by the offset from before it, so that 02:30 becomes 03:30; in an overlap the first pass. Throws as
 * `toLocal` does.
 */
export function toInstant(zone: string, local: number): number {
  const found = zoneOf(zone);
  // Offsets stay within a day of UTC: these two instants lie on either side of the one we want.
  const before = offsetAt(found, local - DAY_MS);
  const after = offsetAt(found, local + DAY_MS);
  const early = local - before;
  if (before === after || offsetAt(found, early) === before) return early;
  const late = local - after;
  return offsetAt(found, late) === after ? late : early;
}

/**
 * The first instant (ms) at which clocks in the zone show a local time or a later one: the first pass in an
 * overlap, the moment of the change in a gap. Throws as `toLocal` does.
 */
export function firstAt(zone: string, local: number): number {
  const instant = toInstant(zone, local);
  const gap = toLocal(zone, instant) - local;
  if (gap === 0) return instant;
  const found = zoneOf(zone);
  const earlier = instant - gap; // lies before the change, in its bucket or in the one before that
  const { change } = bucketAt(found, earlier);
  return change > earlier ? change : bucketAt(found, instant).change;
}

/**
 * The instant (ms) from which on clocks in the zone show a local time or a later one, and never again an
 * earlier one. It is `firstAt`, unless the clock goes back over that local time: then it is the second pass.
 * Throws as `toLocal` does.
 */
export function lastAt(zone: string, local: number): number {
  const found = zoneOf(zone);
  const after = offsetAt(found, local + DAY_MS);
  const late = local - after;
  // Just before it: a clock that goes back to this very time shows no earlier one.
  return offsetAt(found, late - 1) === after ? late : firstAt(zone, local);
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
  const key = Math.floor(instant / BUCKET);
  let bucket = zone.buckets.get(key);
  if (!bucket) {
    bucket = measure(zone.format, key * BUCKET);
    if (zone.buckets.size >= MAX_BUCKETS) zone.buckets.clear();
    zone.buckets.set(key, bucket);
  }
  return bucket;
}

/** The bucket that begins at an instant; finds the change by bisection, to the second. */
function measure(format: Intl.DateTimeFormat, start: number): Bucket {
  const before = formattedOffset(format, start);
  const after = formattedOffset(format, start + BUCKET);
  if (before === after) return { before, after, change: start };
  let low = start / SECOND;
  let high = (start + BUCKET) / SECOND;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (formattedOffset(format, middle * SECOND) === before) low = middle;
    else high = middle;
  }
  return { before, after, change: high * SECOND };
}

/**
 * The offset from UTC (ms) at a whole second. Reading the text is several times as fast as `formatToParts`.
 */
function formattedOffset(format: Intl.DateTimeFormat, instant: number): number {
  const [month = 1, day, year = 0, hour, minute, second] = (format.format(instant).match(/\d+/g) ?? []).map(
    Number,
  );
  return Date.UTC(year, month - 1, day, hour, minute, second) - instant;
}
