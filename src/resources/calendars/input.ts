/** The input of the operations on calendars. */
import * as v from 'valibot';
import {
  REFRESH_DEFAULT_MINUTES,
  REFRESH_MAX_MINUTES,
  REFRESH_MIN_MINUTES,
  SUBSCRIPTION_URL_MAX_CHARS,
} from '../../limits.ts';
import { WEEKDAYS } from '../../time/calendar.ts';
import { integer, metadata, shape, text, timezone } from '../../validation/schemas.ts';

const weekStartRule = 'must be one of Mon, Tue, Wed, Thu, Fri, Sat, Sun, or a number from 0 (Monday) to 6';

/** A name, or a number from 0 (Monday) to 6 (Sunday). The output is the name. */
export const weekStart = v.pipe(
  v.picklist([...WEEKDAYS, 0, 1, 2, 3, 4, 5, 6], weekStartRule),
  v.transform((day) => (typeof day === 'number' ? (WEEKDAYS[day] ?? 'Mon') : day)),
);

/** `webcal:` is what calendar apps make of `https:`, so that a link opens them. The output is `https:`. */
const url = v.pipe(
  text(1, SUBSCRIPTION_URL_MAX_CHARS),
  v.transform((url) => url.replace(/^webcals?:/i, 'https:')),
  v.check(
    (url) => /^https?:\/\/\S+$/i.test(url) && URL.canParse(url),
    'must be an absolute https or webcal URL',
  ),
);
const refreshMinutes = integer(REFRESH_MIN_MINUTES, REFRESH_MAX_MINUTES, 'minutes');
const busy = v.picklist(['as-written', 'all', 'none'], 'must be as-written, all or none');

export const subscription = {
  url,
  refreshMinutes: v.optional(refreshMinutes, REFRESH_DEFAULT_MINUTES),
  busy: v.optional(busy, 'as-written'),
};

export const creation = shape({
  timezone,
  weekStart: v.optional(weekStart, 'Mon'),
  metadata: v.optional(metadata, {}),
  subscription: v.optional(shape(subscription)),
});

const settings = { timezone: v.optional(timezone), weekStart: v.optional(weekStart) };

/** The SDK's account client sends the settings as an object, its user client at the top level. The object wins. */
export const update = v.pipe(
  shape({
    ...settings,
    settings: v.optional(shape(settings), {}),
    metadata: v.optional(metadata),
    subscription: v.optional(
      shape({ url: v.optional(url), refreshMinutes: v.optional(refreshMinutes), busy: v.optional(busy) }),
    ),
  }),
  v.transform(({ settings, metadata, timezone, weekStart, subscription }) => ({
    timezone: settings.timezone ?? timezone,
    weekStart: settings.weekStart ?? weekStart,
    metadata,
    subscription,
  })),
);
