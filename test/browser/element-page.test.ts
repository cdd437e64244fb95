/** `<nettu-booking>` and the page around it: its fields, its mistakes, its framework, and where the element begins. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unwrap } from '../../src/sdk/index.ts';
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

let bookable: Bookable;
let session: Visit;
let page: Page;
let logged: string[];
beforeEach(async () => {
  bookable = await newBookable(baseUrl);
  session = await visit(browser);
  ({ page } = session);
  logged = [];
  page.on('console', (message) => message.type() === 'error' && logged.push(message.text()));
});
afterEach(async () => {
  expect(session.errors).toEqual([]);
  await session.close();
});

const slot = (time: string) => page.getByRole('button', { name: time, exact: true });
const confirmed = () =>
  page.evaluate(() => {
    const { dispatched } = window as unknown as {
      dispatched: { detail: { booking: { metadata: Record<string, string> } } }[];
    };
    return dispatched.at(-1)?.detail.booking.metadata;
  });
const DAY_MINUTES = 24 * 60;
/** Lets nobody book the host for a number of days. */
const closeFor = (days: number) =>
  unwrap(
    bookable.accountClient.service.updateUserInService(bookable.serviceId, {
      userId: bookable.userId,
      closestBookingTime: days * DAY_MINUTES,
    }),
  );

describe('the page’s own fields', () => {
  it('are read as a form would submit them, beside name and e-mail', async () => {
    const fields = `<div slot="fields">
      <label>Company <input name="company" required></label>
      <label><input type="checkbox" name="news"> News</label>
      <label><input type="checkbox" name="terms" value="yes"> Terms</label>
      <label><input type="radio" name="size" value="small" checked> Small</label>
      <label><input type="radio" name="size" value="large"> Large</label>
      <label>Topics <select name="topics" multiple><option selected>Tax</option><option selected>Law</option><option disabled selected>Old</option></select></label>
      <fieldset disabled><input name="off" value="never"></fieldset>
      <input type="hidden" name="source" value="shop">
      <input type="submit" name="button" value="Never">
    </div>`;
    await page.goto(site.at(bookable.tag({ token: true, fields })));
    await toNextMonth(page);
    await slot('10:00').click();
    await fillDetails(page);
    await page.getByRole('button', { name: 'Confirm' }).click();
    // The element sends nothing while a required field is empty.
    expect(await page.getByLabel('Company').evaluate((input) => input.matches(':invalid'))).toBe(true);
    await picture(page, 'element-fields', true);
    // Styled like the element's own, unless the page has a rule of its own.
    const radius = (label: string) =>
      page.getByLabel(label).evaluate((input) => getComputedStyle(input).borderRadius);
    expect(await radius('Company')).toBe(await radius('Name'));
    await page.getByLabel('Company').fill('Acme');
    await page.getByLabel('Terms').check();
    await page.getByLabel('Large').check();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('heading', { name: 'Your booking is confirmed' }).waitFor();
    expect(await confirmed()).toEqual({
      ...DETAILS,
      company: 'Acme',
      terms: 'yes',
      size: 'large',
      topics: 'Tax, Law',
      source: 'shop',
    });
  });

  it('replace those of the element with the same name, and the page chooses which it has', async () => {
    const fields = '<label slot="fields">Full name <input name="name" value="Vera Vik"></label>';
    const attributes = 'duration="60" fields="name note"';
    await page.goto(site.at(bookable.tag({ token: true, fields, attributes })));
    await toNextMonth(page);
    await slot('10:00').click();
    await page.getByLabel('Anything we should know?').fill('No sugar');
    expect(await page.locator('nettu-booking label').allInnerTexts()).toEqual([
      'Full name',
      'Anything we should know? (optional)',
    ]);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('heading', { name: 'Your booking is confirmed' }).waitFor();
    expect(await confirmed()).toEqual({ name: 'Vera Vik', note: 'No sugar' });
  });
});

