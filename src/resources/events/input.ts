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
import { parseDate } from '../../time/dates.ts';
import { recurrenceErrors, sizes } from '../../time/recurrence-errors.ts';
import { DAY_MS } from '../../time/units.ts';
import { lastMomentOf, spanInAnyZone } from '../../time/whole-days.ts';
import {
  at,
  date,
  idsIn,
  integer,
  isRecord,
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
const dateRule = 'must be a date from 1970-01-01 to 2199-12-31';
/** A date of a whole-day event. Dates of four, two and two digits sort as text. */
const eventDate = v.pipe(
  date,
  v.check((text) => text >= '1970' && text < '2200', dateRule),
);
const days = integer(1, EVENT_DAYS_MAX, 'days');
/** A moment of a timed event, or a date of a whole-day one. */
const moment = <S extends v.GenericSchema<number, number>>(moment: S) =>
  v.union([moment, date], 'must be a time in milliseconds, or a date of a whole-day event');
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

/** The members of a body that depend on whether the event is of whole days. */
interface Shaped {
  startTs?: number | undefined;
  duration?: number | undefined;
  date?: string | undefined;
  days?: number | null | undefined;
  serviceId?: string | null | undefined;
  timezone?: string | undefined;
  recurrence?: { until?: number | string | undefined } | null | undefined;
  exdates?: (number | string)[] | undefined;
}

/** The members of a body that only one kind of event has: with dates, of whole days, and with moments, timed. */
function namedIn({ startTs, duration, timezone, recurrence, exdates = [] }: Shaped) {
  const until = recurrence?.until;
  return {
    dates: [
      ...(typeof until === 'string' ? ['recurrence.until'] : []),
      ...exdates.flatMap((one, i) => (typeof one === 'string' ? [`exdates[${i}]`] : [])),
    ],
    moments: [
      ...(startTs === undefined ? [] : ['startTs']),
      ...(duration === undefined ? [] : ['duration']),
      ...(timezone === undefined ? [] : ['timezone']),
      ...exdates.flatMap((one, i) => (typeof one === 'number' ? [`exdates[${i}]`] : [])),
    ],
  };
}

/** Why a member does not fit the event. */
const reasonOf = (path: string, names: 'dates' | 'moments'): string =>
  names === 'dates'
    ? 'must be a time in milliseconds: the event is not of whole days'
    : path.startsWith('exdates')
      ? 'must be a date: the event is of whole days'
      : 'must not be there: an event of whole days has date and days, in the time zone of its calendar';

/**
 * What an update says of the event: whether it is of whole days from now on, and the members that fit only one of both kinds.
 *
 * @returns `days`: null makes it a timed event; undefined keeps what it is. `unfit`: the errors where it is of the other kind.
 */
export function kindOf(update: EventUpdate): {
  days: number | null | undefined;
  names: 'dates' | 'moments' | undefined;
  unfit: FieldError[];
} {
  const { days, startTs, duration, dates = [] } = update;
  const moments = namedIn(update).moments.filter((path) => !dates.includes(path));
  const names = dates.length ? 'dates' : moments.length ? 'moments' : undefined;
  const isTimed = days === undefined && startTs !== undefined && duration !== undefined;
  const unfit = (names === 'dates' ? dates : moments).map((path) => ({
    path,
    reason: reasonOf(path, names ?? 'moments'),
  }));
  return { days: isTimed ? null : days, names, unfit };
}

/** Refuses a body that is neither a timed event nor one of whole days, or both. */
const ofOneKind = <T>(creates: boolean) =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!isRecord(dataset.value)) return;
    const body = dataset.value as Shaped;
    const refuse = (path: string, reason: string) => addIssue({ message: reason, path: at(path) });
    if (body.date === undefined) {
      if (body.days !== undefined) refuse('days', 'must be beside date');
      const { startTs, duration } = body;
      if (creates && startTs === undefined) refuse('startTs', 'must be there, unless there is a date');
      if (creates && duration === undefined) refuse('duration', 'must be there, unless there is a date');
    } else if (body.serviceId) refuse('serviceId', 'must not be beside date: a booking has no whole days');
    if (!dataset.typed) return;
    const { dates, moments } = namedIn(body);
    if (body.date !== undefined) for (const path of moments) refuse(path, reasonOf(path, 'moments'));
    else if (creates || moments.length) for (const path of dates) refuse(path, reasonOf(path, 'dates'));
  });

/** What the database stores: of whole days, the span of the dates in any time zone. */
interface Stored {
  startTs: number;
  duration: number;
  /** The number of whole days; null where the event is timed, undefined where it stays as it is. */
  days?: number | null | undefined;
}

/** Turns dates into the moments of UTC that the database stores. */
function inUtc<T extends Shaped>(body: T) {
  const { recurrence, exdates, date } = body;
  const until = recurrence?.until;
  return {
    ...body,
    ...(date !== undefined && spanOf(date, body.days ?? 1)),
    ...(typeof until === 'string' && { recurrence: { ...recurrence, until: lastMomentOf(until) } }),
    ...(exdates?.some((one) => typeof one === 'string') && {
      exdates: exdates.map((one) => Date.parse(String(one))),
    }),
  };
}

const spanOf = (date: string, days: number): Stored => ({
  ...spanInAnyZone(parseDate(date) ?? 0, days),
  days,
});

/** If the request has no start, the statement that updates the event compares `until` with the stored one. */
const lawful = <T extends Shaped>() =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed || !dataset.value.recurrence) return;
    const { recurrence, startTs = Number.POSITIVE_INFINITY, date } = dataset.value;
    const start = date === undefined ? startTs : Date.parse(date);
    for (const { path, reason } of recurrenceErrors(recurrence as Recurrence, start)) {
      addIssue({ message: reason, path: at(`recurrence.${path}`) });
    }
  });

type UtcRecurrence = Omit<v.InferOutput<typeof recurrence>, 'until'> & { until?: number | undefined };

export const creation = v.pipe(
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
  lawful(),
  v.transform(
    (body) =>
      inUtc(body) as Omit<typeof body, keyof Stored | 'recurrence'> &
        Stored & { recurrence: UtcRecurrence | null },
  ),
);

/** An absent member stays as it is. */
export const update = v.pipe(
  shape({
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
  }),
  ofOneKind(false),
  lawful(),
  v.transform((body) => {
    const { dates } = namedIn(body);
    return { ...inUtc(body), ...(dates.length && { dates }) } as Omit<
      typeof body,
      keyof Stored | 'recurrence' | 'exdates'
    > &
      Partial<Stored> & {
        recurrence?: UtcRecurrence | null | undefined;
        exdates?: number[] | undefined;
        /** The paths of the members that were dates. */
        dates?: string[];
      };
  }),
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
