/** `<nettu-booking>` when a person comes back: after a lost answer, after a reload, and with the id of a booking. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { type Booking, NettuUserClient, unwrap } from '../../src/sdk/index.ts';
import { sign } from '../e2e/support/actors.ts';
import { startService } from '../e2e/support/service.ts';
import { type Bookable, fillDetails, newBookable, toNextMonth } from './support/bookable.ts';
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
const heading = (name: string) => page.getByRole('heading', { name });
const click = (name: string) => page.getByRole('button', { name }).click();
const bookings = async () =>
  (await unwrap(bookable.accountClient.booking.ofService(bookable.serviceId))).bookings;
const states = async () => (await bookings()).map(({ state }) => state);

/** Loses the answers to all requests that create a booking; returns a function that ends it. */
async function loseAnswers(): Promise<() => Promise<void>> {
  const path = '**/service/*/booking';
  await page.route(path, async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    await route.fetch();
    await route.abort();
  });
  return () => page.unroute(path);
}

/** A confirmed booking of the guest, at 10:00 in Oslo on a day of the next month. */
async function newBooking(): Promise<Booking> {
  const client = NettuUserClient({ baseUrl, nettuAccount: bookable.accountId, token: bookable.guestToken });
  const now = new Date();
  const day = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 14, 12));
  const date = day.toISOString().slice(0, 10);
  const query = { startDate: date, endDate: date, duration: HOUR_MS, interval: HOUR_MS };
  const { dates } = await unwrap(client.service.getBookingslots(bookable.serviceId, query));
  const { start: startTs = 0 } = dates[0]?.slots[1] ?? {};
  return (await unwrap(client.booking.create(bookable.serviceId, { startTs, duration: HOUR_MS }))).booking;
}

it.each(['Try again', 'the same time', 'a reload'])(
  'holds the time once where the answer is lost, and continues with %s',
  async (way) => {
    await page.goto(site.at(bookable.tag({ token: true })));
    await toNextMonth(page);
    const find = await loseAnswers();
    await slot('10:00').click();
    await page.getByRole('alert').waitFor();
    await find();
    expect(await states()).toEqual(['held']);
    if (way === 'Try again') await click('Try again');
    if (way === 'the same time') await slot('10:00').click();
    if (way === 'a reload') await page.reload();
    await page.getByText('Held for you for').waitFor();
    expect(await states()).toEqual(['held']);
  },
);

it('resumes the hold after a reload, counts it down, and releases it', async () => {
  await page.goto(site.at(bookable.tag({ token: true })));
  await toNextMonth(page);
  await slot('10:00').click();
  await page.getByText('Held for you for').waitFor();
  await page.reload();
  const left = page.locator('[part=hold]');
  await expect.poll(() => left.innerText()).toMatch(/Held for you for 0?9:[0-5]\d/);
  const first = await left.innerText();
  await expect.poll(() => left.innerText()).not.toBe(first);
  // A page may move the element.
  await page.evaluate(() => {
    const element = document.querySelector('nettu-booking');
    element?.replaceWith(document.createElement('hr'));
    if (element) document.querySelector('hr')?.replaceWith(element);
  });
  const moved = await left.innerText();
  await expect.poll(() => left.innerText()).not.toBe(moved);
  // A person who has done nothing yet keeps their place in the page.
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
  await click('Choose another time');
  await page.locator('td.free').first().waitFor();
  expect(await states()).toEqual(['cancelled']);
  await page.reload();
  await page.locator('td.free').first().waitFor();
  expect(await page.getByText('Held for you for').count()).toBe(0);
});