describe('a mistake of the page', () => {
  const failure = () =>
    page.evaluate(() => {
      const { failures } = window as unknown as { failures: { error: Error; message: string }[] };
      return failures.map(({ error, message }) => [error.message, message]);
    });
  const UUID = '00000000-0000-4000-8000-000000000000';

  it.each([
    [
      'an account that does not exist',
      (tag: string) => tag.replace(/account="[^"]+"/, `account="${UUID}"`),
      /nettu-booking.*\b40[14]\b/,
    ],
    ['no account', (tag: string) => tag.replace(/account="[^"]+"/, ''), /It needs account/],
    ['no duration', (tag: string) => tag.replace('duration="60"', ''), /It needs duration/],
    [
      'an interval that is too short',
      (tag: string) => tag.replace('duration="60"', 'duration="60" interval="1"'),
      /input-invalid.*\n.*interval/,
    ],
    ['a base URL without its path', (tag: string) => tag.replace('/api/v1', ''), /route-unknown/],
    [
      'a base URL of another server',
      (tag: string) => tag.replace(baseUrl, site.at('<p>Hello</p>')),
      /not from the scheduler|no answer|failed/i,
    ],
    [
      'hosts that are no ids',
      (tag: string) => tag.replace('duration="60"', 'duration="60" hosts="abc"'),
      /hosts must be user ids.*"abc"/,
    ],
    [
      'a booking without a token',
      (tag: string) => tag.replace('duration="60"', `booking="${UUID}"`),
      /It needs token/,
    ],
  ])('%s: its own sentence for the developer, honest words for the person', async (_, mistaken, sentence) => {
    await page.goto(site.at(mistaken(bookable.tag())));
    const alert = page.getByRole('alert');
    await alert.waitFor();
    const words = await alert.innerText();
    expect(words).toMatch(/Booking is not set up correctly on this page|cannot be reached/);
    expect(logged.join('\n')).toMatch(sentence);
    const [[message = '', shown = ''] = []] = await failure();
    expect(message).toMatch(new RegExp(sentence.source.replace('nettu-booking.*', ''), sentence.flags));
    expect(words).toContain(shown);
  });

  it.each([
    [
      'HTML',
      "'<!doctype html><title>Sign in</title>'",
      /must return a JWT, not an HTML page/,
      /not set up correctly/,
    ],
    ['nothing', 'undefined', /must return a JWT, not undefined/, /not set up correctly/],
    ['an error', "Promise.reject(new Error('401'))", /token function failed \(Error: 401\)/, /Sign in again/],
    [
      'no connection',
      "fetch('http://localhost:9/')",
      /token function failed \(TypeError/,
      /cannot be reached/,
    ],
  ])('a token function that returns %s', async (_, value, sentence, words) => {
    const tag = bookable
      .tag({ token: true })
      .replace(/element.token = .*/, `element.token = () => ${value};`);
    await page.goto(site.at(tag));
    await page.getByRole('alert').filter({ hasText: words }).waitFor();
    expect(logged.join('\n')).toMatch(sentence);
  });

  it.each([
    ['timezone="europe/oslo"', 'Oslo (GMT+', []],
    [
      'timezone="PST"',
      'Oslo (GMT+',
      [expect.stringContaining('timezone must be an IANA name such as Europe/Oslo, not "PST"')],
    ],
  ])('%s', async (attribute, zone, messages) => {
    await page.goto(site.at(bookable.tag({ attributes: `duration="60" ${attribute}` })));
    await page.locator('td.free').first().waitFor();
    expect(await page.getByRole('combobox').inputValue()).toContain(zone);
    expect(logged).toEqual(messages);
  });
});

it('shows times in UTC where the browser does not know its zone', async () => {
  await page.addInitScript(() => {
    const { resolvedOptions } = Intl.DateTimeFormat.prototype;
    Intl.DateTimeFormat.prototype.resolvedOptions = function (this: Intl.DateTimeFormat) {
      const options = resolvedOptions.call(this);
      return { ...options, timeZone: options.timeZone === 'Europe/Oslo' ? 'Etc/Unknown' : options.timeZone };
    };
  });
  await page.goto(site.at(bookable.tag()));
  await page.locator('td.free').first().waitFor();
  expect(await page.getByRole('combobox').inputValue()).toMatch(/^UTC \(GMT(\+0)?\)$/);
});

it('requests nothing again where a framework sets a new token function at each render', async () => {
  let requests = 0;
  page.on('request', (request) => {
    if (request.url().includes('/booking?')) requests++;
  });
  await page.goto(site.at(bookable.tag({ token: true })));
  await page.locator('td.free').first().waitFor();
  const before = requests;
  const calls = await page.evaluate(async () => {
    const element = document.querySelector('nettu-booking') as unknown as {
      token: () => string;
      words: object;
      updateComplete: Promise<unknown>;
    };
    const { token, words } = element;
    let count = 0;
    for (let render = 0; render < 20; render++) {
      element.token = () => {
        count++;
        return token();
      };
      element.words = { ...words };
      await element.updateComplete;
    }
    return count;
  });
  expect([calls, requests - before]).toEqual([0, 0]);
});

describe('the first view', () => {
  it('is the month with the first time', async () => {
    await closeFor(45);
    await page.goto(site.at(bookable.tag()));
    await page.locator('td.free').first().waitFor();
    expect(await page.locator('td[aria-selected=true].free').count()).toBe(1);
    expect(await page.locator('[part=slot]').count()).toBeGreaterThan(0);
    // The person has not done anything, so the page keeps its focus.
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
  });

  it('has no week that is wholly past', async () => {
    const last = new Date(Date.UTC(2030, 11, 30, 9));
    await page.clock.install({ time: last });
    await page.goto(site.at(bookable.tag()));
    await page.locator('td.free').first().waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
    expect(await page.locator('td[data-date]').count()).toBeLessThanOrEqual(7);
  });

  it('goes to today when a new day begins', async () => {
    await page.clock.install({ time: new Date('2030-05-14T21:30:00Z') });
    await page.goto(site.at(bookable.tag()));
    await page.locator('td[aria-current=date][data-date="2030-05-14"]').waitFor();
    await page.clock.fastForward('35:00');
    await page.locator('td[aria-current=date][data-date="2030-05-15"]').waitFor();
    expect(await page.locator('td[data-date="2030-05-14"]').getAttribute('aria-disabled')).toBe('true');
  });
});

it('searches the next date with times beyond a year, and says how far it has searched', async () => {
  await closeFor(400);
  await page.goto(site.at(bookable.tag()));
  const next = page.getByRole('button', { name: 'Show the next date with times' });
  await next.click();
  const alert = page.getByRole('alert');
  await alert.filter({ hasText: 'No times until the end of ' }).waitFor();
  await next.click();
  const first = page.locator('td.free').first();
  await first.waitFor();
  expect(await first.getAttribute('aria-selected')).toBe('true');
  expect(await alert.count()).toBe(0);
  expect(await page.locator('nettu-booking [role=status]').textContent()).toContain('Times on ');
});

it('keeps the focus on the button of the previous month in the first month', async () => {
  await page.goto(site.at(bookable.tag()));
  await page.getByRole('button', { name: 'Next month' }).click();
  const previous = page.getByRole('button', { name: 'Previous month' });
  await previous.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => previous.getAttribute('aria-disabled')).toBe('true');
  const focused = await page.evaluate(() =>
    document.activeElement?.shadowRoot?.activeElement?.getAttribute('aria-label'),
  );
  expect(focused).toBe('Previous month');
});

it('groups the times of a day, on the clock that the person chooses', async () => {
  const early = await newBookable(baseUrl, [9, 20]);
  await page.goto(site.at(early.tag({ attributes: 'duration="60"' }), { lang: 'en-US' }));
  await toNextMonth(page);
  expect(await page.locator('[part=times] h4').allInnerTexts()).toEqual(['Morning', 'Afternoon', 'Evening']);
  const evening = page.getByRole('list', { name: 'Evening' }).getByRole('button');
  expect(await evening.allInnerTexts()).toEqual(
    [5, 6, 7].map((hour) => expect.stringMatching(`${hour}:00\\sPM`)),
  );
  await page.getByRole('button', { name: '24-hour clock' }).click();
  await expect.poll(() => evening.allInnerTexts()).toEqual(['17:00', '18:00', '19:00']);
  await page.getByRole('button', { name: '12-hour clock' }).click();
  await expect.poll(() => evening.first().innerText()).toMatch(/5:00\sPM/);
});

it.each([
  ['#ffe000', 'black'],
  ['#00205b', 'white'],
  ['#767676', 'black'],
  ['#e00000', 'white'],
])('writes on the accent colour %s in %s, which has the higher contrast', async (accent, colour) => {
  await page.goto(site.at(`<style>nettu-booking { --nettu-accent: ${accent} }</style>${bookable.tag()}`));
  const painted = await page.locator('td[aria-selected=true]').evaluate((cell) => {
    const context = document.createElement('canvas').getContext('2d');
    if (!context) return [];
    context.fillStyle = getComputedStyle(cell).color;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  });
  expect(painted).toEqual(colour === 'black' ? [0, 0, 0, 255] : [255, 255, 255, 255]);
});

it('shows bars in place of times while it loads', async () => {
  await page.route('**/booking?**', async (route) => {
    await page.locator('[part=skeleton]').first().waitFor();
    await picture(page, 'element-loading');
    await route.continue();
  });
  await page.goto(site.at(bookable.tag()));
  await page.locator('td.free').first().waitFor();
  expect(await page.locator('[part=skeleton]').count()).toBe(0);
});

it('chooses a zone by city with the keyboard', async () => {
  await page.goto(site.at(bookable.tag()));
  await page.locator('td.free').first().waitFor();
  const input = page.getByRole('combobox', { name: 'Time zone' });
  await input.click();
  expect(await page.getByRole('option', { selected: true }).innerText()).toContain('Oslo');
  await input.fill('tokyo');
  await picture(page, 'element-zones');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  expect(await input.inputValue()).toBe('Tokyo (GMT+9)');
  await input.fill('zzz');
  await page.getByRole('alert').filter({ hasText: 'No time zone found' }).waitFor();
  await page.keyboard.press('Escape');
  expect(await input.inputValue()).toBe('Tokyo (GMT+9)');
  expect(await page.getByRole('listbox').count()).toBe(0);
});
