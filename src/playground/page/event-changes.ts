/** The changes that the calendar panel makes to events, as calls of the SDK. */
import {
  type CalendarEvent,
  Frequency,
  type InstancesResult,
  type NettuUserClient,
  type Occurrence,
  type Recurrence,
  type UpdateEvent,
  type UpdateInstance,
  unwrap,
} from '@nettu/scheduler-sdk';

/** An instance of an event that the calendar shows. */
export interface Shown {
  event: CalendarEvent;
  instance: Occurrence;
}

export interface Details {
  title: string;
  startTs: number;
  /** Milliseconds. */
  duration: number;
  repeats: Frequency | 'never' | 'unchanged';
  busy: boolean;
}

export type Edit = ({ kind: 'save' } & Details) | { kind: 'delete' };

/** What a change of a series is of: one occurrence, it and those that follow, or all. */
export type Which = 'instance' | 'following' | 'series';

export type Change =
  | ({ kind: 'create'; calendarId: string } & Details)
  | ((Edit | { kind: 'move'; by: number } | { kind: 'resize'; duration: number }) & {
      which: Which;
      shown: Shown;
    });

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Sends a change to the Worker.
 *
 * @throws NettuProblem, NettuNetworkError
 */
export async function write(client: NettuUserClient, change: Change): Promise<void> {
  switch (change.kind) {
    case 'create': {
      const { calendarId, title, startTs, duration, busy, repeats } = change;
      const recurrence = ruleOf(repeats);
      await unwrap(
        client.events.create({
          calendarId,
          startTs,
          duration,
          busy,
          ...(recurrence && { recurrence }),
          metadata: { title },
        }),
      );
      return;
    }
    case 'save': {
      const { title, startTs, duration, busy, repeats, shown } = change;
      const metadata = { ...shown.event.metadata, ...shown.instance.metadata, title };
      const rule = repeats === 'unchanged' ? undefined : (ruleOf(repeats) ?? null);
      const details = { duration, busy, metadata, ...(rule !== undefined && { recurrence: rule }) };
      return update(client, change, startTs - shown.instance.startTs, details);
    }
    case 'delete': {
      const { id } = change.shown.event;
      const { originalStartTs } = change.shown.instance;
      const { events } = client;
      if (change.which === 'instance') await unwrap(events.removeInstance(id, originalStartTs));
      else if (change.which === 'following') await unwrap(events.removeFrom(id, originalStartTs));
      else await unwrap(events.remove(id));
      return;
    }
    case 'resize':
      return update(client, change, 0, { duration: change.duration });
    case 'move':
      return update(client, change, change.by, {});
  }
}

/** Moves and changes one occurrence, those from it on, or the whole event. */
async function update(
  { events }: NettuUserClient,
  { which, shown }: { which: Which; shown: Shown },
  by: number,
  details: Omit<UpdateEvent, 'startTs'>,
): Promise<void> {
  const { event, instance } = shown;
  const { originalStartTs } = instance;
  if (which === 'instance') {
    const { recurrence: _, ...own } = details;
    const startTs = instance.startTs + by;
    await unwrap(events.updateInstance(event.id, originalStartTs, { ...ownOf(shown), startTs, ...own }));
  } else if (which === 'following' && originalStartTs !== event.startTs) {
    const startTs = movedStart({ ...event, startTs: originalStartTs }, by);
    await unwrap(events.split(event.id, { originalStartTs, startTs, ...details }));
  } else {
    await unwrap(events.update(event.id, { ...(by && { startTs: movedStart(event, by) }), ...details }));
  }
}

/** What an occurrence differs in already: a change of one occurrence replaces all of it. */
function ownOf({ event, instance: { startTs, endTs, busy, metadata } }: Shown): UpdateInstance {
  return {
    ...(endTs - startTs !== event.duration && { duration: endTs - startTs }),
    ...(busy !== event.busy && { busy }),
    ...(metadata && { metadata }),
  };
}

/** The new start of an event. A rule with weekdays keeps them, so only the time of day changes. */
function movedStart({ startTs, recurrence }: CalendarEvent, by: number): number {
  const keepsDays = recurrence?.byweekday !== undefined;
  return startTs + (keepsDays ? by - Math.round(by / DAY_MS) * DAY_MS : by);
}

const ruleOf = (repeats: Details['repeats']): Recurrence | undefined =>
  repeats === 'never' || repeats === 'unchanged' ? undefined : { freq: repeats, interval: 1 };

/** The instances of an event in FullCalendar's form. */
export const toShown = ({ event, instances }: InstancesResult) =>
  instances.map((instance) => ({
    id: `${event.id} ${instance.originalStartTs}`,
    title: instance.metadata?.title ?? event.metadata.title ?? event.metadata.name ?? 'Busy',
    start: instance.startTs,
    end: instance.endTs,
    classNames: [instance.busy ? 'busy' : 'free', event.recurrence ? 'series' : 'single'],
    extendedProps: { event, instance } satisfies Shown,
  }));

export const REPEATS = ['never', Frequency.Daily, Frequency.Weekly, Frequency.Monthly] as const;
