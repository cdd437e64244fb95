import type { OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Booking: 'The slots of a service, and its bookings. Two bookings never overlap.',
};

export const docs = {
  getBookingSlots: {
    tag: 'Booking',
    summary: 'Get the slots of a service',
    description: "Grouped by the dates of the viewer's time zone. Dates without slots are left out.",
    answer: 'BookingSlotsResult',
    query: 'BookingSlotsQuery',
    codes: ['answer-too-large'],
  },
  createBooking: {
    tag: 'Booking',
    summary: 'Book a slot',
    description:
      'Confirms the booking, or holds the slot for `holdFor` minutes. A refused booking changes nothing.',
    answer: 'BookingResult',
    body: 'CreateBooking',
    codes: ['answer-too-large', 'slot-taken', 'slot-unavailable', 'contended'],
  },
  getBooking: { tag: 'Booking', summary: 'Get a booking', answer: 'BookingResult' },
  changeBooking: {
    tag: 'Booking',
    summary: 'Confirm or reschedule a booking, or update its metadata',
    description: 'Rescheduling (`startTs`) is one step: it succeeds, or the booking stays as it was.',
    answer: 'BookingResult',
    body: 'UpdateBooking',
    codes: ['answer-too-large', 'slot-taken', 'slot-unavailable', 'booking-cancelled', 'contended'],
  },
  cancelBooking: { tag: 'Booking', summary: 'Cancel a booking', answer: 'BookingResult' },
  getServiceBookings: {
    tag: 'Booking',
    summary: 'Get the bookings of a service in a time window',
    answer: 'BookingsResult',
    query: 'BookingsQuery',
  },
  getOwnBookings: {
    tag: 'Booking',
    summary: "Get the user's own bookings in a time window",
    description: "The bookings that the user's tokens made.",
    answer: 'BookingsResult',
    query: 'BookingsQuery',
  },
} as const satisfies Record<string, OperationDocs>;
