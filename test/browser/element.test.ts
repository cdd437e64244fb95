/** `<nettu-booking>` with a mouse, on a page with another origin than the Worker. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { type BookingSlot, unwrap } from '../../src/sdk/index.ts';
import { startService } from '../e2e/support/service.ts';
import { type Bookable, newBookable } from './support/bookable.ts';
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

/** Selects the second free date of the next month, so that no slot of it is in the past. */
async function toNextMonth(): Promise<void> {
  await page.getByRole('button', { name: 'Next month' }).click();
  await page.locator('td.free').nth(1).click();
}
const slot = (time: string) => page.getByRole('button', { name: time, exact: true });
const events = () =>
  page.evaluate(() => (window as unknown as { dispatched: { type: string; detail: unknown }[] }).dispatched);
/** The start of the slot that was chosen first. */
const chosenStart = async () => ((await events()).at(0)?.detail as BookingSlot | undefined)?.start ?? 0;
const status = () => page.locator('nettu-booking [role=status]');

it('dispatches slot-selected, and books nothing without a token', async () => {
  await page.goto(site.at(bookable.tag()));
  await toNextMonth();
  await slot('10:00').click();
  await slot('10:00').and(page.locator('[aria-pressed=true]')).waitFor();
  const [event, ...others] = await events();
  expect(others).toEqual([]);
  const detail = event?.detail as BookingSlot;
  expect(event?.type).toBe('slot-selected');
  expect(detail).toMatchObject({ duration: HOUR_MS, userIds: [bookable.userId], timezone: 'Europe/Oslo' });
  expect(new Date(detail.start).toLocaleTimeString('en-GB', { timeZone: 'Europe/Oslo' })).toBe('10:00:00');
  const { booking } = await unwrap(
    bookable.accountClient.booking.create(bookable.serviceId, { startTs: detail.start, duration: HOUR_MS }),
  );
  expect(booking.state).toBe('confirmed');
});

it('with a token, holds, confirms, moves and cancels a booking', async () => {
  await page.goto(site.at(bookable.tag({ token: true })));
  await toNextMonth();
  await picture(page, 'element-choose');
  await slot('10:00').click();
  await page.getByText('Held for you until').waitFor();
  await picture(page, 'element-details');
  // Nobody else can book it meanwhile.
  const start = await chosenStart();
  const other = await bookable.accountClient.booking.create(bookable.serviceId, {
    startTs: start,
    duration: HOUR_MS,
  });
  expect(other.error?.code).toBe('slot-taken');

  await page.getByLabel('Name').fill('Vera');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'Your booking is confirmed' }).waitFor();
  await picture(page, 'element-booked');
  const month = { startTs: start - 24 * HOUR_MS, endTs: start + 24 * HOUR_MS };
  const bookings = () => unwrap(bookable.accountClient.booking.ofService(bookable.serviceId, month));
  expect((await bookings()).bookings).toMatchObject([
    { state: 'confirmed', startTs: start, metadata: { name: 'Vera' } },
  ]);

  await page.getByRole('button', { name: 'Move' }).click();
  await slot('14:00').click();
  await page.getByRole('heading', { name: 'Your booking is moved' }).waitFor();
  expect((await bookings()).bookings).toMatchObject([{ state: 'confirmed', startTs: start + 4 * HOUR_MS }]);

  await page.getByRole('button', { name: 'Cancel booking' }).click();
  await page.getByRole('button', { name: 'Yes, cancel' }).click();
  await page.getByRole('heading', { name: 'Your booking is cancelled' }).waitFor();
  expect((await bookings()).bookings).toMatchObject([{ state: 'cancelled' }]);
  expect((await events()).map(({ type }) => type)).toEqual([
    'slot-selected',
    'booking-confirmed',
    'slot-selected',
    'booking-moved',
    'booking-cancelled',
  ]);
  await page.getByRole('button', { name: 'Book another time' }).click();
  await page.locator('td.free').first().waitFor();
});

it('releases the held slot when the person goes back', async () => {
  await page.goto(site.at(bookable.tag({ token: true })));
  await toNextMonth();
  await slot('10:00').click();
  await page.getByRole('button', { name: 'Choose another time' }).click();
  await slot('10:00').and(page.locator('[aria-pressed=false]')).waitFor();
  const start = await chosenStart();
  const { status } = await bookable.accountClient.booking.create(bookable.serviceId, {
    startTs: start,
    duration: HOUR_MS,
  });
  expect(status).toBe(201);
});

