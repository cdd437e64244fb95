/** The current week, from Monday to Sunday, in the time zone of this machine. */
import type { InstancesResult, Timespan } from '@nettu/scheduler-sdk';

const today = new Date();

/** The time of an hour on a day of this week, in milliseconds since the epoch. Day 0 is Monday, day 7 the next Monday. */
export const at = (day: number, hour = 0): number =>
  new Date(
    today.getFullYear(),
    today.getMonth(),
    today.getDate() - ((today.getDay() + 6) % 7) + day,
    hour,
  ).getTime();

export const WEEK: Timespan = { startTs: at(0), endTs: at(7) };

/** The start and the title of each instance, by start. */
export const weekOf = (events: InstancesResult[]): [startTs: number, title: string | undefined][] =>
  events
    .flatMap(({ event, instances }) =>
      instances.map(({ startTs }): [number, string | undefined] => [startTs, event.metadata.title]),
    )
    .sort(([a], [b]) => a - b);

export const time = (ms: number): string =>
  new Date(ms).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

export const dayAndTime = (ms: number): string =>
  `${new Date(ms).toLocaleDateString('en-GB', { weekday: 'short' })} ${time(ms)}`;
