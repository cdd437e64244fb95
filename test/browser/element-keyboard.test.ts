/** `<nettu-booking>` with only a keyboard: the date grid of the ARIA Authoring Practices, and the steps to a booking. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { startService } from '../e2e/support/service.ts';
import { newBookable } from './support/bookable.ts';
import { connect, type Visit, visit } from './support/chromium.ts';
import { startSite } from './support/site.ts';

const [service, site, browser] = await Promise.all([startService(), startSite(), connect()]);
afterAll(async () => {
  await browser.close();
  site.stop();
  await service.stop();
});

let session: Visit;
let page: Page;
beforeEach(async () => {
  const bookable = await newBookable(service.baseUrls[0]);
  session = await visit(browser);
  ({ page } = session);
  await page.goto(site.at(bookable.tag({ token: true })));
  await page.locator('td[aria-selected=true]').waitFor();
});
afterEach(async () => {
  expect(session.errors).toEqual([]);
  await session.close();
});

const press = (...keys: string[]) =>
  keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());

interface Focus {
  tag: string;
  date: string | null;
  text: string;
}
const focus = () =>
  page.evaluate((): Focus => {
    const active = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
    const text = active?.getAttribute('aria-label') ?? active?.textContent?.trim() ?? '';
    return { tag: active?.tagName ?? '', date: active?.getAttribute('data-date') ?? null, text };
  });
const expectFocus = async (expected: Partial<Focus>) => {
  await expect.poll(focus).toMatchObject(expected);
};
const day = (date: string, days: number) =>
  new Date(Date.parse(date) + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
/** The days since Monday, with which weeks start in en-GB. */
const intoWeek = (date: string) => (new Date(date).getUTCDay() + 6) % 7;

/** Tabs into the grid, moves to the next month, and returns the focused date. */
async function intoGrid(): Promise<string> {
  for (let tabs = 0; tabs < 6 && !(await focus()).date; tabs++) await press('Tab');
  await press('PageDown');
  await page.locator('td.free').first().waitFor();
  const { date } = await focus();
  expect(date).toBeTruthy();
  return String(date);
}

it('has one tab stop in the grid, and keys that move to every date', async () => {
  const date = await intoGrid();
  await press('ArrowRight');
  await expectFocus({ date: day(date, 1) });
  await press('ArrowLeft', 'ArrowDown');
  await expectFocus({ date: day(date, 7) });
  await press('ArrowUp', 'Home');
  await expectFocus({ date: day(date, -intoWeek(date)) });
  await press('End');
  await expectFocus({ date: day(date, 6 - intoWeek(date)) });
  expect(await page.locator('td[tabindex="0"]').count()).toBe(1);
  await press('Shift+PageDown');
  const { date: later } = await focus();
  expect(Number(later?.slice(0, 4))).toBeGreaterThan(Number(day(date, 6 - intoWeek(date)).slice(0, 4)));
  await press('Tab');
  await expectFocus({ tag: 'INPUT' });
});

it('never moves to a date in the past', async () => {
  for (let tabs = 0; tabs < 6 && !(await focus()).date; tabs++) await press('Tab');
  await press('PageUp', 'PageUp');
  const today = new Date().toLocaleDateString('sv', { timeZone: 'Europe/Oslo' });
  await expectFocus({ date: today });
});

it('books, moves and cancels, and moves the focus to the next input after each step', async () => {
  await intoGrid();
  await press('Enter');
  await page.locator('[part=slot]').first().waitFor();
  // Tabs past the time zone and the clock to the first time.
  await press('Tab', 'Tab', 'Tab');
  expect((await focus()).tag).toBe('BUTTON');
  await press('Enter');
  await expectFocus({ text: 'Your details' });
  await press('Tab');
  await page.keyboard.type('Vera');
  await press('Tab');
  await page.keyboard.type('vera@example.com');
  await press('Enter');
  await expectFocus({ text: 'Your booking is confirmed' });

  // Tabs past the calendar file.
  await press('Tab', 'Tab', 'Enter');
  await expect.poll(async () => (await focus()).text).toContain('Choose a new time');
  await page.locator('[part=slot]').nth(3).focus();
  await press('Space');
  await expectFocus({ text: 'Move your booking?' });
  await press('Tab', 'Enter');
  await expectFocus({ text: 'Your booking is moved' });

  await press('Tab', 'Tab', 'Tab', 'Enter');
  await expectFocus({ text: 'Cancel this booking?' });
  await press('Tab', 'Enter');
  await expectFocus({ text: 'Your booking is cancelled' });
});

it('outlines the focused date', async () => {
  await intoGrid();
  const outline = await page
    .locator('td[tabindex="0"]')
    .evaluate((cell) => getComputedStyle(cell).outlineStyle + getComputedStyle(cell).outlineWidth);
  expect(outline).toBe('solid3px');
});
