/**
 * The crons and the queue, and what few requests need: iCalendar text, subscriptions, changes of occurrences, the comparison of events that
 * name a service. The Worker loads it when it needs it. It is a module of its own in a deployment, which src/dev/lazy.ts
 * builds as lazy.js. It shares no class with the Worker, so whatever passes between the two is data.
 */
import { calendarText, type WrittenCalendar, type WrittenEvent } from '../ical/calendar.ts';
import type { NearRow } from '../resources/events/booked-sql.ts';
import { collides } from '../resources/events/collision.ts';
import { Budget, Overspent } from '../time/budget.ts';

export { bookingText } from '../ical/booking.ts';
export { readCalendar, uidsIn } from '../ical/read/calendar.ts';
export { differences } from '../ical/read/differences.ts';
export { runCron } from '../jobs/cron.ts';
export { consume } from '../jobs/queue.ts';
export * from '../resources/events/decisions.ts';
export { toWritten } from '../resources/feeds/written.ts';
export * as importSql from '../resources/imports/sql.ts';
export { fetchSubscription } from '../resources/subscriptions/outcome.ts';
export * as subscriptionSql from '../resources/subscriptions/sql.ts';

/** What an expansion returns; null where it costs more than allowed, in the prices of `time/budget.ts`. */
function within<A>(workNs: number, expand: (budget: Budget) => A): A | null {
  try {
    return expand(new Budget(workNs));
  } catch (error) {
    if (error instanceof Overspent) return null;
    throw error;
  }
}

/** `collides` of events/collision.ts; null where its rules cost more than allowed. */
export const collidesWithin = (rows: readonly NearRow[], now: number, workNs: number): boolean | null =>
  within(workNs, (budget) => collides(rows, now, budget));

/** The text of a calendar, in pieces; null where its rules cost more than allowed. */
export const writeCalendar = (
  calendar: WrittenCalendar,
  events: readonly WrittenEvent[],
  workNs: number,
): Iterable<string> | null => within(workNs, (budget) => calendarText(calendar, events, budget));
