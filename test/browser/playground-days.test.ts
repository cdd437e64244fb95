/** Whole days in the calendar of the playground, its feeds, and the import of a file. */
import type { Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { NettuClient, unwrap } from '../../src/sdk/index.ts';
import { daySpot, dragOn, settledBox, timeSpot } from './support/calendar.ts';
import { picture, visit } from './support/chromium.ts';
import { startStage } from './support/playground.ts';

const stage = await startStage();
afterAll(stage.stop);
const { baseUrl, playground } = stage;
const [ida] = playground.backend.setup.people;
const client = NettuClient({ baseUrl, apiKey: playground.backend.apiKey });

const open = async () => {
  const session = await visit(stage.browser, { viewport: { width: 1300, height: 1100 } });
  const { page } = session;
  await page.goto(`${playground.url}/#calendar`);
  await page.locator('.fc-event', { hasText: 'Trade fair' }).waitFor();
  return { ...session, at: (title: string) => page.locator('.fc-event', { hasText: title }) };
};
const titled = async (title: string) => {
  const startTs = Date.now() - 7 * 24 * 60 * 60 * 1000;
  const window = { startTs, endTs: startTs + 28 * 24 * 60 * 60 * 1000 };
  const { events } = await unwrap(client.calendar.getEvents(ida?.calendarId ?? '', window));
  return events.filter(({ event }) => event.metadata.title === title);
};
/** The date of a day of the week in view. */
const dateOf = (page: Page, day: number) =>
  page.locator('.fc-daygrid-day[data-date]').nth(day).getAttribute('data-date');
const centre = ({ x, y, width, height }: { x: number; y: number; width: number; height: number }) => ({
  x: x + width / 2,
  y: y + height / 2,
});

it('creates whole days in the row, moves, resizes and edits them, and turns them into a time and back', async () => {
  const { page, at, errors, close } = await open();
  const one = async () => {
    const [found] = await titled('Leave');
    const { date, days, duration } = found?.event ?? {};
    return date ? [date, days] : (duration ?? 0) / 60_000;
  };
  await dragOn(page, await daySpot(page, 0), await daySpot(page, 1));
  await page.getByLabel('Title').fill('Leave');
  expect(await page.getByLabel('Number of days').inputValue()).toBe('2');
  await page.getByRole('button', { name: 'Create' }).click();
  await at('Leave').waitFor();
  expect(await one()).toEqual([await dateOf(page, 0), 2]);

  await dragOn(page, centre(await settledBox(page, at('Leave'))), await daySpot(page, 2));
  await expect.poll(one).toEqual([await dateOf(page, 2), 2]);
  const moved = await one();
  await picture(page, 'playground-days');

  const box = await settledBox(page, at('Leave'));
  await dragOn(page, { x: box.x + box.width - 3, y: box.y + box.height / 2 }, await daySpot(page, 5));
  await expect.poll(one).not.toEqual(moved);

  await settledBox(page, at('Leave'));
  await at('Leave').click();
  await page.getByLabel('First day').fill((await dateOf(page, 1)) ?? '');
  await page.getByLabel('Number of days').fill('1');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(one).toEqual([await dateOf(page, 1), 1]);

  // Out of the row it is a time of an hour; back in the row, a whole day.
  await expect.poll(async () => (await settledBox(page, at('Leave'))).width).toBeLessThan(200);
  await dragOn(page, centre(await settledBox(page, at('Leave'))), await timeSpot(page, 1, '15:00:00'));
  await expect.poll(one).toBe(60);
  await at('Leave').filter({ hasText: '15:00' }).waitFor();
  await dragOn(page, centre(await settledBox(page, at('Leave'))), await daySpot(page, 0));
  await expect.poll(one).toEqual([await dateOf(page, 0), 1]);

  // The dialog does the same, and gives a time its own zone.
  await settledBox(page, page.locator('.fc-daygrid-event', { hasText: 'Leave' }));
  await at('Leave').click();
  await page.getByLabel('Whole days').uncheck();
  await page.getByLabel('Minutes').fill('30');
  await page.getByLabel('Repeats on the clock of').selectOption('Asia/Tokyo');
  await picture(page, 'playground-dialog');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(one).toBe(30);
  expect((await titled('Leave'))[0]?.event.timezone).toBe('Asia/Tokyo');
  expect(errors).toEqual([]);
  await close();
});

it('asks for a series of whole days which of them change, and names them by their dates', async () => {
  const { page, at, errors, close } = await open();
  await page.getByRole('button', { name: 'New event' }).click();
  await page.getByLabel('Title').fill('On call');
  await page.getByLabel('Whole days').check();
  await page.getByLabel('First day').fill((await dateOf(page, 0)) ?? '');
  await page.locator('select[name=repeats]').selectOption('daily');
  await page.getByRole('button', { name: 'Create' }).click();
  await expect.poll(() => at('On call').count()).toBe(7);
  const choose = (name: string) => page.getByRole('button', { name }).click();

  await settledBox(page, at('On call').nth(3));
  await at('On call').nth(3).click();
  await choose('Delete');
  await choose('Only this one');
  await expect.poll(async () => (await titled('On call'))[0]?.event.exdates).toEqual([await dateOf(page, 3)]);
  await expect.poll(() => at('On call').count()).toBe(6);

  await settledBox(page, at('On call').nth(1));
  await at('On call').nth(1).click();
  await page.getByLabel('Title').fill('On call at home');
  await choose('Save');
  await choose('Only this one');
  await at('On call at home').waitFor();

  await settledBox(page, at('On call').nth(4));
  await at('On call').nth(4).click();
  await page.getByLabel('Title').fill('Standby');
  await choose('Save');
  await choose('This and those that follow');
  await at('Standby').first().waitFor();
  expect((await titled('Standby'))[0]?.event.date).toBe(await dateOf(page, 5));

  // A single one keeps its kind, so it is all that turn, or those that follow.
  await dragOn(
    page,
    centre(await settledBox(page, at('Standby').first())),
    await timeSpot(page, 5, '11:00:00'),
  );
  await page.getByText('One occurrence alone cannot turn').waitFor();
  expect(await page.getByRole('button', { name: 'Only this one' }).count()).toBe(0);
  await choose('All');
  await expect.poll(async () => (await titled('Standby'))[0]?.event.duration).toBe(60 * 60 * 1000);
  expect(errors).toEqual([]);
  await close();
});

it('makes a feed, shows its address once, and removes it; imports a file, and says what was skipped', async () => {
  const { page, at, errors, close } = await open();
  await page.getByText('Subscribe to this calendar, or import').click();
  await page.getByText('No app subscribes').waitFor();
  await page.getByLabel('Name').fill('My phone');
  await page.getByLabel('It shows').selectOption('busy');
  await page.getByRole('button', { name: 'Subscribe to this calendar' }).click();
  const address = page.getByLabel('The address of the feed', { exact: true });
  const url = await address.innerText();
  const feed = await fetch(url);
  expect([feed.status, await feed.text()]).toEqual([200, expect.stringContaining('SUMMARY:Busy')]);
  expect(await page.getByRole('link', { name: 'Open it in your calendar app' }).getAttribute('href')).toBe(
    url.replace('http:', 'webcal:'),
  );
  const log = page.locator('#calendar .requests');
  await log.getByText('await client.calendar.feeds.create').first().waitFor();
  const secret = url.split('/').at(-1) ?? '';
  expect(await log.innerText()).not.toContain(secret);

  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN'];
  const date = ((await dateOf(page, 1)) ?? '').replaceAll('-', '');
  for (const [uid, rule] of [
    ['good', ''],
    ['odd', 'RRULE:FREQ=SECONDLY'],
  ])
    lines.push(
      'BEGIN:VEVENT',
      `UID:${uid}`,
      'DTSTAMP:20300101T000000Z',
      `SUMMARY:From a file: ${uid}`,
      `DTSTART;VALUE=DATE:${date}`,
      ...(rule ? [rule] : []),
      'END:VEVENT',
    );
  const buffer = Buffer.from(`${[...lines, 'END:VCALENDAR'].join('\r\n')}\r\n`);
  const input = page.getByLabel('Import a file');
  const importing = (name: string, content: Buffer) =>
    input.setInputFiles({ name, mimeType: 'text/calendar', buffer: content });
  await importing('some.ics', buffer);
  await page.getByText('1 created, 0 updated, 0 unchanged, 1 skipped').waitFor();
  expect(await page.getByRole('list', { name: 'Skipped' }).innerText()).toMatch(/^odd: ./);
  await at('From a file: good').waitFor();
  await log.getByText('await client.calendar.import').first().waitFor();
  await log.getByText('--data-binary @calendar.ics').first().waitFor();
  await picture(page, 'playground-exchange', true);
  await importing('some.ics', buffer);
  await page.getByText('0 created, 0 updated, 1 unchanged, 1 skipped').waitFor();
  await importing('no.ics', Buffer.from('<html>'));
  await page.locator('.exchange').getByRole('alert').waitFor();

  // Another calendar has its own feeds.
  await page.getByLabel('Calendar of').selectOption('Jonas');
  await page.getByText('No app subscribes').waitFor();
  expect(await address.count()).toBe(0);
  await page.getByLabel('Calendar of').selectOption('Ida');
  await page.getByRole('list', { name: 'Feeds' }).getByText('My phone').waitFor();
  expect(await address.count()).toBe(0);
  await page.getByRole('button', { name: /^Remove: My phone/ }).click();
  await page.getByText('No app subscribes').waitFor();
  expect((await fetch(url)).status).toBe(404);
  expect(errors).toEqual([]);
  await close();
});
