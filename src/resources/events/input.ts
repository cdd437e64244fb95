/** The input of the operations on events, and the windows of queries. */
import * as v from 'valibot';
import {
  EVENT_DAYS_MAX,
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
  date,
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
import { inUtc, namedIn, ofOneKind, type Shaped, type Stored } from './kinds.ts';

const WINDOW_MAX_MS = WINDOW_MAX_DAYS * DAY_MS;

export const startTs = integer(0, START_MAX_TS_MS, 'milliseconds');
const duration = integer(0, EVENT_MAX_MS, 'milliseconds');
const busy = v.boolean('must be true or false');
const dateRule = 'must be a date from 1970-01-01 to 2199-12-31';
/** A date of a whole-day event. Dates of four, two and two digits sort as text. */
const eventDate = v.pipe(
  date,
  v.check((text) => text >= '1970' && text < '2200', dateRule),
);
const days = integer(1, EVENT_DAYS_MAX, 'days');
/** A moment of a timed event, or a date of a whole-day one. */
const moment = <S extends v.GenericSchema<number, number>>(moment: S) =>
  v.union([moment, date], 'must be a time in milliseconds, or, for an all-day event, a date');
const exdates = list(moment(integer(0, INSTANT_MAX_TS_MS, 'milliseconds')), EXDATES_MAX);
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
  until: v.optional(moment(whole)),
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

/** The errors of the rule of a body, for its start in UTC: undefined where the body has none. */
const rule = <T extends Shaped>(
  errorsOf: (recurrence: Recurrence, startTs: number | undefined, body: T, isSound: boolean) => FieldError[],
) =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed || !dataset.value.recurrence) return;
    const { recurrence, startTs, date } = dataset.value;
    const start = date === undefined ? startTs : Date.parse(date);
    for (const { path, reason } of errorsOf(recurrence as Recurrence, start, dataset.value, !dataset.issues))
      addIssue({ message: reason, path: at(path ? `recurrence.${path}` : 'recurrence') });
  });

/** If the request has no start, the statement that updates the event compares `until` with the stored one. */
const lawful = <T extends Shaped>() =>
  rule<T>((recurrence, startTs, { date }, isSound) => {
    const errors = recurrenceErrors(recurrence, startTs ?? Number.POSITIVE_INFINITY);
    if (errors.length > 0 || startTs === undefined || !isSound) return errors;
    return emptyErrors(recurrence, startTs, date !== undefined);
  });

type UtcRecurrence = Omit<v.InferOutput<typeof recurrence>, 'until'> & { until?: number | undefined };

const created = v.pipe(
  shape({
    calendarId: uuid(),
    startTs: v.optional(startTs),
    duration: v.optional(duration),
    date: v.optional(eventDate),
    days: v.optional(days),
    busy: v.optional(busy, false),
    recurrence: v.nullish(recurrence, null),
    reminders: v.optional(reminders, []),
    serviceId: v.optional(serviceId, null),
    metadata: v.optional(metadata, {}),
    timezone: v.optional(timezone),
  }),
  ofOneKind(true),
);

export const creation = v.pipe(
  created,
  lawful(),
  v.transform(
    (body) =>
      inUtc(body) as Omit<typeof body, keyof Stored | 'recurrence'> &
        Stored & { recurrence: UtcRecurrence | null },
  ),
);

/** An event that is stored. Its series may be empty, or the first part of one that was split, with a later end. */
export const stored = v.pipe(
  created,
  rule((recurrence) => recurrenceErrors(recurrence, Number.POSITIVE_INFINITY)),
);

const changes = {
  startTs: v.optional(startTs),
  duration: v.optional(duration),
  date: v.optional(eventDate),
  days: v.optional(days),
  busy: v.optional(busy),
  recurrence: v.optional(v.nullable(recurrence)),
  exdates: v.optional(exdates),
  reminders: v.optional(reminders),
  serviceId: v.optional(serviceId),
  metadata: v.optional(metadata),
  timezone: v.optional(timezone),
};

/** An update, with what the database stores in place of dates. */
type Updated<T> = Omit<T, keyof Stored | 'recurrence' | 'exdates'> &
  Partial<Stored> & {
    recurrence?: UtcRecurrence | null | undefined;
    exdates?: number[] | undefined;
    /** The paths of the members that were dates. */
    dates?: string[];
  };

function updated<T extends Shaped>(body: T): Updated<T> {
  const { dates } = namedIn(body);
  const stored: Shaped & { dates?: string[] } = { ...inUtc(body), ...(dates.length && { dates }) };
  return stored as Updated<T>;
}

/** An absent member stays as it is. */
export const update = v.pipe(shape(changes), ofOneKind(false), lawful(), v.transform(updated));

const { startTs: ownStart, duration: ownDuration, date: ownDate, days: ownDays } = changes;

/** What differs in one occurrence; an absent member is the series'. */
export const override = v.pipe(
  shape({
    startTs: ownStart,
    duration: ownDuration,
    date: ownDate,
    days: ownDays,
    busy: changes.busy,
    metadata: changes.metadata,
    reminders: changes.reminders,
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { startTs, duration, date, days } = dataset.value;
    const isDated = date !== undefined || days !== undefined;
    for (const [path, value] of Object.entries({ startTs, duration }))
      if (isDated && value !== undefined)
        addIssue({ message: 'must be absent if date or days is set', path: at(path) });
  }),
);

/** What names an occurrence, in a path or in a query: its original start, in milliseconds, or its original date. */
export const original = v.union(
  [wholeNumber(0, INSTANT_MAX_TS_MS), date],
  'must be a time in milliseconds, or, for an all-day event, a date',
);

/** The occurrence before which a series is split, and how the series that takes the rest differs. */
export const division = v.pipe(
  shape({
    originalStartTs: v.optional(integer(0, INSTANT_MAX_TS_MS, 'milliseconds')),
    originalDate: v.optional(date),
    ...changes,
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.issues) return;
    const { originalStartTs, originalDate } = dataset.value;
    if ((originalStartTs === undefined) === (originalDate === undefined))
      addIssue({ message: 'must be set, or originalDate in its place', path: at('originalStartTs') });
  }),
  ofOneKind(false),
  lawful(),
  v.transform(({ originalStartTs, originalDate, ...body }) => ({
    original: (originalStartTs ?? originalDate) as number | string,
    ...updated(body),
  })),
);

export type OwnInput = v.InferOutput<typeof override>;
export type Division = v.InferOutput<typeof division>;
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
export const removal = parameters({ from: v.optional(original) });

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
