/** React 19 and 18 compile the element's tag. Each wrong line must be an error. */

import type { NettuBooking } from '@nettu/scheduler-elements';
import type {} from '@nettu/scheduler-elements/react';
import { useEffect, useRef } from 'react';

export function Booking({ token }: { token: () => Promise<string> }) {
  const element = useRef<NettuBooking>(null);
  useEffect(() => {
    const { current } = element;
    if (!current) return;
    current.token = token;
    current.addEventListener('booking-confirmed', ({ detail }) => console.log(detail.booking.id));
  }, [token]);
  return (
    <nettu-booking
      ref={element}
      className="booking"
      account="account"
      service="service"
      duration={30}
      base-url="/api/v1"
      hours="24"
      host-names='{"id":"Ida"}'
    >
      <label slot="fields">
        Company <input name="company" />
      </label>
    </nettu-booking>
  );
}

export const inline = (
  <nettu-booking
    account="account"
    token={async () => 'token'}
    onslot-selected={({ detail }) => detail.userIds.map((id) => id.toUpperCase())}
    onerror={({ detail }) => console.error(detail.error.message)}
  />
);

// @ts-expect-error: there is no such attribute.
export const misspelt = <nettu-booking acount="account" />;
// @ts-expect-error: a clock has 12 or 24 hours.
export const clock = <nettu-booking hours={25} />;
