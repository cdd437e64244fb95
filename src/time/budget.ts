/**
 * What the expansions of one request may cost together. A cost is counted, never timed, so that the same request is
 * always answered alike: each step has a price in nanoseconds, which is what it took at worst where it was measured.
 */
import { BUCKET, toLocal } from './zone.ts';

/** Prices, in nanoseconds. */
export const PRICE = {
  /** A day that is looked at, for each by-rule that it may be held against. */
  day: 20,
  /** A week, a month or a year that is gone through. */
  period: 200,
  /** The month that a day lies in, with its year. */
  month: 600,
  /** A series, with its rule. */
  series: 1_500,
  /** An entry of one of its by-rules. */
  entry: 150,
  exdate: 60,
  /** A local time made an instant, or the other way round, and what becomes of it. */
  conversion: 250,
  /** The same in a zone that the request has not met before. */
  zone: 150_000,
  /** In a stretch of a zone's time that it has not met before. */
  stretch: 6_000,
  /** Where clocks change in that stretch. */
  change: 50_000,
} as const;

/** The work that is asked for costs more than the request may. */
export class Overspent extends Error {}

export class Budget {
  /** Nanoseconds, by the prices above. */
  left: number;
  /** By zone, the stretches of time that have been met. */
  readonly #met = new Map<string, Set<number>>();

  constructor(left: number) {
    this.left = left;
  }

  /** @throws Overspent */
  spend(cost: number): void {
    this.left -= cost;
    if (this.left < 0) throw new Overspent();
  }

  /**
   * Pays for the conversion of a time (ms) from or to a zone's local time.
   *
   * @throws Overspent
   */
  convert(zone: string, time: number): void {
    let stretches = this.#met.get(zone);
    if (!stretches) {
      this.spend(PRICE.zone);
      stretches = new Set();
      this.#met.set(zone, stretches);
    }
    const stretch = Math.floor(time / BUCKET);
    if (!stretches.has(stretch)) {
      stretches.add(stretch);
      this.spend(PRICE.stretch + (changes(zone, stretch) ? PRICE.change : 0));
    }
    this.spend(PRICE.conversion);
  }
}

function changes(zone: string, stretch: number): boolean {
  const [start, end] = [stretch * BUCKET, (stretch + 1) * BUCKET - 1];
  return toLocal(zone, end) - toLocal(zone, start) !== end - start;
}

export const unlimited = (): Budget => new Budget(Infinity);
