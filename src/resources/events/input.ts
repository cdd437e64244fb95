/** The input of the operations on events, and the windows of queries. */
import * as v from 'valibot';
import {
  EVENT_MAX_MS,
  EXDATES_MAX,
  FREEBUSY_CALENDARS_MAX,
  INSTANT_MAX_TS_MS,
  REMINDER_IDENTIFIER_MAX_CHARS,
  REMINDER_MAX_MINUTES,
  REMINDERS_MAX,
  START_MAX_TS_MS,
  WINDOW_MAX_DAYS,
} from '../../limits.ts';
import type { FieldError } from '../../problem.ts';
import type { Recurrence, Timespan } from '../../sdk/types.ts';
import { emptyErrors, recurrenceErrors, sizes } from '../../time/recurrence-errors.ts';
import { DAY_MS } from '../../time/units.ts';
import {
  at,
  idsIn,
  integer,
  isUuid,
  list,
  metadata,
  parameters,
  shape,
  text,
  timezone,
  uuid,
  wholeNumber,
} from '../../validation/schemas.ts';
import { weekStart } from '../calendars/input.ts';

const WINDOW_MAX_MS = WINDOW_MAX_DAYS * DAY_MS;

export const startTs = integer(0, START_MAX_TS_MS, 'milliseconds');
const duration = integer(0, EVENT_MAX_MS, 'milliseconds');
const busy = v.boolean('must be true or false');
const exdates = list(integer(0, INSTANT_MAX_TS_MS, 'milliseconds'), EXDATES_MAX);
const reminders = list(
  shape({
    delta: integer(-REMINDER_MAX_MINUTES, REMINDER_MAX_MINUTES, 'minutes'),
    identifier: text(0, REMINDER_IDENTIFIER_MAX_CHARS),
  }),
  REMINDERS_MAX,
);
const serviceId = v.nullable(uuid());

const whole = v.pipe(v.number('must be a whole number'), v.safeInteger('must be a whole number'));
const name = v.string('must be a string');
const wholes = (part: keyof typeof sizes) =>
  v.optional(list(whole, sizes[part], 'must be a list of whole numbers'));

/** The JSON types only. `recurrenceErrors` checks the values and their combinations by RFC 5545. */
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
  weekStart: v.optional(weekStart),
});

type Ruled = { recurrence?: object | null | undefined; startTs?: number | undefined };

/** @param errorsOf `isSound`: the members have no errors of their own. */
const rule = <T extends Ruled>(
  errorsOf: (recurrence: Recurrence, startTs: number | undefined, isSound: boolean) => FieldError[],
) =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed || !dataset.value.recurrence) return;
    const { recurrence, startTs } = dataset.value;
    for (const { path, reason } of errorsOf(recurrence as Recurrence, startTs, !dataset.issues)) {
      addIssue({ message: reason, path: at(path ? `recurrence.${path}` : 'recurrence') });
    }
  });

/** If the request has no `startTs`, the statement that updates the event compares `until` with the stored start. */
const lawful = <T extends Ruled>() =>
  rule<T>((recurrence, startTs, isSound) => {
    const errors = recurrenceErrors(recurrence, startTs ?? Number.POSITIVE_INFINITY);
    return errors.length > 0 || startTs === undefined || !isSound ? errors : emptyErrors(recurrence, startTs);
  });

const created = shape({
  calendarId: uuid(),
  startTs,
  duration,
  busy: v.optional(busy, false),
  recurrence: v.nullish(recurrence, null),
  reminders: v.optional(reminders, []),
  serviceId: v.optional(serviceId, null),
  metadata: v.optional(metadata, {}),
  timezone: v.optional(timezone),
});

export const creation = v.pipe(created, lawful());

/** An event that is stored. Its series may be empty, or the first part of one that was split, with a later end. */
export const stored = v.pipe(
  created,
  rule((recurrence) => recurrenceErrors(recurrence, Number.POSITIVE_INFINITY)),
);

const changes = {
  startTs: v.optional(startTs),
  duration: v.optional(duration),
  busy: v.optional(busy),
  recurrence: v.optional(v.nullable(recurrence)),
  exdates: v.optional(exdates),
  reminders: v.optional(reminders),
  serviceId: v.optional(serviceId),
  metadata: v.optional(metadata),
  timezone: v.optional(timezone),
};

/** An absent member stays as it is. */
export const update = v.pipe(shape(changes), lawful());

/** What differs in one occurrence; an absent member is the series'. */
export const override = shape({
  startTs: changes.startTs,
  duration: changes.duration,
  busy: changes.busy,
  metadata: changes.metadata,
  reminders: changes.reminders,
});

/** The occurrence before which a series is split, and how the series that takes the rest differs. */
export const division = v.pipe(
  shape({ originalStartTs: integer(0, INSTANT_MAX_TS_MS, 'milliseconds'), ...changes }),
  lawful(),
);

export type NewEvent = v.InferOutput<typeof creation>;
export type EventUpdate = v.InferOutput<typeof update>;

/** A window may begin before 1970, so that it can include the first event in every time zone. */
export const instant = wholeNumber(-WINDOW_MAX_MS, INSTANT_MAX_TS_MS);
const bounds = { startTs: instant, endTs: instant };

const windowCheck = <T extends Timespan>(isRight: (window: T) => boolean, rule: string) =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    if (dataset.typed && !isRight(dataset.value)) addIssue({ message: rule, path: at('endTs') });
  });
const inOrder = <T extends Timespan>() =>
  windowCheck<T>(({ startTs, endTs }) => endTs > startTs, 'must be after startTs');
const inReach = <T extends Timespan>() =>
  windowCheck<T>(
    ({ startTs, endTs }) => endTs - startTs <= WINDOW_MAX_MS,
    `must be at most ${WINDOW_MAX_DAYS} days after startTs`,
  );

/** Without `from`, the whole event. */
export const removal = parameters({ from: v.optional(wholeNumber(0, INSTANT_MAX_TS_MS)) });

export const window = v.pipe(parameters(bounds), inOrder(), inReach());

const calendarIds = v.pipe(
  v.string('must be a comma-separated list of ids'),
  v.transform((ids) => idsIn(ids).filter((id) => id !== '')),
  v.maxLength(FREEBUSY_CALENDARS_MAX, `must have at most ${FREEBUSY_CALENDARS_MAX} ids`),
  v.everyItem(isUuid, 'must be a comma-separated list of UUIDs'),
);

export const freebusy = v.pipe(
  parameters({ ...bounds, calendarIds: v.optional(calendarIds) }),
  inOrder(),
  inReach(),
);
