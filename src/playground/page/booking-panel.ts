/** The element as a visitor meets it, and beside it the calendars of the two hosts who can be booked. */
import '@nettu/scheduler-elements';
import type { Booking, BookingSlot } from '@nettu/scheduler-sdk';
import { html, nothing, render } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import { agendaView, readAgendas, type ServiceAvailability } from './agenda.ts';
import { languages } from './languages.ts';
import { requestLog } from './request-log.ts';
import { ask, setup, tokenOf, visitor } from './session.ts';

const PANEL = 'booking';
const MINUTES = [15, 30, 60];

export function bookingPanel(section: HTMLElement): () => void {
  let minutes = 30;
  let signedIn = true;
  let language = 'en';
  let agendas: ServiceAvailability[] = [];
  let said = '';
  const element = createRef<HTMLElementTagNameMap['nettu-booking']>();
  const stage = document.createElement('div');
  section.append(stage, requestLog(PANEL));
  const token = () => tokenOf({ userId: visitor() });

  const look = async () => {
    agendas = await readAgendas(PANEL);
    draw();
  };

  /** What a page does that books through its own backend. */
  const onSlot = async ({ detail }: CustomEvent<BookingSlot>) => {
    if (signedIn) return;
    const { booking, code } = await ask<{ booking: Booking | null; code: string | null }>(
      'book',
      detail,
      PANEL,
    );
    if (booking) said = 'Your backend has booked it.';
    else if (code === 'slot-taken' || code === 'slot-unavailable') element.value?.taken();
    else said = `Your backend was refused: ${code}`;
    if (booking) await element.value?.refresh();
    await look();
  };

  /** The first slot that the element shows: somebody else books it, and the element is not told. */
  const another = async () => {
    const button = element.value?.renderRoot.querySelector<HTMLElement>('[data-start]');
    if (!button) return;
    const slot = { startTs: Number(button.dataset.start), duration: minutes * 60_000 };
    // With two hosts it takes two bookings until nobody is left.
    await ask('bookForAnother', slot, PANEL);
    await ask('bookForAnother', slot, PANEL);
    said = `Somebody else has booked ${button.textContent?.trim()}, with each host who was free. The element does not know yet: choose that time.`;
    await look();
  };

  function draw(): void {
    const { words } = languages[language] ?? { words: undefined };
    render(
      html`
        <h2>A consultation, with Ida or Jonas</h2>
        <div class="row">
          <label>Takes
            <select @change=${(event: Event) => {
              minutes = Number((event.target as HTMLSelectElement).value);
              draw();
            }}>
              ${MINUTES.map((one) => html`<option value=${one} ?selected=${one === minutes}>${one} minutes</option>`)}
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
          <button type="button" @click=${() => void another()}>Let somebody else take the first time</button>
        </div>
        <p class="muted" role="status">${said}</p>
        <nettu-booking
          ${ref(element)}
          account=${setup.accountId}
          service=${setup.serviceId}
          base-url=${setup.baseUrl}
          .duration=${minutes}
          .locale=${language}
          .words=${words}
          .token=${signedIn ? token : undefined}
          @slot-selected=${onSlot}
          @booking-confirmed=${look}
          @booking-moved=${look}
          @booking-cancelled=${look}
        ></nettu-booking>
        <div class="agendas">${agendas.length ? agendas.map(agendaView) : nothing}</div>
        <details class="snippet">
          <summary>All that a page needs</summary>
          <pre tabindex="0" aria-label="HTML">&lt;script type="module" src="nettu-booking.min.js">&lt;/script>
&lt;nettu-booking
  base-url="${setup.baseUrl}"
  account="${setup.accountId}"
  service="${setup.serviceId}"
  duration="${minutes}">&lt;/nettu-booking></pre>
          <p><a href="/one-tag">See it alone on a page</a></p>
        </details>
      `,
      stage,
    );
  }

  draw();
  return () => void look();
}
