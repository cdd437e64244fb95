/** The events of the element, by type. */
import type { Booking, BookingSlot } from '@nettu/scheduler-sdk';

/** A slot, and the time zone of the person who has chosen it. Times are in milliseconds. */
export interface ChosenSlot extends BookingSlot {
  timezone: string;
}

export interface BookingDetail {
  booking: Booking;
}

export interface ErrorDetail {
  /** A NettuProblem, a NettuNetworkError, a TokenError with the cause, or a ConfigurationError. */
  error: Error;
  /** The words that the person sees. */
  message: string;
}

/** The events of `<nettu-booking>`. All but `error` bubble. */
export interface NettuBookingEvents {
  /** A person has chosen a time. `preventDefault()` keeps the element from booking it. */
  'slot-selected': CustomEvent<ChosenSlot>;
  'booking-confirmed': CustomEvent<BookingDetail>;
  'booking-moved': CustomEvent<BookingDetail>;
  'booking-cancelled': CustomEvent<BookingDetail>;
  /** A request failed, or the page uses the element wrongly. */
  error: CustomEvent<ErrorDetail>;
}
