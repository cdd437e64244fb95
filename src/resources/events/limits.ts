/** How much one request may make the service do, however much there is in its window. */
export interface Limits {
  /** Of events, in what the database sends. */
  rows: number;
  /** A longer event counts as several: its rule, exdates, reminders and metadata, as far as they are sent. */
  bytesPerRow: number;
  /** Nanoseconds, by the prices of `time/budget.ts`. */
  work: number;
  instances: number;
}

/** For who owns the calendar. */
export const ofOwner: Limits = { rows: 5000, bytesPerRow: 800, work: 100_000_000, instances: 50_000 };

/** For anyone: free/busy is public. */
export const ofAnyone: Limits = { rows: 5000, bytesPerRow: 200, work: 35_000_000, instances: 100_000 };

/** What a row costs before its event is expanded, in nanoseconds: it is decoded, and so is its JSON. */
export const ROW_PRICE_NS = 4_000;
