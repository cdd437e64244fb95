/** The work of one request, however much is in its window. */
export interface Limits {
  /** The rows of events that the database sends. */
  rows: number;
  /** A longer event counts as several rows: its rule, exdates, reminders and metadata, as far as they travel. */
  bytesPerRow: number;
  /** Nanoseconds, by the prices of `time/budget.ts`. */
  work: number;
  instances: number;
}

/** For the calendar's owner. */
export const ofOwner: Limits = { rows: 5000, bytesPerRow: 800, work: 100_000_000, instances: 50_000 };

/** For anyone, since free/busy is public. */
export const ofAnyone: Limits = { rows: 5000, bytesPerRow: 200, work: 35_000_000, instances: 100_000 };

/** The cost of decoding a row and its JSON, in nanoseconds. */
export const ROW_PRICE_NS = 4_000;
