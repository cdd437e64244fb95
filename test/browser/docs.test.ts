/** /docs and the guides: their search answers what people type, in light and dark, on a phone, and for a screen reader. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWithPages } from '../e2e/support/service.ts';
import { violations } from './support/axe.ts';
import { connect, picture, visit } from './support/chromium.ts';

const [service, browser] = await Promise.all([startWithPages(), connect()]);
const docs = new URL('/docs', service.baseUrls[0]).href;
afterAll(async () => {
  await browser.close();
  await service.stop();
});

async function openReference(page: Page, anchor = ''): Promise<void> {
  await page.goto(docs + anchor);
  await page.getByRole('heading', { name: 'Nettu Scheduler' }).waitFor();
  // The renderer sets the page's mode after it has drawn the page, and until then the colours are those of both.
  const mode = await page.evaluate(() =>
    matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
  );
  await page.locator(`body.${mode}-mode`).waitFor();
}

/** What people type: the guide that the search of the reference finds first, and the heading that the guides' search finds. */
const queries: [query: string, topic: string, heading: string][] = [
  ['recurring event', 'Recurring events', 'Recurring events'],
  ['rotate a key', 'Rotate a key', 'Rotate a signing key'],
  ['reschedule', 'Reschedule', 'Reschedule and cancel'],
  ['error codes', 'Error codes', 'Problems: the error codes'],
  ['pagination', 'Pagination', 'Lists and pagination'],
  ['time off', 'Time off', 'Time off and holidays'],
  ['verify a webhook', 'Verify a webhook', 'Receive and verify'],
  ['idempotency', 'Idempotency', 'Retries and Idempotency-Key'],
];

describe('the search of the reference', () => {
  let page: Page;
  let close: () => Promise<void>;
  let errors: string[];
  beforeAll(async () => {
    ({ page, close, errors } = await visit(browser));
    await openReference(page);
  });
  afterAll(() => close());

  it.each(queries)('answers "%s" first with the guide "%s"', async (query, topic) => {
    await page.keyboard.press('Control+k');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox').fill(query);
    const first = dialog.getByRole('option').first();
    await expect.poll(() => first.innerText()).toMatch(new RegExp(`^\\s*Tag:\\s+${topic}\\s`));
    await first.click();
    await expect.poll(() => page.url()).toContain(`#tag/${topic.toLowerCase().replaceAll(' ', '-')}`);
    await expect.poll(() => page.getByRole('heading', { name: topic, exact: true }).isVisible()).toBe(true);
    expect(errors).toEqual([]);
  });

  it('finds an operation once, with the paths of both callers and samples that name this deployment', async () => {
    await openReference(page, '#tag/calendars/POST/calendar');
    const menu = page.locator('aside').getByText('Create a calendar');
    await expect.poll(() => menu.count()).toBe(1);
    const operation = page.locator('section', { hasText: 'createCalendarAsAccount' }).last();
    await operation.waitFor();
    expect(await operation.innerText()).toContain('POST /user/{userId}/calendar');
    await expect.poll(() => operation.innerText()).toContain(`baseUrl: '${service.baseUrls[0]}'`);
  });
});

describe('the search of the guides', () => {
  it.each(queries)('answers "%s" (%s) with "%s"', async (query, _, heading) => {
    const { page, errors, close } = await visit(browser);
    await page.goto(`${docs}/guides`);
    await page.getByRole('searchbox').fill(query);
    const results = page.getByRole('search').getByRole('listitem');
    await expect.poll(() => results.allInnerTexts()).toContainEqual(expect.stringContaining(heading));
    expect(errors).toEqual([]);
    await close();
  });
});

const sites: [name: string, path: string, parts?: string[]][] = [
  // The rest of the reference is its renderer's.
  ['the reference', '', ['.site', '.markdown']],
  ['the guides', '/guides'],
  ['a guide', '/guides/scheduling'],
  ['the problems', '/guides/problems'],
];

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  it.each(sites)('%s has no violations', async (name, path, parts) => {
    const { page, errors, close } = await visit(browser, { colorScheme });
    if (path) await page.goto(docs + path);
    else await openReference(page);
    await picture(page, `${name}-${colorScheme}`);
    // The renderer changes colours a moment after it has set the mode.
    await expect.poll(() => violations(page, parts)).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });
});

it.each(sites)('%s does not scroll sideways on a phone', async (name, path) => {
  const { page, close } = await visit(browser, { viewport: { width: 360, height: 740 }, hasTouch: true });
  if (path) await page.goto(docs + path);
  else await openReference(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await picture(page, `${name}-phone`);
  await close();
});
