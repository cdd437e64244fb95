/** What is asked of an event, and of the windows that events are looked at through. */
import * as v from 'valibot';
import type { Recurrence, Timespan } from '../../sdk/types.ts';
import { DAY } from '../../time/calendar.ts';
import { faults, sizes } from '../../time/recurrence-errors.ts';
import {
  at,
  integer,
  isUuid,
  list,
  metadata,
  shape,
  text,
  uuid,
  wholeNumber,
} from '../../validation/schemas.ts';
import { MAX_CALENDARS } from './limits.ts';

const MAX_WINDOW = 62 * DAY;

/** 1970 … 2199. */
const startTs = integer(0, Date.UTC(2200, 0) - 1, 'milliseconds');
const duration = integer(0, 366 * DAY, 'milliseconds');
const busy = v.boolean('must be true or false');
const exdates = list(integer(0, Date.UTC(2301, 0), 'milliseconds'), 1000);
const reminders = list(
  shape({ delta: integer(-535_680, 535_680, 'minutes'), identifier: text(0, 256) }),
  100,
);
const serviceId = v.nullable(uuid());

const whole = v.pipe(v.number('must be a whole number'), v.safeInteger('must be a whole number'));
const name = v.string('must be a string');
const wholes = (part: keyof typeof sizes) =>
  v.optional(list(whole, sizes[part], 'must be a list of whole numbers'));

/** The JSON types; what the values may be, alone and together, is RFC 5545's, and told by `faults`. */
const recurrence = shape({
  freq: v.picklist(['yearly', 'monthly', 'weekly', 'daily'], 'must be yearly, monthly, weekly or daily'),
  interval: whole,
  count: v.optional(whole),
  until: v.optional(whole),
  byweekday: v.optional(list(name, sizes.byweekday, 'must be a list of weekdays')),
  bymonthday: wholes('bymonthday'),
  bymonth: v.optional(
    list(v.union([name, whole], 'must be a name or a number'), sizes.bymonth, 'must be a list of months'),
  ),
  byyearday: wholes('byyearday'),
  byweekno: wholes('byweekno'),
  bysetpos: wholes('bysetpos'),
});

/** Without a start to compare `until` with, that one rule is left to the statement that knows the start. */
const lawful = <T extends { recurrence?: object | null | undefined; startTs?: number | undefined }>() =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed || !dataset.value.recurrence) return;
    const { recurrence, startTs = Number.POSITIVE_INFINITY } = dataset.value;
    for (const { path, reason } of faults(recurrence as Recurrence, startTs)) {
      addIssue({ message: reason, path: at(`recurrence.${path}`) });
    }
  });

export const creation = v.pipe(
  shape({
    calendarId: uuid(),
    startTs,
    duration,
    busy: v.optional(busy, false),
    recurrence: v.nullish(recurrence, null),
    reminders: v.optional(reminders, []),
    serviceId: v.optional(serviceId, null),
    metadata: v.optional(metadata, {}),
  }),
  lawful(),
);

/** What is absent stays as it is. */
export const update = v.pipe(
  shape({
    startTs: v.optional(startTs),
    duration: v.optional(duration),
    busy: v.optional(busy),
    recurrence: v.optional(v.nullable(recurrence)),
    exdates: v.optional(exdates),
    reminders: v.optional(reminders),
    serviceId: v.optional(serviceId),
    metadata: v.optional(metadata),
  }),
  lawful(),
);

export type NewEvent = v.InferOutput<typeof creation>;
export type EventUpdate = v.InferOutput<typeof update>;

/** An event may start as early as 1970 begins anywhere. */
const instant = wholeNumber(-MAX_WINDOW, Date.UTC(2301, 0));
const bounds = { startTs: instant, endTs: instant };

const windowCheck = <T extends Timespan>(isRight: (window: T) => boolean, rule: string) =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    if (dataset.typed && !isRight(dataset.value)) addIssue({ message: rule, path: at('endTs') });
  });
const inOrder = <T extends Timespan>() =>
  windowCheck<T>(({ startTs, endTs }) => endTs > startTs, 'must be after startTs');
const inReach = <T extends Timespan>() =>
  windowCheck<T>(
    ({ startTs, endTs }) => endTs - startTs <= MAX_WINDOW,
    'must be at most 62 days after startTs',
  );

export const window = v.pipe(v.object(bounds), inOrder(), inReach());

const calendarIds = v.pipe(
  v.string('must be ids, joined by commas'),
  v.transform((ids) => [...new Set(ids.split(',').filter((id) => id !== ''))]),
  v.maxLength(MAX_CALENDARS, `must be at most ${MAX_CALENDARS} ids`),
  v.everyItem(isUuid, 'must be UUIDs in lower case, joined by commas'),
);

export const freebusy = v.pipe(
  v.object({ ...bounds, calendarIds: v.optional(calendarIds) }),
  inOrder(),
  inReach(),
);
