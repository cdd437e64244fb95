/** Calendars whose events are as expensive to expand as the limits allow. */
import type { Recurrence } from '../../src/sdk/types.ts';

const DAY_MS = 86_400_000;

/** 62 days, the longest window that the service accepts, near the end of the years that it supports. */
export const window = { startTs: Date.UTC(2199, 9, 1), endTs: Date.UTC(2199, 9, 1) + 62 * DAY_MS };

export interface Stored {
  startTs: number;
  duration?: number;
  recurrence?: Recurrence;
  exdates?: number[];
  metadata?: Record<string, string>;
}

interface Case {
  name: string;
  isPublic: boolean;
  /** The time zones of the calendars; one calendar for each. */
  zones?: string[];
  events: Stored[];
}

const LONGEST_MS = 366 * DAY_MS;
const many = (n: number, event: (i: number) => Stored) => Array.from({ length: n }, (_, i) => event(i));
const upTo = (last: number) => Array.from({ length: 2 * last }, (_, i) => (i < last ? i + 1 : last - i - 1));
const weekdays: NonNullable<Recurrence['byweekday']> = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const longAgo = (i: number) => (i % 5000) * 60_000;

/** A day near a change of clocks in most time zones: the end of March or of October, in one of 200 years. */
const whenClocksChange = (i: number) => Date.UTC(1970 + (i % 200), i % 2 ? 2 : 9, 25 + (i % 7));
const zones = Intl.supportedValuesOf('timeZone')
  .filter((_, i) => i % 4 === 0)
  .slice(0, 100);

const daily: Recurrence = { freq: 'daily', interval: 1 };
const fullYear: Recurrence = {
  freq: 'yearly',
  interval: 1,
  byweekday: weekdays,
  bymonthday: upTo(31),
  byyearday: upTo(366),
  byweekno: upTo(53),
  bysetpos: [-366],
  count: 739,
};
const noWeek: Recurrence = { freq: 'weekly', interval: 1, byweekday: weekdays, bysetpos: [366], count: 739 };
const anyYear: Recurrence = {
  freq: 'yearly',
  interval: 1,
  byweekday: weekdays,
  byweekno: [53, -53],
  bysetpos: [300],
};

const full: Record<string, Omit<Case, 'name' | 'isPublic'>> = {
  'a count through 200 years': {
    events: many(100, (i) => ({ startTs: longAgo(i), recurrence: fullYear })),
  },
  'a count of weeks without instances': {
    events: many(5000, (i) => ({ startTs: longAgo(i), recurrence: noWeek })),
  },
  'years searched day by day': {
    events: many(4990, (i) => ({ startTs: longAgo(i), duration: LONGEST_MS, recurrence: anyYear })),
  },
  'daily events of 366 days': {
    events: many(4990, (i) => ({ startTs: longAgo(i), duration: LONGEST_MS, recurrence: daily })),
  },
  'daily events': { events: many(4990, (i) => ({ startTs: longAgo(i), recurrence: daily })) },
  'single events': {
    events: many(4990, (i) => ({ startTs: window.startTs + i * 1_000_000, duration: 900_000 })),
  },
  'twenty thousand instances': { events: many(390, (i) => ({ startTs: longAgo(i), recurrence: daily })) },
  exdates: {
    events: many(1000, (i) => ({
      startTs: longAgo(i),
      recurrence: { freq: 'yearly', interval: 1 },
      exdates: many(60, (n) => ({ startTs: window.startTs + n })).map(({ startTs }) => startTs),
    })),
  },
  'a thousand exdates': {
    events: many(250, (i) => ({
      startTs: longAgo(i),
      recurrence: daily,
      exdates: many(1000, (n) => ({ startTs: window.startTs + n })).map(({ startTs }) => startTs),
    })),
  },
  'long lists': {
    events: many(350, (i) => ({
      startTs: longAgo(i),
      recurrence: { ...fullYear, count: undefined, bysetpos: upTo(366) } as Recurrence,
    })),
  },
  'a hundred zones': {
    zones,
    events: many(4990, (i) => ({
      startTs: whenClocksChange(i),
      recurrence: { freq: 'yearly', interval: 1 },
    })),
  },
  metadata: {
    events: many(64, (i) => ({
      startTs: window.startTs + i,
      metadata: Object.fromEntries(
        many(64, (n) => ({ startTs: n })).map(({ startTs }) => [startTs, 'é"'.repeat(230)]),
      ),
    })),
  },
};

export const worst: Case[] = Object.entries(full).flatMap(([name, of]) => [
  { name: `public free/busy: ${name}`, isPublic: true, ...of },
  ...(of.zones ? [] : [{ name: `a calendar: ${name}`, isPublic: false, ...of }]),
]);
