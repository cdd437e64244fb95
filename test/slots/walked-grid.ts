/** The grid of a date by brute force: it reads the clock every half a minute, and knows nothing of offsets. */
import { formatDate } from '../../src/time/dates.ts';
import { DAY, HOUR } from './arbitraries.ts';

/** Since 1970, every clock changes on a whole half of a minute. */
const TICK = 30_000;
const clocks = new Map<string, [instant: number, shown: number][]>();

/** Each tick around a date, and the local time then, as the UTC instant that shows the same time. */
function clockAround(zone: string, day: number) {
  const name = `${zone} ${day}`;
  const cached = clocks.get(name);
  if (cached) return cached;
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const from = day * DAY - 16 * HOUR;
  const ticks = Array.from({ length: (56 * HOUR) / TICK }, (_, i): [number, number] => {
    const instant = from + i * TICK;
    return [instant, Date.parse(`${format.format(instant).replace(' ', 'T')}Z`)];
  });
  clocks.set(name, ticks);
  return ticks;
}

/** The instants at which the clock shows the date and a multiple of the interval (ms) after midnight, in order. */
export function walkedGrid(zone: string, day: number, interval: number): number[] {
  const midnight = Date.parse(formatDate(day));
  const found: number[] = [];
  for (const [instant, shown] of clockAround(zone, day)) {
    const multiple = Math.ceil((shown - midnight) / interval) * interval;
    const late = midnight + multiple - shown;
    if (multiple >= 0 && multiple < DAY && late < TICK) found.push(instant + late);
  }
  return found;
}
