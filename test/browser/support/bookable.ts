/** An account with one host, who is available every day in Oslo, and the tag that books the host. */

import type { Page } from 'playwright-core';
import { type ClockTime, ScheduleRuleVariant, unwrap, Weekday } from '../../../src/sdk/index.ts';
import { type Actors, newActors, sign } from '../../e2e/support/actors.ts';

export interface Bookable extends Actors {
  serviceId: string;
  /** The token of a user who is not a host. */
  guestToken: string;
  /** The HTML of `<nettu-booking>`, with the guest's token if `token` is set. */
  tag(options?: { attributes?: string; token?: boolean; fields?: string }): string;
}

const time = (hours: number): ClockTime => ({ hours, minutes: 0 });

export async function newBookable(baseUrl: string, [from, to] = [9, 17]): Promise<Bookable> {
  const actors = await newActors(baseUrl);
  const { accountClient, userId, accountId } = actors;
  const timezone = 'Europe/Oslo';
  const { calendar } = await unwrap(accountClient.calendar.create(userId, { timezone }));
  const rules = Object.values(Weekday).map((value) => ({
    variant: { type: ScheduleRuleVariant.WDay, value },
    intervals: [{ start: time(from ?? 9), end: time(to ?? 17) }],
  }));
  const { schedule } = await unwrap(accountClient.schedule.create(userId, { timezone, rules }));
  const { service } = await unwrap(accountClient.service.create({ metadata: { title: 'Consultation' } }));
  const availability = { variant: 'Schedule', id: schedule.id } as const;
  await unwrap(accountClient.service.addUser(service.id, { userId, availability }));
  const busy = { provider: 'Nettu', id: calendar.id } as const;
  await unwrap(accountClient.service.addBusyCalendar({ serviceId: service.id, userId, calendar: busy }));
  const { user } = await unwrap(accountClient.user.create());
  const guestToken = sign(user.id);
  return {
    ...actors,
    serviceId: service.id,
    guestToken,
    tag: ({ attributes = 'duration="60"', token = false, fields = '' } = {}) => `
      <h1>Book</h1>
      <nettu-booking base-url="${baseUrl}" account="${accountId}" service="${service.id}" ${attributes}>${fields}</nettu-booking>
      <output></output>
      <script type="module">
        import '/element.js';
        const element = document.querySelector('nettu-booking');
        if (${token}) element.token = () => '${guestToken}';
        const events = ['slot-selected', 'booking-confirmed', 'booking-moved', 'booking-cancelled'];
        element.addEventListener('error', ({ detail }) => window.failures.push(detail));
        window.failures = [];
        window.dispatched = [];
        for (const type of events) document.addEventListener(type, ({ detail }) => window.dispatched.push({ type, detail }));
      </script>`,
  };
}

/** What `fillDetails` fills in. */
export const DETAILS = { name: 'Vera', email: 'vera@example.com' };

/** Fills in the element's own fields. */
export async function fillDetails(page: Page): Promise<void> {
  await page.getByLabel('Name').fill(DETAILS.name);
  await page.getByLabel('E-mail').fill(DETAILS.email);
}

/** Selects the second free date of the next month, so that no slot of it is in the past. */
export async function toNextMonth(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Next month' }).click();
  await page.locator('td.free').nth(1).click();
}
