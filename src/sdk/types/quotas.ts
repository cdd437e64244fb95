/** The quotas of an account. */

/**
 * What an account may have a limited number of. `holds` counts live holds; `userHolds` limits those of one user, and
 * `guestHolds` those that the account made with its API key for nobody. `bytes` is the text of all resources.
 * The last three refuse nothing: beyond `pendingDeliveries` or `pendingBytes`, new notifications of the webhook are dropped,
 * and beyond `keptBytes`, those that were delivered or have failed are not kept.
 */
export type QuotaName =
  | 'users'
  | 'calendars'
  | 'events'
  | 'schedules'
  | 'services'
  | 'bookings'
  | 'holds'
  | 'userHolds'
  | 'guestHolds'
  | 'bytes'
  | 'idempotencyRecords'
  | 'pendingDeliveries'
  | 'pendingBytes'
  | 'keptBytes';

/** How much the account may have, and how much it has. */
export interface Quota {
  /** The most that the account may have; a number of bytes where the quota is of text. */
  limit: number;
  /** What it has, in the same unit. Of text: in bytes. Of `userHolds`: what the user with the most holds has. */
  use: number;
}
