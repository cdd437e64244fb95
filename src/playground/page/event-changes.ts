/** The changes that the calendar panel makes to events, as calls of the SDK. */
import {
  type CalendarEvent,
  type CreateEvent,
  Frequency,
  type InstancesResult,
  type NettuUserClient,
  type Occurrence,
  type Recurrence,
  type UpdateEvent,
  type UpdateInstance,
  unwrap,
} from '@nettu/scheduler-sdk';
import { addDays, isWhole, moved, nameOf, type When, whenOf } from './when.ts';

/** An instance of an event that the calendar shows. */
export interface Shown {
  event: CalendarEvent;
  instance: Occurrence;
}

export interface Details {
  title: string;
  when: When;
  /** The zone on whose clock it repeats; undefined for whole days. */
  timezone: string | undefined;
  repeats: Frequency | 'never' | 'unchanged';
  busy: boolean;
}

export type Edit = ({ kind: 'save' } & Details) | { kind: 'delete' };

/** What a change of a series is of: one occurrence, it and those that follow, or all. */
export type Which = 'instance' | 'following' | 'series';

export type Change =
  | ({ kind: 'create'; calendarId: string } & Details)
  | ((Edit | { kind: 'move'; when: When }) & { which: Which; shown: Shown });

/**
 * Sends a change to the Worker.
 *
 * @throws NettuProblem, NettuNetworkError; Error where a series cannot move.
 */
export async function write(client: NettuUserClient, change: Change): Promise<void> {
  switch (change.kind) {
    case 'create': {
      const { calendarId, title, when, timezone, busy, repeats } = change;
      const recurrence = ruleOf(repeats);
      const data: CreateEvent = {
        calendarId,
        ...when,
        ...(timezone && { timezone }),
        busy,
        ...(recurrence && { recurrence }),
        metadata: { title },
      };
      await unwrap(client.events.create(data));
      return;
    }
    case 'save': {
      const { title, when, timezone, busy, repeats, shown } = change;
      const metadata = { ...shown.event.metadata, ...shown.instance.metadata, title };
      const rule = repeats === 'unchanged' ? undefined : (ruleOf(repeats) ?? null);
      const zone = timezone && timezone !== shown.event.timezone ? timezone : undefined;
      const details = {
        busy,
        metadata,
        ...(zone && { timezone: zone }),
        ...(rule !== undefined && { recurrence: rule }),
      };
      return update(client, change, when, details);
    }
    case 'delete': {
      const { id } = change.shown.event;
      const name = nameOf(change.shown.instance);
      const { events } = client;
      if (change.which === 'instance') await unwrap(events.removeInstance(id, name));
      else if (change.which === 'following') await unwrap(events.removeFrom(id, name));
      else await unwrap(events.remove(id));
      return;
    }
    case 'move':
      return update(client, change, change.when, {});
  }
}

/** Moves and changes one occurrence, those from it on, or the whole event. */
async function update(
  { events }: NettuUserClient,
  { which, shown }: { which: Which; shown: Shown },
  to: When,
  details: UpdateEvent,
): Promise<void> {
  const { event, instance } = shown;
  const { originalStartTs, originalDate } = instance;
  const was = whenOf(instance);
  if (which === 'instance') {
    const { recurrence: _rule, timezone: _zone, ...own } = details;
    await unwrap(events.updateInstance(event.id, nameOf(instance), { ...ownOf(shown, to), ...own }));
    return;
  }
  if (isWhole(to) && isWhole(was) && to.date !== was.date && event.recurrence?.byweekday)
    throw new Error('This series is on the weekdays that its rule names. Move only this one.');
  const isFirst = nameOf(instance) === (event.date ?? event.startTs);
  if (which === 'following' && !isFirst) {
    const name = originalDate === undefined ? { originalStartTs } : { originalDate };
    const start =
      originalDate === undefined ? { ...was, startTs: originalStartTs } : { ...was, date: originalDate };
    await unwrap(events.split(event.id, { ...name, ...moved(event, start as When, was, to), ...details }));
  } else {
    const { date, days = 1, startTs, duration } = event;
    const start = date === undefined ? { startTs, duration } : { date, days };
    await unwrap(events.update(event.id, { ...moved(event, start, was, to), ...details }));
  }
}

/** What an occurrence differs in, with its new time: a change of one occurrence replaces all of it. */
function ownOf({ event, instance: { busy, metadata } }: Shown, to: When): UpdateInstance {
  return {
    ...(isWhole(to)
      ? { date: to.date, ...(to.days !== event.days && { days: to.days }) }
      : { startTs: to.startTs, ...(to.duration !== event.duration && { duration: to.duration }) }),
    ...(busy !== event.busy && { busy }),
    ...(metadata && { metadata }),
  };
}

const ruleOf = (repeats: Details['repeats']): Recurrence | undefined =>
  repeats === 'never' || repeats === 'unchanged' ? undefined : { freq: repeats, interval: 1 };

/** The instances of an event in FullCalendar's form. */
export const toShown = ({ event, instances }: InstancesResult) =>
  instances.map((instance) => ({
    id: `${event.id} ${nameOf(instance)}`,
    title: instance.metadata?.title ?? event.metadata.title ?? event.metadata.name ?? 'Busy',
    ...spanOf(whenOf(instance)),
    classNames: [instance.busy ? 'busy' : 'free', event.recurrence ? 'series' : 'single'],
    extendedProps: { event, instance } satisfies Shown,
  }));

/** A time in FullCalendar's form: its end is exclusive. */
const spanOf = (when: When) =>
  isWhole(when)
    ? { start: when.date, end: addDays(when.date, when.days), allDay: true }
    : { start: when.startTs, end: when.startTs + when.duration };

export const REPEATS = ['never', Frequency.Daily, Frequency.Weekly, Frequency.Monthly] as const;
