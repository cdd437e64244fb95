/** axe-core finds no violation in any panel of the playground, in light and dark mode. */
import { afterAll, describe, expect, it } from 'vitest';
import { violations } from './support/axe.ts';
import { picture, visit } from './support/chromium.ts';
import { startStage } from './support/playground.ts';

const stage = await startStage();
afterAll(() => stage.stop());
const { browser, playground } = stage;

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
      await page.getByLabel('Whole days').check();
      await page.getByLabel('First day').waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByText('Subscribe to this calendar, or import').click();
      await page.getByText('No app subscribes').waitFor();
      expect(await violations(page), 'feeds').toEqual([]);
    }
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
