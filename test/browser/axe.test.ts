/** axe-core finds no violation in any panel, nor in any step of the element, in light and dark mode. */
import { afterAll, describe, expect, it } from 'vitest';
import { violations } from './support/axe.ts';
import { fillDetails, newBookable } from './support/bookable.ts';
import { picture, visit } from './support/chromium.ts';
import { startStage } from './support/playground.ts';
import { startSite } from './support/site.ts';

const [stage, site] = await Promise.all([startStage(), startSite()]);
afterAll(async () => {
  site.stop();
  await stage.stop();
});
const { browser, playground, baseUrl } = stage;

/** A selector that matches once a panel is ready. */
const ready = {
  calendar: '.fc-event',
  token: '.verdict.good',
  booking: 'td.free',
  notifications: '[role=log] p',
};

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  it.each(Object.entries(ready))('the %s panel has no violations', async (panel, selector) => {
    const { page, errors, close } = await visit(browser, { colorScheme });
    await page.goto(`${playground.url}/#${panel}`);
    await page.locator(`#${panel} ${selector}`).first().waitFor();
    await picture(page, `${panel}-${colorScheme}`);
    expect(await violations(page)).toEqual([]);
    if (panel === 'calendar') {
      await page.getByRole('button', { name: 'New event' }).click();
      await page.getByRole('dialog').waitFor();
      expect(await violations(page), 'dialog').toEqual([]);
    }
    expect(errors).toEqual([]);
    await close();
  });

  it('the element has no violations in any step', async () => {
    const bookable = await newBookable(baseUrl);
    const { page, errors, close } = await visit(browser, { colorScheme });
    await page.goto(site.at(bookable.tag({ token: true }), { scheme: 'light dark' }));
    await page.locator('td.free').first().click();
    expect(await violations(page), 'choose').toEqual([]);
    await page.locator('[part=slot]').first().click();
    await fillDetails(page);
    expect(await violations(page), 'details').toEqual([]);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('button', { name: 'Cancel booking' }).click();
    expect(await violations(page), 'booked').toEqual([]);
    await page.getByRole('button', { name: 'Yes, cancel' }).click();
    await page.getByRole('button', { name: 'Book another time' }).waitFor();
    expect(await violations(page), 'cancelled').toEqual([]);
    await page.getByRole('button', { name: 'Book another time' }).click();
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Next month' }).click();
    await page.getByRole('alert').waitFor();
    expect(await violations(page), 'offline').toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });
});

it.each(Object.entries(ready))(
  'the %s panel does not scroll sideways on a phone',
  async (panel, selector) => {
    const { page, close } = await visit(browser, { viewport: { width: 360, height: 740 }, hasTouch: true });
    await page.goto(`${playground.url}/#${panel}`);
    await page.locator(`#${panel} ${selector}`).first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await picture(page, `${panel}-phone`, true);
    await close();
  },
);
