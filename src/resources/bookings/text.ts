/** The iCalendar text of a booking. */
import { ICALENDAR } from '../../ical/media-type.ts';
import { loadLazy } from '../../lazy/load.ts';
import { read } from '../../operation.ts';
import { found, plan, TextDocument } from '../../plan.ts';
import { selectBooking } from './sql.ts';
import { bookings } from './table.ts';

export const getBookingText = read({
  hasEtag: true,
  params: ['bookingId'],
  run: (scope, { params }) =>
    plan([selectBooking(scope, params.bookingId)], async (rows): Promise<TextDocument> => {
      const row = found(rows);
      const { bookingText } = await loadLazy();
      const text = bookingText(bookings.toResource(row));
      return new TextDocument(ICALENDAR, [text], row.version, row.updated);
    }),
});
