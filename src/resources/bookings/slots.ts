/** The operation that lists the slots of a service. */
import { OFFERS_MAX, PAGE_MAX_BYTES } from '../../limits.ts';
import { read } from '../../operation.ts';
import { found, plan } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { BookingSlotsResult } from '../../sdk/types.ts';
import { gridSize } from '../../slots/grid.ts';
import { bookingSlots, type DateSlots } from '../../slots/slots.ts';
import { Overspent } from '../../time/budget.ts';
import { availabilityOf, availabilityQueries } from './availability.ts';
import { targetOf } from './availability-sql.ts';
import * as input from './input.ts';

export const getBookingSlots = read({
  unbounded: true,
  params: ['serviceId'],
  query: input.slots,
  run(scope, { params: { serviceId }, query, now }) {
    const { window, hostUserIds } = query;
    const hostsMax = Math.floor(OFFERS_MAX / gridSize(query));
    const target = targetOf(scope, serviceId, window);
    const statements = availabilityQueries({ target, hostUserIds, hostsMax, now });
    return plan(statements, (...rows): BookingSlotsResult => {
      const service = found(rows[0]);
      try {
        if (rows[1].length > hostsMax) throw new Overspent();
        const { multiPerson, hosts, sessions } = availabilityOf(
          JSON.parse(service.multi_person),
          rows,
          window,
          now,
        );
        const dates = bookingSlots(query, hosts, multiPerson, sessions);
        if (bytesOf(dates) > PAGE_MAX_BYTES) throw new Overspent();
        return { dates };
      } catch (error) {
        throw error instanceof Overspent ? tooMuch() : error;
      }
    });
  },
});

/** The most that the JSON of a date, of a slot without its hosts, and of a host's id can take, with the commas. */
const [DATE_BYTES, SLOT_BYTES, ID_BYTES] = [33, 57, 39];

function bytesOf(dates: readonly DateSlots[]): number {
  let bytes = DATE_BYTES * dates.length;
  for (const { slots } of dates)
    for (const { userIds } of slots) bytes += SLOT_BYTES + ID_BYTES * userIds.length;
  return bytes;
}

const tooMuch = () =>
  new Problem(
    'answer-too-large',
    'There are too many slots or events. Request fewer dates, a longer interval, or fewer hosts in hostUserIds.',
  );
