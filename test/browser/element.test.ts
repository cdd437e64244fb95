/** `<nettu-booking>` as a visitor with a mouse meets it, on a page of another origin than the Worker. */
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
const HOUR = 60 * 60 * 1000;

let bookable: Bookable;
let visitor: Visit;
let page: Page;
beforeEach(async () => {
  bookable = await newBookable(baseUrl);
  visitor = await visit(browser);
  ({ page } = visitor);
});
afterEach(async () => {
  expect(visitor.faults).toEqual([]);
  await visitor.close();
});

/** A month from now, on its second date: nothing of it is over, and none of it has begun. */
async function toNextMonth(): Promise<void> {
  await page.getByRole('button', { name: 'Next month' }).click();
  await page.locator('td.free').nth(1).click();
}
const slot = (time: string) => page.getByRole('button', { name: time, exact: true });
const heard = () =>
  page.evaluate(() => (window as unknown as { heard: { type: string; detail: unknown }[] }).heard);
/** When the slot begins that was chosen first. */
const chosen = async () => ((await heard()).at(0)?.detail as BookingSlot | undefined)?.start ?? 0;
const status = () => page.locator('nettu-booking [role=status]');

it('tells the page which slot was chosen, and nothing is booked without a token', async () => {
  await page.goto(site.at(bookable.tag()));
  await toNextMonth();
  await slot('10:00').click();
  await slot('10:00').and(page.locator('[aria-pressed=true]')).waitFor();
  const [event, ...others] = await heard();
  expect(others).toEqual([]);
  const detail = event?.detail as BookingSlot;
  expect(event?.type).toBe('slot-selected');
  expect(detail).toMatchObject({ duration: HOUR, userIds: [bookable.userId], timezone: 'Europe/Oslo' });
  expect(new Date(detail.start).toLocaleTimeString('en-GB', { timeZone: 'Europe/Oslo' })).toBe('10:00:00');
  const { booking } = await unwrap(
    bookable.server.booking.create(bookable.serviceId, { startTs: detail.start, duration: HOUR }),
  );
  expect(booking.state).toBe('confirmed');
});

it('holds, confirms, moves and cancels a booking with a token', async () => {
  await page.goto(site.at(bookable.tag({ token: true })));
  await toNextMonth();
  await picture(page, 'element-choose');
  await slot('10:00').click();
  await page.getByText('Held for you until').waitFor();
  await picture(page, 'element-details');
  // Nobody else can have it meanwhile.
  const start = await chosen();
  const other = await bookable.server.booking.create(bookable.serviceId, { startTs: start, duration: HOUR });
  expect(other.error?.code).toBe('slot-taken');

  await page.getByLabel('Name').fill('Vera');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'You are booked' }).waitFor();
  await picture(page, 'element-booked');
  const month = { startTs: start - 24 * HOUR, endTs: start + 24 * HOUR };
  const bookings = () => unwrap(bookable.server.booking.ofService(bookable.serviceId, month));
  expect((await bookings()).bookings).toMatchObject([
    { state: 'confirmed', startTs: start, metadata: { name: 'Vera' } },
  ]);

  await page.getByRole('button', { name: 'Move' }).click();
  await slot('14:00').click();
  await page.getByRole('heading', { name: 'Your booking is moved' }).waitFor();
  expect((await bookings()).bookings).toMatchObject([{ state: 'confirmed', startTs: start + 4 * HOUR }]);

  await page.getByRole('button', { name: 'Cancel booking' }).click();
  await page.getByRole('button', { name: 'Yes, cancel' }).click();
  await page.getByRole('heading', { name: 'Your booking is cancelled' }).waitFor();
  expect((await bookings()).bookings).toMatchObject([{ state: 'cancelled' }]);
  expect((await heard()).map(({ type }) => type)).toEqual([
    'slot-selected',
    'booking-confirmed',
    'slot-selected',
    'booking-moved',
    'booking-cancelled',
  ]);
  await page.getByRole('button', { name: 'Book another time' }).click();
  await page.locator('td.free').first().waitFor();
});

