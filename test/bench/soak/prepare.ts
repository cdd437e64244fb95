/** What the accounts of the soak have before it begins. */
import type { D1Database } from '@cloudflare/workers-types';
import { hostileRows } from '../../support/hostile-rows.ts';
import type { Send } from '../client.ts';
import type { Actor } from '../fixture.ts';
import { busyCalendars, fillBusyCalendars, fillFullCalendar } from '../full-calendars.ts';
import { addEvents } from '../many-events.ts';
import { newService, sendAs } from '../new-service.ts';
import type { Healthy } from './requests.ts';

/** An account with full calendars and two services, whose webhook wants some changes and all reminders. */
export async function prepareHealthy(
  send: Send,
  db: D1Database,
  actor: Actor,
  { webhookUrl, address }: { webhookUrl: string; address: string },
): Promise<Healthy> {
  await fillFullCalendar(db, [actor]);
  await fillBusyCalendars(db, [actor]);
  const service = await newService(send, actor, busyCalendars(actor));
  const bookable = await newService(send, actor, [actor.calendar]);
  const events = ['event.created', 'event.updated', 'event.deleted', 'booking.created', 'booking.cancelled'];
  await sendAs(send, actor, 'PUT', '/account/webhook', { webhookUrl, events });
  return { actor, address, service, bookable, events: [], bookings: [], written: 0 };
}

/** The hostile rows of each kind, and the events of each user that the attacker deletes. */
const ROWS_OF_A_KIND = 5000;
const EVENTS_OF_A_DELETED_USER = 10_000;

/** Fills the attacker's account, by SQL: `events` of its first user, and some of every kind that no request must read. */
export async function prepareHostile(
  send: Send,
  db: D1Database,
  [first, ...others]: readonly [Actor, ...Actor[]],
  events: number,
): Promise<{ service: string; group: string }> {
  const { account, user, calendar } = first;
  const service = await newService(send, first, [calendar]);
  const group = await newService(send, first, [calendar], { variant: 'group', data: 10_000 });
  await addEvents(db, first, 0, events);
  for (const { text, args } of hostileRows({ account, user, calendar, service, group }, ROWS_OF_A_KIND)) {
    // Its deliveries need a webhook, which the account sets when it becomes hostile.
    if (!text.includes('INTO deliveries'))
      await db
        .prepare(text)
        .bind(...args)
        .run();
  }
  for (const [i, other] of others.entries()) {
    const from = events + i * EVENTS_OF_A_DELETED_USER;
    await addEvents(db, other, from, from + EVENTS_OF_A_DELETED_USER);
  }
  return { service, group };
}
