/** The two kinds of events: timed ones, with moments, and events of whole days, with dates. */
import * as v from 'valibot';
import type { FieldError } from '../../problem.ts';
import { parseDate } from '../../time/dates.ts';
import { lastMomentOf, spanInAnyZone } from '../../time/whole-days.ts';
import { at, isRecord } from '../../validation/schemas.ts';

/** The members of a body that depend on whether the event is of whole days. */
export interface Shaped {
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
export function namedIn({ startTs, duration, timezone, recurrence, exdates = [] }: Shaped) {
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
    ? 'must be a time in milliseconds: the event is not all-day'
    : path.startsWith('exdates')
      ? 'must be a date: the event is all-day'
      : 'must be absent: an all-day event has date and days, in the time zone of its calendar';

/**
 * What an update says of the event: whether it is of whole days from now on, and the members that fit only one of both kinds.
 *
 * @returns `days`: null makes it a timed event; undefined keeps what it is. `unfit`: the errors where it is of the other kind.
 */
export function kindOf(update: Shaped & { dates?: string[] | undefined }): {
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
export const ofOneKind = <T>(creates: boolean) =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!isRecord(dataset.value)) return;
    const body = dataset.value as Shaped;
    const refuse = (path: string, reason: string) => addIssue({ message: reason, path: at(path) });
    if (body.date === undefined) {
      if (body.days !== undefined) refuse('days', 'must be beside date');
      const { startTs, duration } = body;
      if (creates && startTs === undefined) refuse('startTs', 'must be set, unless date is');
      if (creates && duration === undefined) refuse('duration', 'must be set, unless date is');
    } else if (body.serviceId)
      refuse('serviceId', 'must be absent if date is set: an all-day event cannot be a booking');
    if (!dataset.typed) return;
    const { dates, moments } = namedIn(body);
    if (body.date !== undefined) for (const path of moments) refuse(path, reasonOf(path, 'moments'));
    else if (creates || moments.length) for (const path of dates) refuse(path, reasonOf(path, 'dates'));
  });

/** What the database stores: of whole days, the span of the dates in any time zone. */
export interface Stored {
  startTs: number;
  duration: number;
  /** The number of whole days; null where the event is timed, undefined where it stays as it is. */
  days?: number | null | undefined;
}

/** Turns dates into the moments of UTC that the database stores. */
export function inUtc<T extends Shaped>(body: T) {
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
