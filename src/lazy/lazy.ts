/**
 * What few requests and the jobs need: iCalendar text, subscriptions, removals and cleaning. The Worker loads it when it needs it. It is a
 * module of its own in a deployment, which src/dev/lazy.ts builds as lazy.js. It shares no class with the Worker, so whatever passes between the two is data.
 */

import { calendarText, type WrittenCalendar, type WrittenEvent } from '../ical/calendar.ts';
import { Budget, Overspent } from '../time/budget.ts';

export { bookingText } from '../ical/booking.ts';
export { readCalendar, uidsIn } from '../ical/read/calendar.ts';
export { differences } from '../ical/read/differences.ts';
export { fetchDue, selectAnyDue } from '../jobs/subscriptions.ts';
export { STEPS } from '../removals/steps.ts';
export * from '../resources/bookings/clean-sql.ts';
export { toWritten } from '../resources/feeds/written.ts';
export * as importSql from '../resources/imports/sql.ts';
export { fetchSubscription } from '../resources/subscriptions/outcome.ts';
export * as subscriptionSql from '../resources/subscriptions/sql.ts';

/**
 * The text of a calendar, in pieces; null where its rules cost more than allowed.
 *
 * @param workNs by the prices of `time/budget.ts`.
 */
export function writeCalendar(
  calendar: WrittenCalendar,
  events: readonly WrittenEvent[],
  workNs: number,
): Iterable<string> | null {
  try {
    return calendarText(calendar, events, new Budget(workNs));
  } catch (error) {
    if (error instanceof Overspent) return null;
    throw error;
  }
}