it('gives a held slot back to whoever comes next', async () => {
  await page.goto(site.at(bookable.tag({ token: true })));
  await toNextMonth();
  await slot('10:00').click();
  await page.getByRole('button', { name: 'Choose another time' }).click();
  await slot('10:00').and(page.locator('[aria-pressed=false]')).waitFor();
  const start = await chosen();
  const { status } = await bookable.server.booking.create(bookable.serviceId, {
    startTs: start,
    duration: HOUR,
  });
  expect(status).toBe(201);
});

it('says when a hold is over, and still confirms while the time is free', async () => {
  await page.clock.install();
  await page.goto(site.at(bookable.tag({ token: true })));
  await toNextMonth();
  await slot('10:00').click();
  await page.getByText('Held for you until').waitFor();
  await page.clock.fastForward('10:30');
  await page.getByRole('paragraph').filter({ hasText: 'That time is over' }).waitFor();
  await page.getByLabel('Name').fill('Vera');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'You are booked' }).waitFor();
});

it('says so when somebody else was faster, and shows what is left', async () => {
  await page.goto(site.at(bookable.tag({ token: true })));
  await toNextMonth();
  const start = Number(await slot('10:00').getAttribute('data-start'));
  await unwrap(bookable.server.booking.create(bookable.serviceId, { startTs: start, duration: HOUR }));
  await slot('10:00').click();
  await page.getByRole('alert').filter({ hasText: 'Somebody else has just taken that time' }).waitFor();
  await slot('10:00').waitFor({ state: 'detached' });
  await picture(page, 'element-taken');
  await slot('11:00').click();
  await page.getByText('Held for you until').waitFor();
});

it('takes the details that the page asks for', async () => {
  const fields = '<label slot="fields">Company <input name="company" required></label>';
  await page.goto(site.at(bookable.tag({ token: true, fields })));
  await toNextMonth();
  await slot('10:00').click();
  await page.getByRole('button', { name: 'Confirm' }).click();
  // Nothing is sent while one is missing.
  expect(await page.getByLabel('Company').evaluate((input) => input.matches(':invalid'))).toBe(true);
  await page.getByLabel('Company').fill('Acme');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'You are booked' }).waitFor();
  const confirmed = (await heard()).at(-1)?.detail as { booking: { metadata: unknown } };
  expect(confirmed.booking.metadata).toEqual({ company: 'Acme' });
});

it('says when there is no connection, and goes on by itself once there is', async () => {
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

it('lets who was offline try the last step again, without losing what was filled in', async () => {
  await page.goto(site.at(bookable.tag({ token: true })));
  await toNextMonth();
  await slot('10:00').click();
  await page.getByLabel('Name').fill('Vera');
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'You are booked' }).waitFor();
  const confirmed = (await heard()).at(-1)?.detail as { booking: { metadata: unknown } };
  expect(confirmed.booking.metadata).toEqual({ name: 'Vera' });
});

it('says in plain words that a token may not book', async () => {
  const { server, accountId, userId } = bookable;
  await unwrap(server.user.revokeTokens(userId));
  const tag = bookable.tag({ token: true }).replace(bookable.guestToken, bookable.token);
  await page.goto(site.at(tag));
  // Slots are asked for with that token.
  await page.getByRole('alert').filter({ hasText: 'You need to sign in again' }).waitFor();
  expect(accountId).toBeTruthy();
});

it('shows the next month that has times, on request', async () => {
  const { server, serviceId, userId } = bookable;
  // Nothing can be booked before some day of the month after next.
  await unwrap(server.service.updateUserInService(serviceId, { userId, closestBookingTime: 45 * 24 * 60 }));
  await page.goto(site.at(bookable.tag()));
  await page.getByRole('button', { name: 'Show the next date with times' }).click();
  const first = page.locator('td.free').first();
  await first.waitFor();
  expect(await first.getAttribute('aria-selected')).toBe('true');
  expect(await status().textContent()).toContain('Times on ');
});

it('without what it needs it says what that is', async () => {
  await page.goto(
    site.at('<nettu-booking account="x"></nettu-booking><script type="module" src="/element.js"></script>'),
  );
  await page.getByText('needs account, service and duration').waitFor();
});
