/** The operation that lists the slots of a service. */
import { OFFERS_MAX } from '../../limits.ts';
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
        if (gridSize(query) * Math.max(1, rows[1].length) > OFFERS_MAX) throw new Overspent();
        const { multiPerson, hosts, sessions } = availabilityOf(
          JSON.parse(service.multi_person),
          rows,
          window,
          now,
        );
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
    'There are too many slots or events. Request fewer dates, a longer interval, or fewer hosts in hostUserIds.',
  );