it('shows the booking after a reload, with its calendar file, until the person books again', async () => {
  const names = `service-name="Consultation; with care" host-names='{"${bookable.userId}":"Ida"}'`;
  await page.goto(site.at(bookable.tag({ token: true, attributes: `duration="90" ${names}` })));
  await toNextMonth(page);
  await page.locator('[part=slot]').nth(1).click();
  await fillDetails(page);
  await click('Confirm');
  await heading('Your booking is confirmed').waitFor();
  await page.reload();
  await heading('Your booking').waitFor();
  const summary = await page.locator('[part=summary]').innerText();
  expect(summary).toContain('Consultation; with care');
  expect(summary).toMatch(/10:30\s*–\s*12:00/);
  expect(summary).toContain('Oslo (GMT+');
  expect(summary).toMatch(/Length\s+1 hour 30 minutes\s+With\s+Ida/);
  await picture(page, 'element-return');

  const [{ id = '', startTs = 0 } = {}] = await bookings();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Add to calendar' }).click();
  expect((await download).suggestedFilename()).toBe('booking.ics');
  const href = (await page.getByRole('link', { name: 'Add to calendar' }).getAttribute('href')) ?? '';
  const file = decodeURIComponent(href.slice(href.indexOf(',') + 1));
  expect(file).toContain('SUMMARY:Consultation\\; with care\r\n');
  expect(file).toContain(`UID:${id}@`);
  expect(file).toContain(`DTSTART:${new Date(startTs).toISOString().replace(/[-:]|\.000/g, '')}\r\n`);

  await click('Book another time');
  await page.locator('td.free').first().waitFor();
  await page.reload();
  await page.locator('td.free').first().waitFor();
});

it('opens the booking that the page names, moves it after a question, and cancels it', async () => {
  const { id, startTs } = await newBooking();
  // Neither service nor duration is needed: the booking has both.
  const tag = bookable.tag({ token: true, attributes: `booking="${id}"` });
  await page.goto(site.at(tag.replace(/service="[^"]+"/, '')));
  await heading('Your booking').waitFor();
  // Only the booking that the page names last is shown.
  await page.evaluate(async (booking) => {
    const element = document.querySelector('nettu-booking') as unknown as {
      booking: string;
      updateComplete: Promise<void>;
    };
    element.booking = '00000000-0000-4000-8000-000000000000';
    await element.updateComplete;
    element.booking = booking;
  }, id);
  await heading('Your booking').waitFor();
  expect(await page.getByRole('button', { name: 'Book another time' }).count()).toBe(0);
  await click('Move');
  await slot('14:00').click();
  await heading('Move your booking?').waitFor();
  const question = await page.locator('[part=move-question]').innerText();
  expect(question).toMatch(/From\s.*10:00\s*–\s*11:00\s+To\s.*14:00\s*–\s*15:00/);
  await click('Choose another time');
  await slot('13:00').click();
  await click('Yes, move');
  await heading('Your booking is moved').waitFor();
  expect(await bookings()).toMatchObject([{ id, state: 'confirmed', startTs: startTs + 3 * HOUR_MS }]);

  await click('Cancel booking');
  await picture(page, 'element-cancel');
  await click('Keep booking');
  await click('Cancel booking');
  await click('Yes, cancel');
  await heading('Your booking is cancelled').waitFor();
  expect(await states()).toEqual(['cancelled']);
  await page.reload();
  await heading('Your booking is cancelled').waitFor();
});

it('confirms a held booking that the page names', async () => {
  const client = NettuUserClient({ baseUrl, nettuAccount: bookable.accountId, token: bookable.guestToken });
  const { id, startTs } = await newBooking();
  await unwrap(client.booking.cancel(id));
  const held = await unwrap(
    client.booking.create(bookable.serviceId, { startTs, duration: HOUR_MS, holdFor: 5 }),
  );
  await page.goto(site.at(bookable.tag({ token: true, attributes: `booking="${held.booking.id}"` })));
  await expect.poll(() => page.locator('[part=hold]').innerText()).toMatch(/for 0?4:/);
  await fillDetails(page);
  await click('Confirm');
  await heading('Your booking is confirmed').waitFor();
});

it('says that a booking does not exist, and begins again where the kept one is somebody else’s', async () => {
  const { id } = await newBooking();
  const { user } = await unwrap(bookable.accountClient.user.create());
  const stranger = sign(user.id);
  const ofStranger = (tag: string) => tag.replace(bookable.guestToken, stranger);
  const named = bookable.tag({ token: true, attributes: `booking="${id}"` });
  await page.goto(site.at(ofStranger(named)));
  await page.getByRole('alert').filter({ hasText: 'does not exist any more' }).waitFor();
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);

  const url = site.at(ofStranger(bookable.tag({ token: true })));
  await page.goto(url);
  await page.locator('td.free').first().waitFor();
  await page.evaluate(
    ([key = '', kept = '']) => sessionStorage.setItem(key, kept),
    [`nettu-booking:${[baseUrl, bookable.accountId, bookable.serviceId].join(' ')}`, JSON.stringify({ id })],
  );
  await page.reload();
  await page.locator('td.free').first().waitFor();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});
