/** What one can do to an event, as calls of the SDK. */
import {
  type CalendarEvent,
  Frequency,
  type Instance,
  type InstancesResult,
  type NettuUserClient,
  type Recurrence,
  unwrap,
} from '@nettu/scheduler-sdk';

/** One of an event's instances, as it stands in the calendar. */
export interface Shown {
  event: CalendarEvent;
  instance: Instance;
}

export interface Details {
  title: string;
  startTs: number;
  /** ms */
  duration: number;
  repeats: Frequency | 'never' | 'as before';
  busy: boolean;
}

export type Wish = ({ kind: 'save' } & Details) | { kind: 'delete'; which: 'one' | 'series' };

export type Change =
  | ({ kind: 'create'; calendarId: string } & Details)
  | (Wish & { shown: Shown })
  | { kind: 'move'; which: 'one' | 'series'; by: number; shown: Shown }
  | { kind: 'resize'; duration: number; shown: Shown };

const DAY = 24 * 60 * 60 * 1000;

/** @throws NettuProblem, NettuNetworkError */
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
      const rule = repeats === 'as before' ? undefined : (ruleOf(repeats) ?? null);
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
      await (change.which === 'one'
        ? callOff(client, change.shown)
        : unwrap(client.events.remove(change.shown.event.id)));
      return;
    case 'resize':
      await unwrap(client.events.update(change.shown.event.id, { duration: change.duration }));
      return;
    case 'move':
      await (change.which === 'one' && change.shown.event.recurrence
        ? moveOne(client, change.shown, change.by)
        : unwrap(
            client.events.update(change.shown.event.id, {
              startTs: movedStart(change.shown.event, change.by),
            }),
          ));
  }
}

/** One instance of a series does not take place. */
const callOff = (client: NettuUserClient, { event, instance }: Shown) =>
  unwrap(client.events.update(event.id, { exdates: [...event.exdates, instance.startTs] }));

/** It does not take place there, but as an event of its own elsewhere. */
async function moveOne(client: NettuUserClient, shown: Shown, by: number): Promise<void> {
  const { calendarId, duration, busy, metadata } = shown.event;
  const startTs = shown.instance.startTs + by;
  await unwrap(client.events.create({ calendarId, startTs, duration, busy, metadata }));
  await callOff(client, shown);
}

/** A rule that names its weekdays keeps them: then only the time of day moves. */
function movedStart({ startTs, recurrence }: CalendarEvent, by: number): number {
  const keepsDays = recurrence?.byweekday !== undefined;
  return startTs + (keepsDays ? by - Math.round(by / DAY) * DAY : by);
}

const ruleOf = (repeats: Details['repeats']): Recurrence | undefined =>
  repeats === 'never' || repeats === 'as before' ? undefined : { freq: repeats, interval: 1 };

/** As FullCalendar takes them. */
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
