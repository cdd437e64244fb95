/** Solid compiles the element's tag. Each wrong line must be an error. */
import type {} from '@nettu/scheduler-elements/solid';

export const booking = () => (
  <nettu-booking
    class="booking"
    account="account"
    service="service"
    duration={30}
    prop:token={async () => 'token'}
    on:slot-selected={({ detail }) => detail.userIds.map((id) => id.toUpperCase())}
    on:booking-moved={({ detail }) => console.log(detail.booking.startTs)}
  />
);

// @ts-expect-error: there is no such attribute.
export const misspelt = () => <nettu-booking acount="account" />;
