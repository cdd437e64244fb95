/** The booking element, and below it the calendars of the two hosts. */
import '@nettu/scheduler-elements';
import type { Booking, BookingSlot } from '@nettu/scheduler-sdk';
import { html, nothing, render } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import { type HostBookings, hostBookingsView, readHostBookings } from './host-bookings.ts';
import { languages } from './languages.ts';
import { optionsView } from './options.ts';
import { requestLog } from './request-log.ts';
import { bookingUser, callBackend, hosts, setup, tokenOf } from './session.ts';

const PANEL = 'booking';
const DURATIONS_MINUTES = [15, 30, 60];

export function bookingPanel(section: HTMLElement): () => void {
  let minutes = 30;
  let signedIn = true;
  let language = 'en';
  let hostBookings: HostBookings[] = [];
  let message = '';
  const element = createRef<HTMLElementTagNameMap['nettu-booking']>();
  const stage = document.createElement('div');
  section.append(stage, requestLog(PANEL));
  const hostNames = Object.fromEntries(hosts().map(({ id, name }) => [id, name]));
  const token = () => tokenOf({ userId: bookingUser() });

  const refresh = async () => {
    hostBookings = await readHostBookings(PANEL);
    draw();
  };

  /** Books through the backend, as a page without tokens does. */
  const onSlot = async ({ detail }: CustomEvent<BookingSlot>) => {
    if (signedIn) return;
    const { booking, code } = await callBackend<{ booking: Booking | null; code: string | null }>(
      'book',
      detail,
      PANEL,
    );
    if (booking) element.value?.booked(booking);
    else if (code === 'slot-taken' || code === 'slot-unavailable') element.value?.taken();
    else element.value?.failed();
    message = booking ? 'Your backend has booked the time.' : `The scheduler refused the booking: ${code}`;
    await refresh();
  };

  /** Books the first slot that the element shows for somebody else. The element does not notice. */
  const bookFirstForSomebodyElse = async () => {
    const button = element.value?.renderRoot.querySelector<HTMLElement>('[data-start]');
    if (!button) return;
    const slot = { startTs: Number(button.dataset.start), duration: minutes * 60_000 };
    // Each booking takes one of the two hosts.
    await callBackend('bookForSomebodyElse', slot, PANEL);
    await callBackend('bookForSomebodyElse', slot, PANEL);
    message = `Somebody else has booked ${button.textContent?.trim()} with every host who was free. The element still offers it: choose that time.`;
    await refresh();
  };

  function draw(): void {
    const { words } = languages[language] ?? { words: undefined };
    render(
      html`
        <h2>Book a consultation with Ida or Jonas</h2>
        <div class="row">
          <label>Duration
            <select @change=${(event: Event) => {
              minutes = Number((event.target as HTMLSelectElement).value);
              draw();
            }}>
              ${optionsView(
                DURATIONS_MINUTES.map((one) => [String(one), `${one} minutes`]),
                String(minutes),
              )}
            </select>
          </label>
          <span class="group" role="group" aria-label="Language">
            ${Object.entries(languages).map(
              ([tag, { name }]) =>
                html`<button type="button" lang=${tag} aria-pressed=${tag === language} @click=${() => {
                  language = tag;
                  draw();
                }}>${name}</button>`,
            )}
          </span>
          <span class="group" role="group" aria-label="Who books">
            <button type="button" aria-pressed=${signedIn} @click=${() => {
              signedIn = true;
              draw();
            }}>With a token</button>
            <button type="button" aria-pressed=${!signedIn} @click=${() => {
              signedIn = false;
              draw();
            }}>Through the backend</button>
          </span>
          <button type="button" @click=${() => void bookFirstForSomebodyElse()}>Let somebody else book the first time</button>
        </div>
        <p class="muted" role="status">${message}</p>
        <nettu-booking
          ${ref(element)}
          account=${setup.accountId}
          service=${setup.serviceId}
          base-url=${setup.baseUrl}
          .duration=${minutes}
          .serviceName=${'Consultation'}
          .hostNames=${hostNames}
          .locale=${language}
          .words=${words}
          .token=${signedIn ? token : undefined}
          @slot-selected=${onSlot}
          @booking-confirmed=${refresh}
          @booking-moved=${refresh}
          @booking-cancelled=${refresh}
        ></nettu-booking>
        <div class="hosts">${hostBookings.length ? hostBookings.map(hostBookingsView) : nothing}</div>
        <details class="snippet">
          <summary>The HTML for your own page</summary>
          <pre tabindex="0" aria-label="HTML">&lt;script type="module" src="nettu-booking.min.js">&lt;/script>
&lt;nettu-booking
  base-url="${setup.baseUrl}"
  account="${setup.accountId}"
  service="${setup.serviceId}"
  duration="${minutes}">&lt;/nettu-booking></pre>
          <p><a href="/one-tag">Open a page with only this element</a></p>
        </details>
      `,
      stage,
    );
  }

  draw();
  return () => void refresh();
}
