/** `<nettu-booking>` in templates of Svelte 4 and 5: `import type {} from '@nettu/scheduler-elements/svelte'`. */
import type { HTMLAttributes } from 'svelte/elements';
import type { NettuBooking } from '../booking.ts';
import type { Listeners, NettuBookingAttributes, NettuBookingProperties } from './attributes.ts';

/** The attributes, properties and listeners in templates. */
export type NettuBookingTag = HTMLAttributes<NettuBooking> &
  NettuBookingAttributes &
  NettuBookingProperties &
  Listeners<'on'> &
  Listeners<'on:'>;

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'nettu-booking': NettuBookingTag;
  }
}
