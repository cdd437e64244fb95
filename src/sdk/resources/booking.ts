import { list } from '../list.ts';
import type { ChangeOptions, CreateOptions, ReadOptions, RequestOptions } from '../options.ts';
import type { Send } from '../request.ts';
import type { BookingResult, BookingsPage, BookingsQuery, CreateBooking, UpdateBooking } from '../types.ts';
import { path } from '../url.ts';
import { bookingText } from './ics.ts';

/** The methods for all bookings of the account. */
export function accountBookings(send: Send) {
  return {
    ...bookings(send),
    ...bookingText(send),

    /** Lists the bookings of a service by start, cancelled ones too: `await` returns a page, `for await` iterates over all. */
    ofService: (serviceId: string, query?: BookingsQuery, options?: RequestOptions) =>
      list(send, bookingsOf, () => path`/service/${{ serviceId }}/bookings`, query, options),
  };
}

/** The methods for the bookings of the token's user. */
export function userBookings(send: Send) {
  return {
    ...bookings(send),
    ...bookingText(send),

    /** Lists the user's bookings by start, cancelled ones too: `await` returns a page, `for await` iterates over all. */
    list: (query?: BookingsQuery, options?: RequestOptions) =>
      list(send, bookingsOf, () => '/me/bookings', query, options),
  };
}

const bookingsOf = (page: BookingsPage) => page.bookings;

/** The methods of both clients. A token reaches the user's own bookings, and its policy must allow each change. */
function bookings(send: Send) {
  const update = async (bookingId: string, data: UpdateBooking, options?: ChangeOptions) =>
    send<BookingResult>('PUT', path`/booking/${{ bookingId }}`, options, data);
  return {
    /**
     * Books a service. `slot-taken` or `slot-unavailable` (409) when that is not possible. With `holdFor` (minutes), the
     * booking is held, and expires after that time unless it is confirmed. A token needs `CreateBooking`.
     */
    create: async (serviceId: string, data: CreateBooking, options?: CreateOptions) =>
      send<BookingResult>('POST', path`/service/${{ serviceId }}/booking`, options, data),

    /** Returns a booking. */
    findById: async (bookingId: string, options?: ReadOptions<BookingResult>) =>
      send<BookingResult>('GET', path`/booking/${{ bookingId }}`, options),

    /** Confirms a booking, moves it, or replaces its metadata. A token needs `UpdateBooking`. */
    update,

    /** Confirms a held booking; after it has expired, only if the slot is still free. A token needs `UpdateBooking`. */
    confirm: async (bookingId: string, options?: ChangeOptions) =>
      update(bookingId, { state: 'confirmed' }, options),

    /** Moves a booking to another start (ms) with the same hosts; on an error it stays. A token needs `UpdateBooking`. */
    move: async (bookingId: string, startTs: number, options?: ChangeOptions) =>
      update(bookingId, { startTs }, options),

    /** Cancels a booking, which frees its slot. It is safe to repeat. A token needs `CancelBooking`. */
    cancel: async (bookingId: string, options?: ChangeOptions) =>
      send<BookingResult>('DELETE', path`/booking/${{ bookingId }}`, options),
  };
}
