/** The input of the operations on calendars. */
import * as v from 'valibot';
import { WEEKDAYS } from '../../time/calendar.ts';
import { metadata, shape, timezone } from '../../validation/schemas.ts';

const weekStartRule = 'must be one of Mon, Tue, Wed, Thu, Fri, Sat, Sun, or a number from 0 (Monday) to 6';

/** A name, or a number from 0 (Monday) to 6 (Sunday). The output is the name. */
export const weekStart = v.pipe(
  v.picklist([...WEEKDAYS, 0, 1, 2, 3, 4, 5, 6], weekStartRule),
  v.transform((day) => (typeof day === 'number' ? (WEEKDAYS[day] ?? 'Mon') : day)),
);

export const creation = shape({
  timezone,
  weekStart: v.optional(weekStart, 'Mon'),
  metadata: v.optional(metadata, {}),
});

const settings = { timezone: v.optional(timezone), weekStart: v.optional(weekStart) };

/** The SDK's account client sends the settings as an object, its user client at the top level. The object wins. */
export const update = v.pipe(
  shape({ ...settings, settings: v.optional(shape(settings), {}), metadata: v.optional(metadata) }),
  v.transform(({ settings, metadata, timezone, weekStart }) => ({
    timezone: settings.timezone ?? timezone,
    weekStart: settings.weekStart ?? weekStart,
    metadata,
  })),
);
