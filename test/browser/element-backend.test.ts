/** `<nettu-booking>` on a page that books through its backend, without a token. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { type BookingSlot, unwrap } from '../../src/sdk/index.ts';
import { startService } from '../e2e/support/service.ts';
import { type Bookable, newBookable, toNextMonth } from './support/bookable.ts';
import { connect, picture, type Visit, visit } from './support/chromium.ts';
import { startSite } from './support/site.ts';

const [service, site, browser] = await Promise.all([startService(), startSite(), connect()]);
afterAll(async () => {
  await browser.close();
  site.stop();
  await service.stop();
});
const [baseUrl] = service.baseUrls;
const HOUR_MS = 60 * 60 * 1000;

let bookable: Bookable;
let session: Visit;
let page: Page;
beforeEach(async () => {
  bookable = await newBookable(baseUrl);
  session = await visit(browser);
  ({ page } = session);
});
afterEach(async () => {
  expect(session.errors).toEqual([]);
  await session.close();
});

const slot = (time: string) => page.getByRole('button', { name: time, exact: true });
const events = () =>
  page.evaluate(
    () => (window as unknown as { dispatched: { type: string; detail: BookingSlot }[] }).dispatched,
  );
/** Calls a method of the element, as the page does when its backend has answered. */
const call = (method: 'booked' | 'failed' | 'taken' | 'refresh', argument?: unknown) =>
  page.evaluate(
    ([name, value]) => {
      const element = document.querySelector('nettu-booking') as unknown as Record<
        string,
        (a: unknown) => void
      >;
      element[name as string]?.(value ?? undefined);
    },
    [method, argument] as const,
  );

it('dispatches slot-selected once for a double click, and the backend books the time', async () => {
  await page.goto(site.at(bookable.tag()));
  await toNextMonth(page);
  await slot('10:00').dblclick();
  await page.getByRole('heading', { name: 'You have chosen' }).waitFor();
  await picture(page, 'element-waiting');
  const [event, ...others] = await events();
  expect(others).toEqual([]);
  const detail = event?.detail as BookingSlot;
  expect(event?.type).toBe('slot-selected');
  expect(detail).toMatchObject({ duration: HOUR_MS, userIds: [bookable.userId], timezone: 'Europe/Oslo' });
  expect(new Date(detail.start).toLocaleTimeString('en-GB', { timeZone: 'Europe/Oslo' })).toBe('10:00:00');
  const { accountClient, serviceId } = bookable;
  const { booking } = await unwrap(
    accountClient.booking.create(serviceId, { startTs: detail.start, duration: HOUR_MS }),
  );
  await call('booked', booking);
  await page.getByRole('heading', { name: 'Your booking is confirmed' }).waitFor();
  // Without a token, the person cannot change it here.
  expect(await page.getByRole('button', { name: 'Cancel booking' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Book another time' }).click();
  await page.locator('td.free').first().waitFor();
});

it('shows the chosen time as booked where the backend sends no booking', async () => {
  await page.goto(site.at(bookable.tag()));
  await toNextMonth(page);
  await slot('10:00').click();
  await call('booked');
  await page.getByRole('heading', { name: 'Your booking is confirmed' }).waitFor();
  expect(await page.locator('[part=summary]').innerText()).toMatch(/10:00\s*–\s*11:00/);
});

it('shows what went wrong, and lets the person choose again', async () => {
  await page.goto(site.at(bookable.tag()));
  await toNextMonth(page);
  await slot('10:00').click();
  await call('failed');
  await page.getByRole('alert').filter({ hasText: 'Something went wrong' }).waitFor();
  await slot('10:00').click();
  await call('failed', 'Your card was refused.');
  await page.getByRole('alert').filter({ hasText: 'Your card was refused.' }).waitFor();
  await slot('11:00').click();
  await page.getByRole('button', { name: 'Choose another time' }).click();
  await slot('12:00').click();
  await call('refresh');
  await slot('13:00').click();
  const start = (await events()).at(-1)?.detail.start ?? 0;
  const { accountClient, serviceId } = bookable;
  await unwrap(accountClient.booking.create(serviceId, { startTs: start, duration: HOUR_MS }));
  await call('taken');
  await page.getByRole('alert').filter({ hasText: 'Somebody else has just booked' }).waitFor();
  await slot('13:00').waitFor({ state: 'detached' });
  expect(await events()).toHaveLength(5);
});

it('leaves the booking to a page with a token that prevents the default', async () => {
  await page.goto(site.at(bookable.tag({ token: true })));
  await page.evaluate(() =>
    document.addEventListener('slot-selected', (event) => {
      event.preventDefault();
      // Even an answer that is there at once counts.
      (document.querySelector('nettu-booking') as unknown as { booked(): void }).booked();
    }),
  );
  await toNextMonth(page);
  await slot('10:00').click();
  await page.getByRole('heading', { name: 'Your booking is confirmed' }).waitFor();
  const { bookings } = await unwrap(bookable.accountClient.booking.ofService(bookable.serviceId));
  expect(bookings).toEqual([]);
});
