/** The element's requests to the scheduler, through the SDK. Every function rejects as the SDK does. */
import {
  type Booking,
  type BookingSlot,
  config,
  NettuProblem,
  NettuUserClient,
  type Token,
  unwrap,
} from '@nettu/scheduler-sdk';
import { addDays, daysBetween, type IsoDate } from './dates.ts';
import type { ChosenTime } from './kept.ts';

export interface Source {
  account: string;
  baseUrl: string | undefined;
  /** Without a token, only the slots can be read. */
  token: Token | undefined;
}

/** What a person books: a service for a length of time. */
export interface Bookable {
  service: string;
  durationMs: number;
  /** The time between two starts; by default the length, within what the scheduler accepts. */
  intervalMs: number | undefined;
  /** Restricts the hosts of the service; undefined for all of them. */
  hostUserIds: readonly string[] | undefined;
}

/** Long enough for a phone on a train, short enough for a person who waits. */
const TIMEOUT_MS = 20_000;

/** The shortest and the longest interval that the scheduler accepts. */
const [INTERVAL_MIN_MS, INTERVAL_MAX_MS] = [5 * 60_000, 120 * 60_000];

export type SlotsByDate = ReadonlyMap<IsoDate, readonly BookingSlot[]>;

export interface Scheduler {
  /** The slots that start on each date from `first` to `last` in `timezone`. */
  slots(
    bookable: Bookable,
    first: IsoDate,
    last: IsoDate,
    timezone: string,
    signal: AbortSignal,
  ): Promise<SlotsByDate>;
  /** The requests that need a token; undefined without one. */
  bookings: Bookings | undefined;
}

export interface Bookings {
  find(id: string): Promise<Booking>;
  /** Books a slot, which the scheduler releases unless the booking is confirmed within the minutes of the hold. */
  hold(service: string, chosen: ChosenTime): Promise<Booking>;
  confirm(id: string, metadata: Record<string, string>): Promise<Booking>;
  move(id: string, start: number): Promise<Booking>;
  cancel(id: string): Promise<Booking>;
}

export function schedulerAt({ account, baseUrl = config.baseUrl, token }: Source): Scheduler {
  // With an empty token, the client sends only the account, as anyone may who reads slots.
  const connection = { baseUrl, nettuAccount: account, timeout: TIMEOUT_MS };
  const client = NettuUserClient({ ...connection, token: token ?? '' });
  const { create, update, move, cancel, findById } = client.booking;
  const bookingOf = async (answer: ReturnType<typeof findById>) => unwrap(await answer).booking;

  const scheduler: Scheduler = {
    async slots(bookable, first, last, timezone, signal) {
      const { service, durationMs: duration, hostUserIds } = bookable;
      const interval = bookable.intervalMs ?? Math.min(Math.max(duration, INTERVAL_MIN_MS), INTERVAL_MAX_MS);
      // The scheduler leaves out slots that end after `endDate`, so the query includes the next date.
      const window = { startDate: first, endDate: addDays(last, 1), timezone, hostUserIds };
      try {
        const answer = client.service.getBookingslots(service, { ...window, duration, interval }, { signal });
        const { dates } = await unwrap(answer);
        return new Map(dates.filter(({ date }) => date <= last).map(({ date, slots }) => [date, slots]));
      } catch (error) {
        const tooLarge = error instanceof NettuProblem && error.code === 'answer-too-large';
        if (!tooLarge || first === last) throw error;
        const middle = addDays(first, Math.floor(daysBetween(first, last) / 2));
        const earlier = await scheduler.slots(bookable, first, middle, timezone, signal);
        const later = await scheduler.slots(bookable, addDays(middle, 1), last, timezone, signal);
        return new Map([...earlier, ...later]);
      }
    },
    bookings: token
      ? {
          find: (id) => bookingOf(findById(id)),
          hold: (service, { key: idempotencyKey, start, hostUserIds, hold, durationMs: duration }) =>
            bookingOf(
              create(service, { startTs: start, duration, hostUserIds, holdFor: hold }, { idempotencyKey }),
            ),
          confirm: (id, metadata) => bookingOf(update(id, { state: 'confirmed', metadata })),
          move: (id, startTs) => bookingOf(move(id, startTs)),
          cancel: (id) => bookingOf(cancel(id)),
        }
      : undefined,
  };
  return scheduler;
}
