/** Defines `<nettu-booking>`, and exports its class and its English texts. */
import { NettuBooking } from './booking.ts';

export { NettuBooking } from './booking.ts';
export { english, type Words } from './words.ts';

if (!customElements.get('nettu-booking')) customElements.define('nettu-booking', NettuBooking);

declare global {
  interface HTMLElementTagNameMap {
    'nettu-booking': NettuBooking;
  }
}
