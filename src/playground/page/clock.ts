/** Wall clocks of time zones: what they show, and when they are changed. */

const HOUR = 60 * 60 * 1000;

/** What the clock of `zone` shows at an instant (ms), `2030-01-31T09:00`, as a `datetime-local` input takes it. */
export const wallClock = (ms: number, zone: string): string =>
  new Date(ms).toLocaleString('sv', { timeZone: zone }).replace(' ', 'T').slice(0, 16);

/** How far that clock is ahead of UTC (ms). */
const offset = (ms: number, zone: string): number =>
  Date.parse(`${wallClock(ms, zone)}Z`) - (ms - (ms % 60_000));

/** The instant (ms) at which the clock of `zone` shows `wall`; in a gap, as much later. */
export function instantOf(wall: string, zone: string): number {
  const guess = Date.parse(`${wall}Z`);
  const before = guess - offset(guess - 24 * HOUR, zone);
  const after = guess - offset(guess + 24 * HOUR, zone);
  return wallClock(before, zone) === wall ? before : wallClock(after, zone) === wall ? after : before;
}

/** The next instants (ms) at which the clock of `zone` is changed, within a year of `from`. */
export function changesOf(zone: string, from: number): { at: number; forward: boolean }[] {
  const changes = [];
  for (let ms = from; ms < from + 366 * 24 * HOUR; ms += 24 * HOUR) {
    if (offset(ms, zone) === offset(ms + 24 * HOUR, zone)) continue;
    let [low, high] = [ms, ms + 24 * HOUR];
    while (high - low > 60_000) {
      const middle = Math.floor((low + high) / 2);
      if (offset(middle, zone) === offset(low, zone)) low = middle;
      else high = middle;
    }
    changes.push({ at: high, forward: offset(high, zone) > offset(low, zone) });
  }
  return changes;
}
