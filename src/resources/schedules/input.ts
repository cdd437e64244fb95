/** The input of the operations on schedules. The output is as in answers: full dates, merged intervals. */
import * as v from 'valibot';
import { RULE_INTERVALS_MAX, SCHEDULE_RULES_MAX } from '../../limits.ts';
import type { ClockTime, ScheduleRule } from '../../sdk/types.ts';
import { WEEKDAYS } from '../../time/calendar.ts';
import { formatDate, parseDate } from '../../time/dates.ts';
import { merge } from '../../time/intervals.ts';
import { at, integer, list, metadata, shape, timezone } from '../../validation/schemas.ts';

const time = v.pipe(
  shape({ hours: integer(0, 24), minutes: integer(0, 59) }),
  v.check(({ hours, minutes }) => hours < 24 || minutes === 0, 'must not be later than 24:00'),
);

const minutesOf = ({ hours, minutes }: ClockTime): number => hours * 60 + minutes;

const interval = v.pipe(
  shape({ start: time, end: time }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.issues) return;
    const { start, end } = dataset.value;
    if (minutesOf(end) <= minutesOf(start)) addIssue({ message: 'must be after start', path: at('end') });
  }),
);

const dateRule = 'must be a date that exists, such as 2030-01-31';
const date = v.pipe(
  v.string(dateRule),
  v.regex(/^\d{4}-\d{1,2}-\d{1,2}$/, dateRule),
  v.check((text) => parseDate(text) !== undefined, dateRule),
  v.transform((text) => formatDate(parseDate(text) ?? 0)),
);

const variant = v.variant(
  'type',
  [
    shape({ type: v.literal('WDay'), value: v.picklist(WEEKDAYS, `must be one of ${WEEKDAYS.join(', ')}`) }),
    shape({ type: v.literal('Date'), value: date }),
  ],
  'must be { type: "WDay" or "Date", value }',
);

const clockTime = (minutes: number): ClockTime => ({
  hours: Math.floor(minutes / 60),
  minutes: minutes % 60,
});

/** Sorts the intervals, and merges those that overlap or touch. */
const merged = (intervals: ScheduleRule['intervals']): ScheduleRule['intervals'] =>
  merge(intervals.map(({ start, end }) => ({ start: minutesOf(start), end: minutesOf(end) }))).map(
    ({ start, end }) => ({ start: clockTime(start), end: clockTime(end) }),
  );

const rule = v.pipe(
  shape({ variant, intervals: list(interval, RULE_INTERVALS_MAX) }),
  v.transform(({ variant, intervals }): ScheduleRule => ({ variant, intervals: merged(intervals) })),
);

const rules = v.pipe(
  list(rule, SCHEDULE_RULES_MAX),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const seen = new Set<string>();
    dataset.value.forEach(({ variant }, index) => {
      if (seen.has(variant.value)) {
        const path = at(index);
        addIssue({ message: `must be the only rule for ${variant.value}`, path });
      }
      seen.add(variant.value);
    });
  }),
);

/** The rules of a schedule that is created without any: Monday to Friday, 09:00–17:30. */
export const officeHours: ScheduleRule[] = WEEKDAYS.map((value, day) => ({
  variant: { type: 'WDay', value },
  intervals: day < 5 ? [{ start: { hours: 9, minutes: 0 }, end: { hours: 17, minutes: 30 } }] : [],
}));

export const creation = shape({
  timezone,
  rules: v.optional(rules),
  metadata: v.optional(metadata, {}),
});

/** A creation with every member. */
export const complete = shape({ ...creation.entries, rules });

/** An absent member stays as it is. */
export const update = shape({
  timezone: v.optional(timezone),
  rules: v.optional(rules),
  metadata: v.optional(metadata),
});
