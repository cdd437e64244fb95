/** Local time in time zones, and the changes of their clocks. Every instant is in milliseconds since the epoch. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The local time in `zone` at an instant, such as `2030-01-31T09:00`: the form that a `datetime-local` input accepts. */
export const wallClock = (ms: number, zone: string): string =>
  new Date(ms).toLocaleString('sv', { timeZone: zone }).replace(' ', 'T').slice(0, 16);

/** The offset of `zone` from UTC in milliseconds. */
const offset = (ms: number, zone: string): number =>
  Date.parse(`${wallClock(ms, zone)}Z`) - (ms - (ms % MINUTE_MS));

/** The instant of a local time in `zone`. A local time that the clock skips counts with the offset before the change. */
export function instantOf(wall: string, zone: string): number {
  const guess = Date.parse(`${wall}Z`);
  const before = guess - offset(guess - DAY_MS, zone);
  const after = guess - offset(guess + DAY_MS, zone);
  return wallClock(before, zone) === wall ? before : wallClock(after, zone) === wall ? after : before;
}

/** The clock changes of `zone` in the year after `from`. */
export function changesOf(zone: string, from: number): { at: number; forward: boolean }[] {
  const changes = [];
  for (let ms = from; ms < from + 366 * DAY_MS; ms += DAY_MS) {
    if (offset(ms, zone) === offset(ms + DAY_MS, zone)) continue;
    let [low, high] = [ms, ms + DAY_MS];
    while (high - low > MINUTE_MS) {
      const middle = Math.floor((low + high) / 2);
      if (offset(middle, zone) === offset(low, zone)) low = middle;
      else high = middle;
    }
    changes.push({ at: high, forward: offset(high, zone) > offset(low, zone) });
  }
  return changes;
}
