/**
 * Bounds what all expansions of one request cost together. The budget counts the work and never measures time, so that
 * the same request always gets the same answer: each step has a price, the longest time that it took in measurements.
 */
import { BUCKET_MS, toLocal } from './zone.ts';

export const PRICE_NS = {
  /** Checking a day against one by-rule. */
  day: 20,
  /** Visiting a week, a month or a year. */
  period: 200,
  /** Computing the month of a day, with its year. */
  month: 600,
  /** Preparing a series, with its rule. */
  series: 1_500,
  /** Preparing an entry of a by-rule. */
  entry: 150,
  /** Preparing an exdate. */
  exdate: 60,
  /** Converting a local time to an instant, or back, and handling the result. */
  conversion: 250,
  /** Computing when one reminder of an instance is due. */
  reminder: 20,
  /** The first conversion in a zone, in addition. */
  zone: 150_000,
  /** The first conversion in a bucket of a zone, in addition. */
  bucket: 6_000,
  /** The same where clocks change in that bucket, in addition. */
  change: 50_000,
} as const;

/** The work costs more than its budget. */
export class Overspent extends Error {}

export class Budget {
  /** The remaining nanoseconds. */
  leftNs: number;
  /** The buckets of each zone that the budget has paid for. */
  readonly #paid = new Map<string, Set<number>>();

  constructor(leftNs: number) {
    this.leftNs = leftNs;
  }

  /** @throws Overspent */
  spend(costNs: number): void {
    this.leftNs -= costNs;
    if (this.leftNs < 0) throw new Overspent();
  }

  /**
   * Pays for the conversion of a time between an instant and a zone's local time.
   *
   * @param time milliseconds, local or since the epoch.
   * @throws Overspent
   */
  convert(zone: string, time: number): void {
    let buckets = this.#paid.get(zone);
    if (!buckets) {
      this.spend(PRICE_NS.zone);
      buckets = new Set();
      this.#paid.set(zone, buckets);
    }
    const bucket = Math.floor(time / BUCKET_MS);
    if (!buckets.has(bucket)) {
      buckets.add(bucket);
      this.spend(PRICE_NS.bucket + (changes(zone, bucket) ? PRICE_NS.change : 0));
    }
    this.spend(PRICE_NS.conversion);
  }
}

/** Whether clocks in the zone change during a bucket. */
function changes(zone: string, bucket: number): boolean {
  const [start, end] = [bucket * BUCKET_MS, (bucket + 1) * BUCKET_MS - 1];
  return toLocal(zone, end) - toLocal(zone, start) !== end - start;
}

export const unlimited = (): Budget => new Budget(Infinity);
