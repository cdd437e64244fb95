/** `<nettu-booking>` in another time zone when the host's clock changes, and in other languages. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { startService } from '../e2e/support/service.ts';
import { newBookable } from './support/bookable.ts';
import { connect, picture, visit } from './support/chromium.ts';
import { startSite } from './support/site.ts';

const [service, site, browser] = await Promise.all([startService(), startSite(), connect()]);
afterAll(async () => {
  await browser.close();
  site.stop();
  await service.stop();
});
const [baseUrl] = service.baseUrls;

async function open(
  hours: [number, number],
  attributes: string,
  options: BrowserContextOptions,
  lang = 'en-GB',
) {
  const bookable = await newBookable(baseUrl, hours);
  const session = await visit(browser, options);
  await session.page.goto(site.at(bookable.tag({ attributes }), { lang }));
  await session.page.locator('td[data-date]').first().waitFor();
  return session;
}

async function select(page: Page, date: string): Promise<void> {
  const next = page.locator('[part~=next]');
  for (let months = 0; months < 24 && !(await page.locator(`[data-date="${date}"]`).count()); months++)
    await next.click();
  await page.locator(`[data-date="${date}"].free`).click();
}

const times = (page: Page) => page.locator('[part=slot]').allInnerTexts();

/** The last Sunday of a month of next year, on which the clock in Oslo changes in March and October. */
function lastSunday(month: number): string {
  const last = new Date(Date.UTC(new Date().getUTCFullYear() + 1, month, 0));
  last.setUTCDate(last.getUTCDate() - last.getUTCDay());
  return last.toISOString().slice(0, 10);
}
const dayBefore = (date: string) =>
  new Date(Date.parse(date) - 24 * 60 * 60 * 1000).toISOString().slice(0, 10);

it("shows the host's hours in the time of Kathmandu, before and after the host's clock goes forward", async () => {
  const session = await open([9, 11], 'duration="30" interval="15"', { timezoneId: 'Asia/Kathmandu' });
  const { page, errors } = session;
  const sunday = lastSunday(3);
  // 09:00 in Oslo is 13:45 in Kathmandu in standard time, and 12:45 in daylight saving time.
  await select(page, dayBefore(sunday));
  expect((await times(page)).at(0)).toBe('13:45');
  await select(page, sunday);
  expect(await times(page)).toEqual(['12:45', '13:00', '13:15', '13:30', '13:45', '14:00', '14:15']);

  // Choosing another time zone shows the same slots in that zone.
  await page.getByRole('combobox', { name: 'Time zone' }).fill('oslo');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '09:00' }).waitFor();
  expect((await times(page)).at(0)).toBe('09:00');
  expect(errors).toEqual([]);
  await session.close();
});

it('adds the offset to an hour that occurs twice', async () => {
  const session = await open([1, 4], 'duration="60"', { timezoneId: 'Europe/Oslo' });
  await select(session.page, lastSunday(10));
  expect(await times(session.page)).toEqual(['01:00', '02:00 GMT+2', '02:00 GMT+1', '03:00']);
  await session.close();
});

it('uses the week start, names and direction of the language of the page', async () => {
  const arabic = await open([9, 17], 'duration="60"', {}, 'ar-EG');
  expect(await arabic.page.locator('[part=root]').getAttribute('dir')).toBe('rtl');
  // In Egypt the week starts on Saturday.
  const first = await arabic.page.locator('th').first().getAttribute('abbr');
  expect(first).toBe('السبت');
  await picture(arabic.page, 'element-rtl');

  // The first day with times takes the focus once they are there.
  await arabic.page.locator('td.free').first().waitFor();
  // In a week from right to left, the left arrow moves forward.
  const cell = arabic.page.locator('td[tabindex="0"]');
  const before = String(await cell.getAttribute('data-date'));
  await cell.press('ArrowLeft');
  const after = await arabic.page.evaluate(
    () => document.querySelector('nettu-booking')?.shadowRoot?.activeElement?.getAttribute('data-date') ?? '',
  );
  expect(Date.parse(after) - Date.parse(before)).toBe(24 * 60 * 60 * 1000);
  expect(arabic.errors).toEqual([]);
  await arabic.close();

  const american = await open([9, 17], 'duration="60" locale="en-US"', {});
  expect(await american.page.locator('th').first().getAttribute('abbr')).toBe('Sunday');
  expect(await american.page.locator('[part=root]').getAttribute('dir')).toBe('ltr');
  await american.close();
});