it('shows that a hold has expired, and still confirms while the slot is free', async () => {
  await page.clock.install();
  await page.goto(site.at(bookable.tag({ token: true })));
  await toNextMonth();
  await slot('10:00').click();
  await page.getByText('Held for you until').waitFor();
  await page.clock.fastForward('10:30');
  await page.getByRole('paragraph').filter({ hasText: 'The hold has expired' }).waitFor();
  await page.getByLabel('Name').fill('Vera');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'Your booking is confirmed' }).waitFor();
});

it('shows that somebody else booked the slot, and the other slots', async () => {
  await page.goto(site.at(bookable.tag({ token: true })));
  await toNextMonth();
  const start = Number(await slot('10:00').getAttribute('data-start'));
  await unwrap(
    bookable.accountClient.booking.create(bookable.serviceId, { startTs: start, duration: HOUR_MS }),
  );
  await slot('10:00').click();
  await page.getByRole('alert').filter({ hasText: 'Somebody else has just booked that time' }).waitFor();
  await slot('10:00').waitFor({ state: 'detached' });
  await picture(page, 'element-taken');
  await slot('11:00').click();
  await page.getByText('Held for you until').waitFor();
});

it("uses the page's own fields for the details", async () => {
  const fields = '<label slot="fields">Company <input name="company" required></label>';
  await page.goto(site.at(bookable.tag({ token: true, fields })));
  await toNextMonth();
  await slot('10:00').click();
  await page.getByRole('button', { name: 'Confirm' }).click();
  // The element sends nothing while a required field is empty.
  expect(await page.getByLabel('Company').evaluate((input) => input.matches(':invalid'))).toBe(true);
  await page.getByLabel('Company').fill('Acme');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'Your booking is confirmed' }).waitFor();
  const confirmed = (await events()).at(-1)?.detail as { booking: { metadata: unknown } };
  expect(confirmed.booking.metadata).toEqual({ company: 'Acme' });
});

it('shows that there is no connection, and continues by itself once there is one', async () => {
  await page.goto(site.at(bookable.tag()));
  await page.locator('td.free').first().waitFor();
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Next month' }).click();
  await page.getByRole('alert').filter({ hasText: 'There is no connection' }).waitFor();
  await picture(page, 'element-offline');
  await page.context().setOffline(false);
  await page.locator('td.free').first().waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

it('retries the last step after a lost connection, with the details in the form', async () => {
  await page.goto(site.at(bookable.tag({ token: true })));
  await toNextMonth();
  await slot('10:00').click();
  await page.getByLabel('Name').fill('Vera');
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Your booking is confirmed' }).waitFor();
  const confirmed = (await events()).at(-1)?.detail as { booking: { metadata: unknown } };
  expect(confirmed.booking.metadata).toEqual({ name: 'Vera' });
});

it('shows that the person has to sign in again after a revocation', async () => {
  const { accountClient, accountId, userId } = bookable;
  await unwrap(accountClient.user.revokeTokens(userId));
  const tag = bookable.tag({ token: true }).replace(bookable.guestToken, bookable.token);
  await page.goto(site.at(tag));
  // The element loads slots with the token too.
  await page.getByRole('alert').filter({ hasText: 'Sign in again to book' }).waitFor();
  expect(accountId).toBeTruthy();
});

it('shows the next month with times on a click', async () => {
  const { accountClient, serviceId, userId } = bookable;
  // The first bookable day is in the month after next.
  await unwrap(
    accountClient.service.updateUserInService(serviceId, { userId, closestBookingTime: 45 * 24 * 60 }),
  );
  await page.goto(site.at(bookable.tag()));
  await page.getByRole('button', { name: 'Show the next date with times' }).click();
  const first = page.locator('td.free').first();
  await first.waitFor();
  expect(await first.getAttribute('aria-selected')).toBe('true');
  expect(await status().textContent()).toContain('Times on ');
});

it('lists its required attributes when one is missing', async () => {
  await page.goto(
    site.at('<nettu-booking account="x"></nettu-booking><script type="module" src="/element.js"></script>'),
  );
  await page.getByText('needs account, service and duration').waitFor();
});
