/** The input of the operations on schedules. The output is as in answers: full dates, merged intervals. */
import * as v from 'valibot';
import { RULE_DATES_MAX, RULE_INTERVALS_MAX, SCHEDULE_RULES_MAX } from '../../limits.ts';
import type { ClockTime, ScheduleRule } from '../../sdk/types.ts';
import { WEEKDAYS } from '../../time/calendar.ts';
import { parseDate } from '../../time/dates.ts';
import { merge } from '../../time/intervals.ts';
import { at, date, integer, list, metadata, shape, timezone } from '../../validation/schemas.ts';

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

/** A span of dates, both included. */
const dates = v.pipe(
  shape({ type: v.literal('Dates'), from: date, to: date }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.issues) return;
    const { from, to } = dataset.value;
    const days = (parseDate(to) ?? 0) - (parseDate(from) ?? 0) + 1;
    if (days < 1) addIssue({ message: 'must not be before from', path: at('to') });
    if (days > RULE_DATES_MAX) {
      addIssue({ message: `must be at most ${RULE_DATES_MAX - 1} days after from`, path: at('to') });
    }
  }),
);

const variant = v.variant(
  'type',
  [
    shape({ type: v.literal('WDay'), value: v.picklist(WEEKDAYS, `must be one of ${WEEKDAYS.join(', ')}`) }),
    shape({ type: v.literal('Date'), value: date }),
    dates,
  ],
  'must be { type: "WDay" or "Date", value } or { type: "Dates", from, to }',
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
    const spans: { from: string; to: string }[] = [];
    dataset.value.forEach(({ variant }, index) => {
      const path = at(index);
      if (variant.type === 'Dates') {
        // Dates of four, two and two digits sort as text.
        const other = spans.find(({ from, to }) => from <= variant.to && variant.from <= to);
        if (other) addIssue({ message: `must not overlap the rule from ${other.from} to ${other.to}`, path });
        spans.push(variant);
        return;
      }
      if (seen.has(variant.value)) addIssue({ message: `must be the only rule for ${variant.value}`, path });
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
