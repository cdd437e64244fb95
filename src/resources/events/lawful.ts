/** Whether a series may be what an update makes of it. */
import type { Recurrence } from '../../sdk/types.ts';
import type { Ruled } from '../../time/occurrences.ts';
import { emptyErrors, recurrenceErrors } from '../../time/recurrence-errors.ts';
import { DAY_MS } from '../../time/units.ts';
import { dayOfSpan } from '../../time/whole-days.ts';
import { invalid } from '../../validation/schemas.ts';
import type { EventUpdate } from './input.ts';
import { kindOf } from './kinds.ts';

/**
 * A series as an update leaves it. A new rule that names no week start has its calendar's.
 *
 * @param calendarZone the time zone of a series of whole days that becomes a timed one, and names none.
 */
export function ruledAfter(before: Ruled, update: EventUpdate, calendarZone: string): Ruled {
  const { startTs, recurrence, timezone } = update;
  const { days } = kindOf(update);
  const wholeDays = days === undefined ? before.wholeDays : days !== null;
  const kept = before.wholeDays ? calendarZone : before.zone;
  return {
    ...before,
    startTs: startTs === undefined ? before.startTs : wholeDays ? dayOfSpan(startTs) * DAY_MS : startTs,
    zone: wholeDays ? 'UTC' : (timezone ?? kept),
    wholeDays,
    recurrence:
      recurrence === undefined
        ? before.recurrence
        : recurrence && {
            ...(recurrence as Recurrence),
            weekStart: recurrence.weekStart ?? before.weekStart,
          },
  };
}

/**
 * Requires that a rule is lawful for its start, and has an occurrence at all.
 *
 * @param keepsEnd whether the rule stays as it is: the first part of a series that was split may have a later end.
 * @throws Problem `input-invalid`
 */
export function requireLawful({ startTs, recurrence, wholeDays = false }: Ruled, keepsEnd: boolean): void {
  if (!recurrence) return;
  const errors = recurrenceErrors(recurrence, keepsEnd ? Number.POSITIVE_INFINITY : startTs);
  const all = errors.length > 0 ? errors : emptyErrors(recurrence, startTs, wholeDays);
  if (all.length > 0) {
    throw invalid(
      all.map(({ path, reason }) => ({ path: path ? `recurrence.${path}` : 'recurrence', reason })),
    );
  }
}
