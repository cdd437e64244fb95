/** The operation that tells when a service can be booked. */
import { read } from '../../operation.ts';
import { found, plan } from '../../plan.ts';
import { Problem } from '../../problem.ts';
import type { BookingSlotsResult } from '../../sdk/types.ts';
import { gridSize } from '../../slots/grid.ts';
import { bookingSlots } from '../../slots/slots.ts';
import { Overspent } from '../../time/budget.ts';
import { availabilityOf, availabilityQueries } from './availability.ts';
import { targetOf } from './availability-sql.ts';
import * as input from './input.ts';

/** Ids of hosts that one answer may hold: some 4 MB. */
const MAX_OFFERS = 100_000;

export const getBookingSlots = read({
  unbounded: true,
  params: ['serviceId'],
  query: input.slots,
  run(scope, { params: { serviceId }, query, now }) {
    const { window, hostUserIds } = query;
    const statements = availabilityQueries({ target: targetOf(scope, serviceId, window), hostUserIds, now });
    return plan(statements, (...rows): BookingSlotsResult => {
      const service = found(rows[0]);
      try {
        if (gridSize(query) * Math.max(1, rows[1].length) > MAX_OFFERS) throw new Overspent();
        const { multiPerson, hosts, sessions } = availabilityOf(service, rows, window, now);
        return { dates: bookingSlots(query, hosts, multiPerson, sessions) };
      } catch (error) {
        throw error instanceof Overspent ? tooMuch() : error;
      }
    });
  },
});

const tooMuch = () =>
  new Problem(
    'answer-too-large',
    'That is too much for one answer. Ask for fewer dates, a longer interval, or fewer hosts in hostUserIds.',
  );
