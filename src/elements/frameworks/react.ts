/**
 * `<nettu-booking>` in JSX of React 18 and 19: `import type {} from '@nettu/scheduler-elements/react'`. React 19 sets the
 * properties and listens to `onslot-selected`; in React 18 only attributes work, and a `ref` does the rest.
 */
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { NettuBooking } from '../booking.ts';
import type { Listeners, NettuBookingAttributes, NettuBookingProperties } from './attributes.ts';

/** The attributes, properties and listeners in JSX. */
export type NettuBookingJsx = DetailedHTMLProps<HTMLAttributes<NettuBooking>, NettuBooking> &
  NettuBookingAttributes &
  NettuBookingProperties &
  Listeners<'on'>;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'nettu-booking': NettuBookingJsx;
    }
  }
}
