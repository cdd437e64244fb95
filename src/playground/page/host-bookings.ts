/** What the two hosts have been booked for: read from their calendars, with a token of each. */
import { unwrap } from '@nettu/scheduler-sdk';
import { html, type TemplateResult } from 'lit';
import { clientOf, hosts } from './session.ts';

export interface ServiceAvailability {
  name: string;
  bookings: { startTs: number; endTs: number; title: string }[];
}

const DAYS = 60;

export function readAgendas(panel: string): Promise<ServiceAvailability[]> {
  const startTs = Date.now();
  const window = { startTs, endTs: startTs + DAYS * 24 * 60 * 60 * 1000 };
  return Promise.all(
    hosts().map(async ({ id, name, calendarId }) => {
      const { events } = await unwrap(clientOf(panel, id).calendar.getEvents(calendarId ?? '', window));
      const bookings = events
        // Bookings carry what the visitor gave; the host's own events have a title.
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

export function agendaView({ name, bookings }: ServiceAvailability): TemplateResult {
  return html`<section class="agenda" aria-label="Calendar of ${name}">
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
        : html`<p class="muted">Nothing booked yet.</p>`
    }
  </section>`;
}
