/** `<nettu-booking>` in templates of Vue: `import type {} from '@nettu/scheduler-elements/vue'`. */
import type { HTMLAttributes } from 'vue';
import type { NettuBookingEvents } from '../events.ts';
import type { NettuBookingAttributes, NettuBookingProperties } from './attributes.ts';

/** Vue's names of the listeners: `onSlotSelected` for `@slot-selected`. */
type Camel<Type extends string> = Type extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Type;

/** The attributes, properties and listeners in templates. */
export type NettuBookingProps = Omit<HTMLAttributes, 'onError'> &
  NettuBookingAttributes &
  NettuBookingProperties & {
    [Type in keyof NettuBookingEvents as `on${Capitalize<Camel<Type>>}`]?: (
      event: NettuBookingEvents[Type],
    ) => void;
  };

declare module 'vue' {
  interface GlobalComponents {
    'nettu-booking': new () => { $props: NettuBookingProps };
  }
}
