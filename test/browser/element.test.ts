/** `<nettu-booking>` with a mouse, on a page with another origin than the Worker. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { type BookingSlot, unwrap } from '../../src/sdk/index.ts';
import { startService } from '../e2e/support/service.ts';
import { type Bookable, DETAILS, fillDetails, newBookable, toNextMonth } from './support/bookable.ts';
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
  page.evaluate(() => (window as unknown as { dispatched: { type: string; detail: unknown }[] }).dispatched);
/** The start of the slot that was chosen first. */
const chosenStart = async () => ((await events()).at(0)?.detail as BookingSlot | undefined)?.start ?? 0;

it('with a token, holds, confirms, moves and cancels a booking', async () => {
  await page.goto(site.at(bookable.tag({ token: true })));
  await toNextMonth(page);
  await picture(page, 'element-choose');
  await slot('10:00').click();
  await page.getByText('Held for you for').waitFor();
  await picture(page, 'element-details');
  // Nobody else can book it meanwhile.
  const start = await chosenStart();
  const other = await bookable.accountClient.booking.create(bookable.serviceId, {
    startTs: start,
    duration: HOUR_MS,
  });
  expect(other.error?.code).toBe('slot-taken');

  await fillDetails(page);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'Your booking is confirmed' }).waitFor();
  await picture(page, 'element-booked');
  const month = { startTs: start - 24 * HOUR_MS, endTs: start + 24 * HOUR_MS };
  const bookings = () => unwrap(bookable.accountClient.booking.ofService(bookable.serviceId, month));
  expect((await bookings()).bookings).toMatchObject([
    { state: 'confirmed', startTs: start, metadata: DETAILS },
  ]);

  await page.getByRole('button', { name: 'Move' }).click();
  await slot('14:00').click();
  // One click moves nothing.
  await page.getByRole('heading', { name: 'Move your booking?' }).waitFor();
  await picture(page, 'element-move');
  expect((await bookings()).bookings).toMatchObject([{ startTs: start }]);
  await page.getByRole('button', { name: 'Yes, move' }).click();
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
  await toNextMonth(page);
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
  await toNextMonth(page);
  await slot('10:00').click();
  await page.getByText('Held for you for').waitFor();
  await page.clock.fastForward('10:30');
  await page.getByRole('paragraph').filter({ hasText: 'The hold has expired' }).waitFor();
  await fillDetails(page);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'Your booking is confirmed' }).waitFor();
});

it('shows that somebody else booked the slot, and the other slots', async () => {
  await page.goto(site.at(bookable.tag({ token: true })));
  await toNextMonth(page);
  const start = Number(await slot('10:00').getAttribute('data-start'));
  await unwrap(
    bookable.accountClient.booking.create(bookable.serviceId, { startTs: start, duration: HOUR_MS }),
  );
  await slot('10:00').click();
  await page.getByRole('alert').filter({ hasText: 'Somebody else has just booked that time' }).waitFor();
  await slot('10:00').waitFor({ state: 'detached' });
  await picture(page, 'element-taken');
  await slot('11:00').click();
  await page.getByText('Held for you for').waitFor();
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
  await toNextMonth(page);
  await slot('10:00').click();
  await fillDetails(page);
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Your booking is confirmed' }).waitFor();
  const confirmed = (await events()).at(-1)?.detail as { booking: { metadata: unknown } };
  expect(confirmed.booking.metadata).toEqual(DETAILS);
});

it('shows that the person has to sign in again after a revocation', async () => {
  await unwrap(bookable.accountClient.user.revokeTokens(bookable.userId));
  const tag = bookable.tag({ token: true }).replace(bookable.guestToken, bookable.token);
  await page.goto(site.at(tag));
  // Anyone may read the slots, whatever the token.
  await toNextMonth(page);
  await slot('10:00').click();
  await page.getByRole('alert').filter({ hasText: 'Sign in again to book' }).waitFor();
});
