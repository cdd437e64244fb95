/**
 * What the Worker loads only when a request needs it, iCalendar text, changes of occurrences, removals and cleaning: a module of its own in a
 * deployment, which src/dev/lazy.ts builds as lazy.js. It shares no class with the Worker, so whatever passes between the two is data.
 */
import { Budget, Overspent } from '../time/budget.ts';
import { calendarText, type WrittenCalendar, type WrittenEvent } from './calendar.ts';

export { STEPS } from '../removals/steps.ts';
export * from '../resources/bookings/clean-sql.ts';
export * from '../resources/events/decisions.ts';
export { toWritten } from '../resources/feeds/written.ts';
export { bookingText } from './booking.ts';

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
