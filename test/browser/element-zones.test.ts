/** What a visitor elsewhere is shown when the host's clock is changed, and in other languages. */
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
  const visitor = await visit(browser, options);
  // The page's clock, not the Worker's: so that a date of next year is a few months ahead, whenever this runs.
  await visitor.page.goto(site.at(bookable.tag({ attributes }), { lang }));
  await visitor.page.locator('td[data-date]').first().waitFor();
  return visitor;
}

async function select(page: Page, date: string): Promise<void> {
  const next = page.locator('[part~=next]');
  for (let months = 0; months < 24 && !(await page.locator(`[data-date="${date}"]`).count()); months++)
    await next.click();
  await page.locator(`[data-date="${date}"].free`).click();
}

const times = (page: Page) => page.locator('[part=slot]').allInnerTexts();

/** The last Sunday of a month of the year after this one: when the clocks of Oslo are changed. */
function lastSunday(month: number): string {
  const last = new Date(Date.UTC(new Date().getUTCFullYear() + 1, month, 0));
  last.setUTCDate(last.getUTCDate() - last.getUTCDay());
  return last.toISOString().slice(0, 10);
}
const dayBefore = (date: string) =>
  new Date(Date.parse(date) - 24 * 60 * 60 * 1000).toISOString().slice(0, 10);

it("shows a visitor in Kathmandu the host's hours, before and after the host's clock goes forward", async () => {
  const visitor = await open([9, 11], 'duration="30" interval="15"', { timezoneId: 'Asia/Kathmandu' });
  const { page, faults } = visitor;
  const sunday = lastSunday(3);
  // 09:00 in Oslo is 13:45 in Kathmandu by winter time, and 12:45 by summer time.
  await select(page, dayBefore(sunday));
  expect((await times(page)).at(0)).toBe('13:45');
  await select(page, sunday);
  expect(await times(page)).toEqual(['12:45', '13:00', '13:15', '13:30', '13:45', '14:00', '14:15']);

  // The same times by another clock, as soon as the visitor says so.
  await page.getByLabel('Time zone').selectOption('Europe/Oslo');
  await page.getByRole('button', { name: '09:00' }).waitFor();
  expect((await times(page)).at(0)).toBe('09:00');
  expect(faults).toEqual([]);
  await visitor.close();
});

it('tells apart the hour that comes twice', async () => {
  const visitor = await open([1, 4], 'duration="60"', { timezoneId: 'Europe/Oslo' });
  await select(visitor.page, lastSunday(10));
  expect(await times(visitor.page)).toEqual(['01:00', '02:00 GMT+2', '02:00 GMT+1', '03:00']);
  await visitor.close();
});

it('speaks by the language of the page around it: week start, names, direction', async () => {
  const arabic = await open([9, 17], 'duration="60"', {}, 'ar-EG');
  expect(await arabic.page.locator('[part=root]').getAttribute('dir')).toBe('rtl');
  // In Egypt a week starts on Saturday.
  const first = await arabic.page.locator('th').first().getAttribute('abbr');
  expect(first).toBe('السبت');
  await picture(arabic.page, 'element-rtl');

  // The arrows follow what is seen: left is forward.
  const cell = arabic.page.locator('td[tabindex="0"]');
  const before = String(await cell.getAttribute('data-date'));
  await cell.press('ArrowLeft');
  const after = await arabic.page.evaluate(
    () => document.querySelector('nettu-booking')?.shadowRoot?.activeElement?.getAttribute('data-date') ?? '',
  );
  expect(Date.parse(after) - Date.parse(before)).toBe(24 * 60 * 60 * 1000);
  expect(arabic.faults).toEqual([]);
  await arabic.close();

  const american = await open([9, 17], 'duration="60" locale="en-US"', {});
  expect(await american.page.locator('th').first().getAttribute('abbr')).toBe('Sunday');
  expect(await american.page.locator('[part=root]').getAttribute('dir')).toBe('ltr');
  await american.close();
});
