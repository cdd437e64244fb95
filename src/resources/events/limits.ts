/** The most work that one request may cause, however many events are in its window. */
export interface Limits {
  /** The rows of events that the database may return. */
  rows: number;
  /** An event with more bytes counts as several rows. The bytes are those of its selected JSON columns. */
  bytesPerRow: number;
  /** Nanoseconds, by the prices of `time/budget.ts`. */
  work: number;
  instances: number;
}

/** For the calendar's owner and the account. */
export const ofOwner: Limits = { rows: 5000, bytesPerRow: 800, work: 100_000_000, instances: 50_000 };

/** For free/busy, which can be public. */
export const ofAnyone: Limits = { rows: 5000, bytesPerRow: 200, work: 35_000_000, instances: 100_000 };

/** The cost of decoding a row and its JSON, in nanoseconds. */
export const ROW_PRICE_NS = 4_000;
