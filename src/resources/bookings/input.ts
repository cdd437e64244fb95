/** The input of the operations on booking slots and bookings. */
import * as v from 'valibot';
import {
  BOOKING_MAX_MS,
  BOOKING_MIN_MS,
  HOLD_MAX_MINUTES,
  HOSTS_MAX,
  PAGE_MAX,
  SLOT_DATES_MAX,
  SLOT_INTERVAL_MAX_MS,
  SLOT_INTERVAL_MIN_MS,
  START_MAX_TS_MS,
} from '../../limits.ts';
import { windowOf } from '../../slots/grid.ts';
import { parseDate } from '../../time/dates.ts';
import { DAY_MS } from '../../time/units.ts';
import {
  at,
  cursor,
  idsIn,
  inLowerCase,
  integer,
  isUuid,
  list,
  metadata,
  parameters,
  shape,
  timezone,
  wholeNumber,
} from '../../validation/schemas.ts';
import { instant, startTs } from '../events/input.ts';

const dateRule = 'must be a date that exists, such as 2030-01-31, from 1970 to 2199';
/** The output is the number of days since 1970-01-01. */
const date = v.pipe(
  v.string(dateRule),
  v.regex(/^\d{4}-\d{1,2}-\d{1,2}$/, dateRule),
  v.check((text) => parseDate(text) !== undefined, dateRule),
  v.transform((text) => parseDate(text) ?? 0),
  v.check((day) => day >= 0 && day * DAY_MS <= START_MAX_TS_MS, dateRule),
);

/** Drops every entry that is not a UUID, since no host has such an id. */
const hostUserIds = v.pipe(
  v.string('must be a comma-separated list of ids'),
  v.transform((ids) => idsIn(ids).filter(isUuid)),
);

/** The output is the query of src/slots: days are numbered, and times are in milliseconds. */
export const slots = v.pipe(
  parameters({
    startDate: date,
    endDate: date,
    duration: wholeNumber(BOOKING_MIN_MS, BOOKING_MAX_MS),
    interval: wholeNumber(SLOT_INTERVAL_MIN_MS, SLOT_INTERVAL_MAX_MS),
    timezone: v.optional(timezone),
    ianaTz: v.optional(timezone),
    hostUserIds: v.optional(hostUserIds),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { startDate, endDate } = dataset.value;
    if (endDate < startDate) addIssue({ message: 'must not be before startDate', path: at('endDate') });
    if (endDate - startDate >= SLOT_DATES_MAX) {
      addIssue({
        message: `must be at most ${SLOT_DATES_MAX - 1} days after startDate`,
        path: at('endDate'),
      });
    }
  }),
  v.transform(({ startDate: first, endDate: last, timezone, ianaTz, ...rest }) => {
    const zone = timezone ?? ianaTz ?? 'UTC';
    return { ...rest, zone, first, last, window: windowOf({ zone, first, last }) };
  }),
);

export const creation = shape({
  startTs,
  duration: integer(BOOKING_MIN_MS, BOOKING_MAX_MS, 'milliseconds'),
  hostUserIds: v.optional(list(v.pipe(v.string('must be a string'), v.transform(inLowerCase)), HOSTS_MAX)),
  holdFor: v.optional(integer(1, HOLD_MAX_MINUTES, 'minutes')),
  metadata: v.optional(metadata, {}),
});

export const update = v.pipe(
  shape({
    state: v.optional(v.literal('confirmed', 'must be confirmed')),
    startTs: v.optional(startTs),
    metadata: v.optional(metadata),
  }),
  v.forward(
    v.check(
      ({ state, startTs }) => state === undefined || startTs === undefined,
      'must not be combined with startTs',
    ),
    ['state'],
  ),
);

/** Bookings that overlap a window of any length, or of no bound. */
export const bookingsQuery = v.pipe(
  parameters({
    startTs: v.optional(instant),
    endTs: v.optional(instant),
    state: v.optional(v.picklist(['held', 'confirmed', 'cancelled'], 'must be held, confirmed or cancelled')),
    limit: v.optional(wholeNumber(1, PAGE_MAX), String(PAGE_MAX)),
    cursor,
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { startTs = Number.NEGATIVE_INFINITY, endTs = Number.POSITIVE_INFINITY } = dataset.value;
    if (endTs <= startTs) addIssue({ message: 'must be after startTs', path: at('endTs') });
  }),
);
