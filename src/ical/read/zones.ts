/** The IANA zone that a file means: by its name, by the name of Windows or Lotus, or by the rules of its VTIMEZONE. */
import { DAY_MS } from '../../time/units.ts';
import { changesOf, isTimeZone, toLocal } from '../../time/zone.ts';
import { type Component, propertyOf } from './components.ts';
import { localIn } from './times.ts';
import { windowsZones } from './windows-zones.ts';

/** The years in which the changes of a VTIMEZONE and of a zone are compared. */
const YEARS = [2025, 2026, 2027];
const SPAN = [Date.UTC(2025, 0, 1), Date.UTC(2028, 0, 1)] as const;

/**
 * @param zones the components VTIMEZONE of the file.
 * @returns a function from a TZID to the name of a zone; null where nothing says which one it is.
 */
export function zoneFinder(zones: readonly Component[]): (tzid: string) => string | null {
  const known = new Map<string, string | null>();
  return (tzid) => {
    const cached = known.get(tzid);
    if (cached !== undefined) return cached;
    const named = byName(tzid) ?? byRules(zones.find((zone) => propertyOf(zone, 'TZID')?.value === tzid));
    known.set(tzid, named);
    return named;
  };
}

/** `/mozilla.org/20050126_1/Europe/Oslo` ends in the name of a zone. */
function byName(tzid: string): string | null {
  const parts = tzid.trim().split('/');
  for (const count of [3, 2, 1]) {
    const name = parts.slice(-count).join('/');
    if (parts.length >= count && isTimeZone(name)) return name;
  }
  const windows = windowsZones.get(
    tzid
      .trim()
      .replace(/ (standard|daylight) time$/i, '')
      .toLowerCase(),
  );
  return windows !== undefined && isTimeZone(windows) ? windows : null;
}

/** The zone of Windows whose clocks change as the component says. */
function byRules(zone: Component | undefined): string | null {
  if (!zone) return null;
  const location = propertyOf(zone, 'X-LIC-LOCATION')?.value ?? '';
  if (isTimeZone(location)) return location;
  const changes = changesIn(zone);
  if (!changes) return null;
  const wanted = JSON.stringify(changes);
  for (const name of new Set(windowsZones.values())) {
    if (!isTimeZone(name)) continue;
    const real = changesOf(name, ...SPAN).map(({ at, after }) => [at, after]);
    const first = [0, toLocal(name, SPAN[0]) - SPAN[0]];
    if (JSON.stringify(changes.length > 1 ? real : [first, ...real]) === wanted) return name;
  }
  return null;
}

/** The changes of a VTIMEZONE in those years, each as its instant and the offset after it; null where they are no yearly rules. */
function changesIn({ components }: Component): [at: number, offset: number][] | null {
  const observances = components.filter(({ name }) => name === 'STANDARD' || name === 'DAYLIGHT');
  const latest = ['STANDARD', 'DAYLIGHT'].flatMap((name) =>
    observances
      .filter((observance) => observance.name === name)
      .sort((a, b) => startOf(b) - startOf(a))
      .slice(0, 1),
  );
  const [only] = latest;
  if (latest.length === 1 && only) return [[0, offsetOf(only, 'TZOFFSETTO')]];
  const all = latest.flatMap((observance) => YEARS.map((year) => changeIn(observance, year)));
  if (all.length === 0 || all.some((change) => change === null)) return null;
  return (all as [number, number][]).sort(([a], [b]) => a - b);
}

const startOf = (observance: Component): number =>
  localIn(propertyOf(observance, 'DTSTART')?.value ?? '') ?? 0;

function offsetOf(observance: Component, name: string): number {
  const [, sign, hours, minutes, seconds = '0'] =
    /^([+-])(\d\d)(\d\d)(\d\d)?$/.exec(propertyOf(observance, name)?.value.trim() ?? '') ?? [];
  const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -ms : ms;
}

/** `FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU`: the form in which every exporter writes them. */
function changeIn(observance: Component, year: number): [number, number] | null {
  const rule = propertyOf(observance, 'RRULE')?.value.toUpperCase() ?? '';
  const month = Number(/BYMONTH=(\d+)/.exec(rule)?.[1]);
  const [, ordinal, weekday = ''] = /BYDAY=(-?\d)(SU|MO|TU|WE|TH|FR|SA)/.exec(rule) ?? [];
  if (!month || !ordinal) return null;
  const wanted = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'].indexOf(weekday);
  const dates = Array.from({ length: 31 }, (_, i) => Date.UTC(year, month - 1, i + 1)).filter(
    (date) => new Date(date).getUTCMonth() === month - 1 && new Date(date).getUTCDay() === wanted,
  );
  const date = dates.at(Number(ordinal) > 0 ? Number(ordinal) - 1 : Number(ordinal));
  if (date === undefined) return null;
  const time = ((startOf(observance) % DAY_MS) + DAY_MS) % DAY_MS;
  return [date + time - offsetOf(observance, 'TZOFFSETFROM'), offsetOf(observance, 'TZOFFSETTO')];
}
