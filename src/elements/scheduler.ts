/** What the element asks of the scheduler, through the SDK. Every function rejects with what the SDK rejects with. */
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
  /** ms */
  duration: number;
  /** ms */
  interval: number;
}

/** Long enough for a phone on a train, short enough for whoever waits. */
const TIMEOUT_MS = 20_000;

export type SlotsByDate = ReadonlyMap<IsoDate, readonly BookingSlot[]>;

export interface Scheduler {
  /** The slots that begin on each date from `first` to `last` in `timezone`, with some of these hosts if named. */
  slots(
    first: IsoDate,
    last: IsoDate,
    timezone: string,
    hostUserIds: readonly string[] | undefined,
    signal: AbortSignal,
  ): Promise<SlotsByDate>;
  /** What takes a token; undefined without one. */
  bookings: Bookings | undefined;
}

export interface Bookings {
  /** @param minutes for how long the slot stays the visitor's before it is confirmed. */
  hold(start: number, hostUserIds: readonly string[] | undefined, minutes: number): Promise<Booking>;
  confirm(id: string, metadata: Record<string, string>): Promise<Booking>;
  move(id: string, start: number): Promise<Booking>;
  cancel(id: string): Promise<Booking>;
}

export function schedulerAt({ account, service, baseUrl, token, duration, interval }: Source): Scheduler {
  const connection = { baseUrl: baseUrl ?? config.baseUrl, nettuAccount: account, timeout: TIMEOUT_MS };
  const client = token ? NettuUserClient({ ...connection, token }) : undefined;
  const { getBookingslots } = (client ?? NettuClient(connection)).service;
  const bookingOf = async (answer: Promise<{ booking: Booking }>) => (await answer).booking;
  return {
    async slots(first, last, timezone, hostUserIds, signal) {
      // A slot that ends after `endDate` is left out, so the next date is asked for too.
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
