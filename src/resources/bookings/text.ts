/** The iCalendar text of a booking. */
import { bookingText } from '../../ical/booking.ts';
import { ICALENDAR } from '../../ical/calendar.ts';
import { read } from '../../operation.ts';
import { found, plan, TextDocument } from '../../plan.ts';
import { selectBooking } from './sql.ts';
import { bookings } from './table.ts';

export const getBookingText = read({
  hasEtag: true,
  params: ['bookingId'],
  run: (scope, { params }) =>
    plan([selectBooking(scope, params.bookingId)], (rows): TextDocument => {
      const row = found(rows);
      const text = bookingText(bookings.toResource(row));
      return new TextDocument(ICALENDAR, [text], row.version, row.updated);
    }),
});
