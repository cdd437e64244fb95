import type { ChangeOptions, CreateOptions, ReadOptions, RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type { BookingResult, BookingsQuery, BookingsResult, CreateBooking, UpdateBooking } from '../types.ts';
import { path, query } from '../url.ts';

/** All of the account's bookings. */
export function accountBookings(send: Send) {
  return {
    ...bookings(send),

    /** The bookings of a service between two times (ms, at most 62 days apart), cancelled ones too. */
    ofService: async (serviceId: string, { startTs, endTs }: BookingsQuery, options?: RequestOptions) =>
      send<BookingsResult>(
        'GET',
        path`/service/${{ serviceId }}/bookings` + query({ startTs, endTs }),
        options,
      ),
  };
}

/** What the user whom the token speaks for has booked. */
export function userBookings(send: Send) {
  return {
    ...bookings(send),

    /** The user's bookings between two times (ms, at most 62 days apart), cancelled ones too. */
    list: async ({ startTs, endTs }: BookingsQuery, options?: RequestOptions) =>
      send<BookingsResult>('GET', `/me/bookings${query({ startTs, endTs })}`, options),
  };
}

/** What both callers do alike. With a token, on the user's own bookings, and its policy must allow each change. */
function bookings(send: Send) {
  const update = async (bookingId: string, data: UpdateBooking, options?: ChangeOptions) =>
    send<BookingResult>('PUT', path`/booking/${{ bookingId }}`, options, data);
  return {
    /**
     * Books a service: `slot-taken` or `slot-unavailable` (409) when it cannot be, and then nothing has changed. With
     * `holdFor` (minutes) it is held until it is confirmed, or that time is over. A token needs `CreateBooking`.
     */
    create: async (serviceId: string, data: CreateBooking, options?: CreateOptions) =>
      send<BookingResult>('POST', path`/service/${{ serviceId }}/booking`, options, data),

    /** The booking of this id. */
    findById: async (bookingId: string, options?: ReadOptions<BookingResult>) =>
      send<BookingResult>('GET', path`/booking/${{ bookingId }}`, options),

    /** Confirms, moves, or replaces the metadata. A token needs `UpdateBooking`. */
    update,

    /** Confirms what is held; once its time is over, only while the slot is free. A token needs `UpdateBooking`. */
    confirm: async (bookingId: string, options?: ChangeOptions) =>
      update(bookingId, { state: 'confirmed' }, options),

    /** Moves it to another start (ms) with the same hosts, or leaves all as it is. A token needs `UpdateBooking`. */
    move: async (bookingId: string, startTs: number, options?: ChangeOptions) =>
      update(bookingId, { startTs }, options),

    /** Cancels it, which frees its slot; twice is as good as once. A token needs `CancelBooking`. */
    cancel: async (bookingId: string, options?: ChangeOptions) =>
      send<BookingResult>('DELETE', path`/booking/${{ bookingId }}`, options),
  };
}
