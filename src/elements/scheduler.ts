/** The element's requests to the scheduler, through the SDK. Every function rejects as the SDK does. */
import {
  type Booking,
  type BookingSlot,
  config,
  NettuClient,
  NettuUserClient,
  type Token,
  unwrap,
} from '@nettu/scheduler-sdk';
import { addDays, type IsoDate } from './dates.ts';

export interface Source {
  account: string;
  service: string;
  baseUrl: string | undefined;
  token: Token | undefined;
  durationMs: number;
  intervalMs: number;
}

/** Long enough for a phone on a train, short enough for a person who waits. */
const TIMEOUT_MS = 20_000;

export type SlotsByDate = ReadonlyMap<IsoDate, readonly BookingSlot[]>;

export interface Scheduler {
  /** The slots that start on each date from `first` to `last` in `timezone`, with any of these hosts. */
  slots(
    first: IsoDate,
    last: IsoDate,
    timezone: string,
    hostUserIds: readonly string[] | undefined,
    signal: AbortSignal,
  ): Promise<SlotsByDate>;
  /** The requests that need a token; undefined without one. */
  bookings: Bookings | undefined;
}

export interface Bookings {
  /** Books a slot, which the scheduler releases unless the booking is confirmed within `minutes`. */
  hold(start: number, hostUserIds: readonly string[] | undefined, minutes: number): Promise<Booking>;
  confirm(id: string, metadata: Record<string, string>): Promise<Booking>;
  move(id: string, start: number): Promise<Booking>;
  cancel(id: string): Promise<Booking>;
}

export function schedulerAt(source: Source): Scheduler {
  const { account, service, baseUrl, token, durationMs: duration, intervalMs: interval } = source;
  const connection = { baseUrl: baseUrl ?? config.baseUrl, nettuAccount: account, timeout: TIMEOUT_MS };
  const client = token ? NettuUserClient({ ...connection, token }) : undefined;
  const { getBookingslots } = (client ?? NettuClient(connection)).service;
  const bookingOf = async (answer: Promise<{ booking: Booking }>) => (await answer).booking;
  return {
    async slots(first, last, timezone, hostUserIds, signal) {
      // The scheduler leaves out slots that end after `endDate`, so the query includes the next date.
      const window = { startDate: first, endDate: addDays(last, 1), timezone, hostUserIds };
      const query = { ...window, duration, interval };
      const { dates } = await unwrap(getBookingslots(service, query, { signal }));
      return new Map(dates.filter(({ date }) => date <= last).map(({ date, slots }) => [date, slots]));
    },
    bookings: client && {
      hold: (startTs, hostUserIds, holdFor) =>
        bookingOf(unwrap(client.booking.create(service, { startTs, duration, hostUserIds, holdFor }))),
      confirm: (id, metadata) =>
        bookingOf(unwrap(client.booking.update(id, { state: 'confirmed', metadata }))),
      move: (id, startTs) => bookingOf(unwrap(client.booking.move(id, startTs))),
      cancel: (id) => bookingOf(unwrap(client.booking.cancel(id))),
    },
  };
}
