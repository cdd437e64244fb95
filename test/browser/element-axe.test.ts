/** axe-core finds no violation in any step of the element: light, dark, on a phone, and from right to left in Arabic. */
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { startService } from '../e2e/support/service.ts';
import { violations } from './support/axe.ts';
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

const WIDTH_PX = 360;
const arabic = `<script type="module">
  import { ar } from '/words/ar.js';
  document.querySelector('nettu-booking').words = ar;
</script>`;

it.each<[string, BrowserContextOptions, { lang: string; more: string }]>([
  ['light', {}, { lang: 'en-GB', more: '' }],
  ['dark', { colorScheme: 'dark' }, { lang: 'en-GB', more: '' }],
  ['phone', { viewport: { width: WIDTH_PX, height: 740 }, hasTouch: true }, { lang: 'en-GB', more: '' }],
  ['rtl', { colorScheme: 'dark' }, { lang: 'ar-EG', more: arabic }],
])('%s', async (name, options, { lang, more }) => {
  const bookable = await newBookable(baseUrl, [9, 20]);
  const { page, errors, close } = await visit(browser, options);
  const attributes = `duration="60" service-name="Consultation" host-names='{"${bookable.userId}":"Ida"}'`;
  const tag = bookable.tag({ token: true, attributes }) + more;
  await page.goto(site.at(tag, { lang, scheme: 'light dark' }));
  /** The part of a button, or another element of the element. */
  const part = (one: string) => page.locator(`[part~=${one}]`).first();
  const check = async (step: string) => {
    // On a phone, only the widths differ; from right to left, only the words.
    if (name !== 'phone' && (name !== 'rtl' || ['choose', 'zones', 'details', 'booked'].includes(step)))
      expect(await violations(page), step).toEqual([]);
    if (name === 'phone')
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(WIDTH_PX);
    await picture(page, `element-${name}-${step}`, true);
  };
  await part('next').click();
  await page.locator('td.free').nth(1).click();
  await check('choose');
  await part('timezone').click();
  await page.locator('[role=option]').first().waitFor();
  await check('zones');
  await page.keyboard.press('Escape');
  await part('slot').click();
  await page.locator('[name=name]').fill('Vera');
  await page.locator('[name=email]').fill('vera@example.com');
  await check('details');
  await part('confirm').click();
  await part('calendar-file').waitFor();
  await check('booked');
  await part('move').click();
  await page.locator('[part=slot]').nth(3).click();
  await part('move-yes').waitFor();
  await check('move');
  await part('move-yes').click();
  await part('cancel').click();
  await check('cancel');
  await part('cancel-yes').click();
  await part('again').waitFor();
  await check('cancelled');
  await part('again').click();
  await page.context().setOffline(true);
  await part('next').click();
  await page.getByRole('alert').waitFor();
  await check('offline');
  await page.context().setOffline(false);
  await page.evaluate(() => {
    (document.querySelector('nettu-booking') as unknown as { token: undefined }).token = undefined;
  });
  await page.locator('td.free').first().waitFor();
  await part('slot').click();
  await part('waiting').waitFor();
  await check('waiting');
  expect(errors).toEqual([]);
  await close();
});
