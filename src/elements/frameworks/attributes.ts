/** The attributes and properties of `<nettu-booking>`, for the types of frameworks. */
import type { NettuBooking } from '../booking.ts';
import type { NettuBookingEvents } from '../events.ts';

type Attribute<T> = T | undefined;

/** The attributes, as HTML has them. The README describes them. */
export interface NettuBookingAttributes {
  account?: Attribute<string>;
  service?: Attribute<string>;
  duration?: Attribute<number | string>;
  interval?: Attribute<number | string>;
  'base-url'?: Attribute<string>;
  booking?: Attribute<string>;
  timezone?: Attribute<string>;
  locale?: Attribute<string>;
  hours?: Attribute<12 | 24 | '12' | '24'>;
  hosts?: Attribute<string>;
  hold?: Attribute<number | string>;
  fields?: Attribute<string>;
  'service-name'?: Attribute<string>;
  'host-names'?: Attribute<string>;
}

/** The properties that have no attribute, or another name than it. */
export type NettuBookingProperties = {
  [Name in 'token' | 'words' | 'baseUrl' | 'serviceName' | 'hostNames']?: NettuBooking[Name] | undefined;
};

/** The listeners, under the name of the event with a prefix. */
export type Listeners<Prefix extends string> = {
  [Type in keyof NettuBookingEvents as `${Prefix}${Type}`]?:
    | ((event: NettuBookingEvents[Type]) => void)
    | undefined;
};
