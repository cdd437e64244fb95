/** When an event takes place, for the few rules that the model makes: daily and weekly ones with a count, in UTC. */
import type { StoredEvent } from './state.ts';

/** `[start, end)` in milliseconds since the epoch. */
export interface Instance {
  start: number;
  end: number;
}

const PERIOD_MS: Record<string, number> = { daily: 86_400_000, weekly: 7 * 86_400_000 };

export function instancesOf({ startTs, duration, recurrence, exdates }: StoredEvent): Instance[] {
  const periodMs = (PERIOD_MS[recurrence?.freq ?? ''] ?? 0) * (recurrence?.interval ?? 0);
  return Array.from({ length: recurrence?.count ?? 1 }, (_, i) => startTs + i * periodMs)
    .filter((start) => !exdates.includes(start))
    .map((start) => ({ start, end: start + duration }));
}

/** An instance of no duration overlaps nothing. */
export const overlap = (a: Instance, b: Instance): boolean =>
  a.start < a.end && b.start < b.end && a.start < b.end && b.start < a.end;
