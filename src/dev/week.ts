/** This week, from Monday to Sunday, as the clocks of this machine's time zone show it. */
import type { InstancesResult, Timespan } from '@nettu/scheduler-sdk';

const today = new Date();

/** The instant (ms) of an hour of a day of this week, 0 for Monday; day 7 is the Monday after it. */
export const at = (day: number, hour = 0): number =>
  new Date(
    today.getFullYear(),
    today.getMonth(),
    today.getDate() - ((today.getDay() + 6) % 7) + day,
    hour,
  ).getTime();

export const WEEK: Timespan = { startTs: at(0), endTs: at(7) };

/** When what begins, in that order. */
export const weekOf = (events: InstancesResult[]): [startTs: number, title: string | undefined][] =>
  events
    .flatMap(({ event, instances }) =>
      instances.map(({ startTs }): [number, string | undefined] => [startTs, event.metadata.title]),
    )
    .sort(([a], [b]) => a - b);

export const time = (ts: number): string =>
  new Date(ts).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

export const dayAndTime = (ts: number): string =>
  `${new Date(ts).toLocaleDateString('en-GB', { weekday: 'short' })} ${time(ts)}`;
