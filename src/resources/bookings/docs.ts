import type { OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Booking:
    'The slots of a service, and its bookings. However many requests arrive at once, a slot is never overbooked.',
};

const BOOKINGS_LISTED =
  'Sorted by start. Pass `nextCursor` as `cursor` to get the next page. A page may have fewer bookings than `limit`: only `nextCursor: null` is the end. Includes cancelled bookings, and expired holds until they are deleted.';

export const docs = {
  getBookingSlots: {
    tag: 'Booking',
    summary: 'List the booking slots of a service',
    description:
      "Groups the slots by date in the viewer's time zone, and omits dates without slots. The slots of a date start whenever the clock of that zone shows a multiple of `interval` after midnight; a time that the clock skips has none, and a time that it shows twice has two.",
    sdk: 'service.getBookingslots(serviceId, query)',
    answer: 'BookingSlotsResult',
    query: 'BookingSlotsQuery',
    codes: ['answer-too-large'],
  },
  createBooking: {
    tag: 'Booking',
    summary: 'Book a slot',
    description:
      'Confirms the booking at once. With `holdFor`, holds the slot for that many minutes instead, until you confirm the booking.',
    sdk: 'booking.create(serviceId, body)',
    answer: 'BookingResult',
    body: 'CreateBooking',
    codes: ['answer-too-large', 'slot-taken', 'slot-unavailable', 'contended'],
  },
  getBooking: {
    tag: 'Booking',
    summary: 'Get a booking',
    description: 'Returns the booking with its state, its hosts and the events in their calendars.',
    sdk: 'booking.findById(bookingId)',
    answer: 'BookingResult',
  },
  getBookingText: {
    tag: 'Booking',
    summary: 'Get a booking as iCalendar text',
    description:
      'One event, to attach to a mail: its `UID` is the id of the booking, and its `STATUS` says whether it is held, confirmed or cancelled.',
    sdk: 'booking.ics(bookingId)',
    answer: 'ICalendarText',
    media: 'text/calendar',
  },
  changeBooking: {
    tag: 'Booking',
    summary: 'Update a booking',
    description:
      'Confirms a held booking (`state`), reschedules a booking (`startTs`) or replaces its metadata. If a booking cannot be rescheduled, it keeps its slot.',
    sdk: 'booking.update(bookingId, body)',
    answer: 'BookingResult',
    body: 'UpdateBooking',
    codes: [
      'answer-too-large',
      'slot-taken',
      'slot-unavailable',
      'booking-cancelled',
      'quota-exceeded',
      'contended',
    ],
  },
  cancelBooking: {
    tag: 'Booking',
    summary: 'Cancel a booking',
    description:
      "Frees the slot, and deletes the events of the booking. The booking itself is kept for as long as the account's settings say.",
    sdk: 'booking.cancel(bookingId)',
    answer: 'BookingResult',
  },
  getServiceBookings: {
    tag: 'Booking',
    summary: 'List the bookings of a service',
    description: BOOKINGS_LISTED,
    sdk: 'booking.ofService(serviceId, query)',
    answer: 'BookingsPage',
    query: 'BookingsQuery',
  },
  getOwnBookings: {
    tag: 'Booking',
    summary: "List the user's own bookings",
    description: `Returns the bookings that were made with the user's tokens. ${BOOKINGS_LISTED}`,
    sdk: 'booking.list(query)',
    answer: 'BookingsPage',
    query: 'BookingsQuery',
  },
} as const satisfies Record<string, OperationDocs>;
