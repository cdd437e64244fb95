/** The bookings of the two hosts, from their calendars. The page reads each calendar with the token of its host. */
import { unwrap } from '@nettu/scheduler-sdk';
import { html, type TemplateResult } from 'lit';
import { clientOf, hosts } from './session.ts';

export interface HostBookings {
  name: string;
  bookings: { startTs: number; endTs: number; title: string }[];
}

const DAYS = 60;

export function readHostBookings(panel: string): Promise<HostBookings[]> {
  const startTs = Date.now();
  const window = { startTs, endTs: startTs + DAYS * 24 * 60 * 60 * 1000 };
  return Promise.all(
    hosts().map(async ({ id, name, calendarId }) => {
      const { events } = await unwrap(clientOf(panel, id).calendar.getEvents(calendarId ?? '', window));
      const bookings = events
        // A booking has the name of the person who booked. The host's own events have none.
        .filter(({ event }) => event.metadata.name !== undefined)
        .flatMap(({ event, instances }) =>
          instances.map(({ startTs, endTs }) => ({ startTs, endTs, title: event.metadata.name ?? '' })),
        )
        .sort((a, b) => a.startTs - b.startTs);
      return { name, bookings };
    }),
  );
}

const day = new Intl.DateTimeFormat('en', { weekday: 'short', day: 'numeric', month: 'short' });
const time = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hour12: false });

export function hostBookingsView({ name, bookings }: HostBookings): TemplateResult {
  return html`<section class="host-bookings" aria-label="Calendar of ${name}">
    <h3>${name}</h3>
    ${
      bookings.length
        ? html`<ul>
            ${bookings.map(
              ({ startTs, endTs, title }) =>
                html`<li>
                  <span class="date">${day.format(startTs)}</span>
                  <span>${time.format(startTs)}–${time.format(endTs)}</span>
                  <span>${title}</span>
                </li>`,
            )}
          </ul>`
        : html`<p class="muted">No bookings yet.</p>`
    }
  </section>`;
}
