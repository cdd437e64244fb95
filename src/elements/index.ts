/** Defines `<nettu-booking>`, and exports its class, its English texts and its types. */
import { NettuBooking } from './booking.ts';

export { NettuBooking } from './booking.ts';
export { english, type Words } from './english.ts';
export type { BookingDetail, ChosenSlot, ErrorDetail, NettuBookingEvents } from './events.ts';
export type { Appointment } from './flow.ts';
export { ConfigurationError, TokenError } from './problems.ts';

if (!customElements.get('nettu-booking')) customElements.define('nettu-booking', NettuBooking);

declare global {
  interface HTMLElementTagNameMap {
    'nettu-booking': NettuBooking;
  }
}
