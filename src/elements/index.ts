/** Defines `<nettu-booking>`, and exports its class and the words that it speaks. */
import { NettuBooking } from './booking.ts';

export { NettuBooking } from './booking.ts';
export { english, type Words } from './words.ts';

if (!customElements.get('nettu-booking')) customElements.define('nettu-booking', NettuBooking);

declare global {
  interface HTMLElementTagNameMap {
    'nettu-booking': NettuBooking;
  }
}
