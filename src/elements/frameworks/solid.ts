/** `<nettu-booking>` in JSX of Solid: `import type {} from '@nettu/scheduler-elements/solid'`. */
import type { JSX } from 'solid-js';
import type { NettuBooking } from '../booking.ts';
import type { Listeners, NettuBookingAttributes, NettuBookingProperties } from './attributes.ts';

/** The attributes, properties and listeners in JSX. */
export type NettuBookingJsx = JSX.HTMLAttributes<NettuBooking> &
  NettuBookingAttributes & {
    [Name in keyof NettuBookingProperties as `prop:${Name}`]: NettuBookingProperties[Name];
  } & Listeners<'on:'>;

declare module 'solid-js' {
  namespace JSX {
    interface IntrinsicElements {
      'nettu-booking': NettuBookingJsx;
    }
  }
}
