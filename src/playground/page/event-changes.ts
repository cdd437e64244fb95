/** The changes that the calendar panel makes to events, as calls of the SDK. */
import {
  type CalendarEvent,
  Frequency,
  type Instance,
  type InstancesResult,
  type NettuUserClient,
  type Recurrence,
  unwrap,
} from '@nettu/scheduler-sdk';

/** An instance of an event that the calendar shows. */
export interface Shown {
  event: CalendarEvent;
  instance: Instance;
}

export interface Details {
  title: string;
  startTs: number;
  /** Milliseconds. */
  duration: number;
  repeats: Frequency | 'never' | 'unchanged';
  busy: boolean;
}

export type Edit = ({ kind: 'save' } & Details) | { kind: 'delete'; which: 'instance' | 'series' };

export type Change =
  | ({ kind: 'create'; calendarId: string } & Details)
  | (Edit & { shown: Shown })
  | { kind: 'move'; which: 'instance' | 'series'; by: number; shown: Shown }
  | { kind: 'resize'; duration: number; shown: Shown };

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
      const by = startTs - shown.instance.startTs;
      const rule = repeats === 'unchanged' ? undefined : (ruleOf(repeats) ?? null);
      await unwrap(
        client.events.update(shown.event.id, {
          duration,
          busy,
          metadata: { ...shown.event.metadata, title },
          ...(by && { startTs: movedStart(shown.event, by) }),
          ...(rule !== undefined && { recurrence: rule }),
        }),
      );
      return;
    }
    case 'delete':
      await (change.which === 'instance'
        ? cancelInstance(client, change.shown)
        : unwrap(client.events.remove(change.shown.event.id)));
      return;
    case 'resize':
      await unwrap(client.events.update(change.shown.event.id, { duration: change.duration }));
      return;
    case 'move':
      await (change.which === 'instance' && change.shown.event.recurrence
        ? moveInstance(client, change.shown, change.by)
        : unwrap(
            client.events.update(change.shown.event.id, {
              startTs: movedStart(change.shown.event, change.by),
            }),
          ));
  }
}

/** Cancels one instance of a series. */
const cancelInstance = (client: NettuUserClient, { event, instance }: Shown) =>
  unwrap(client.events.update(event.id, { exdates: [...event.exdates, instance.startTs] }));

/** Creates a single event at the new time, then cancels the instance. */
async function moveInstance(client: NettuUserClient, shown: Shown, by: number): Promise<void> {
  const { calendarId, duration, busy, metadata } = shown.event;
  const startTs = shown.instance.startTs + by;
  await unwrap(client.events.create({ calendarId, startTs, duration, busy, metadata }));
  await cancelInstance(client, shown);
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
    id: `${event.id} ${instance.startTs}`,
    title: event.metadata.title ?? event.metadata.name ?? 'Busy',
    start: instance.startTs,
    end: instance.endTs,
    classNames: [instance.busy ? 'busy' : 'free', event.recurrence ? 'series' : 'single'],
    extendedProps: { event, instance } satisfies Shown,
  }));

export const REPEATS = ['never', Frequency.Daily, Frequency.Weekly, Frequency.Monthly] as const;
