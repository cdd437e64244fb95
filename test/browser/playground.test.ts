/** The panels of the playground. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { NettuClient, unwrap } from '../../src/sdk/index.ts';
import { fillDetails } from './support/bookable.ts';
import { dragOn, type Spot, settledBox, timeSpot } from './support/calendar.ts';
import { picture, type Visit, visit } from './support/chromium.ts';
import { startStage } from './support/playground.ts';

const stage = await startStage();
afterAll(stage.stop);
const { baseUrl, playground } = stage;
const [ida, jonas] = playground.backend.setup.people;
const accountClient = NettuClient({ baseUrl, apiKey: playground.backend.apiKey });

let session: Visit;
let page: Page;
beforeEach(async () => {
  // Tall enough for the evening of the calendar.
  session = await visit(stage.browser, { viewport: { width: 1300, height: 1100 } });
  ({ page } = session);
});
afterEach(async () => {
  expect(session.errors).toEqual([]);
  await session.close();
});

const open = (panel: string) => page.goto(`${playground.url}/#${panel}`);
const requests = () => page.locator('.panel:not([hidden]) .requests');
const events = async (calendarId: string | null | undefined, days = 28) => {
  const startTs = Date.now() - 7 * 24 * 60 * 60 * 1000;
  const window = { startTs, endTs: startTs + days * 24 * 60 * 60 * 1000 };
  return (await unwrap(accountClient.calendar.getEvents(calendarId ?? '', window))).events;
};
const titled = async (title: string) =>
  (await events(ida?.calendarId)).find(({ event }) => event.metadata.title === title);

const boxOf = (element: Locator) => settledBox(page, element);
const spot = (day: number, time: string) => timeSpot(page, day, time);
const drag = (from: Spot, to: Spot) => dragOn(page, from, to);
const event = (title: string) => page.locator('.fc-event', { hasText: title });

it('calendar: creates, moves and resizes an event by dragging, and deletes one instance of a series', async () => {
  await open('calendar');
  await event('Stand-up').first().waitFor();
  await picture(page, 'playground-calendar');

  await drag(await spot(0, '10:00:00'), await spot(0, '10:30:00'));
  await page.getByLabel('Title').fill('Interview');
  await page.getByRole('button', { name: 'Create' }).click();
  await event('Interview').waitFor();
  const created = await titled('Interview');
  expect(created?.event.duration).toBe(60 * 60 * 1000);
  const start = created?.event.startTs ?? 0;

  await drag(await spot(0, '10:00:00'), await spot(1, '14:00:00'));
  await expect.poll(async () => (await titled('Interview'))?.event.startTs).toBe(start + 28 * 60 * 60 * 1000);

  // Waits until the calendar has drawn the event at its new time.
  await event('Interview').filter({ hasText: '14:00' }).hover();
  const box = await boxOf(event('Interview'));
  await drag(
    { x: box.x + box.width / 2, y: box.y + box.height - 2 },
    { x: box.x + box.width / 2, y: box.y + box.height + 20 },
  );
  await expect.poll(async () => (await titled('Interview'))?.event.duration).toBe(90 * 60 * 1000);

  await event('Stand-up').nth(1).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Only this one' }).click();
  await expect.poll(() => event('Stand-up').count()).toBe(4);
  expect((await titled('Stand-up'))?.event.exdates).toHaveLength(1);
  await requests().getByText('await client.events.removeInstance').first().waitFor({ state: 'attached' });
});

it('calendar: asks whether a save or a resize is of one occurrence, of those that follow, or of all', async () => {
  await open('calendar');
  await event('Gym').first().waitFor();
  const gym = async () =>
    (await events(ida?.calendarId)).find(
      ({ event }) => event.metadata.title === 'Gym' && event.recurrence !== null,
    )?.event;
  const lasting = (await gym())?.duration ?? 0;
  const stretch = async () => {
    const box = await boxOf(event('Gym').first());
    const x = box.x + box.width / 2;
    await drag({ x, y: box.y + box.height - 2 }, { x, y: box.y + box.height + 20 });
  };
  await stretch();
  await page.getByRole('button', { name: 'Change nothing' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect((await gym())?.duration).toBe(lasting);
  await stretch();
  await page.getByRole('button', { name: 'All' }).click();
  await expect.poll(async () => (await gym())?.duration).toBe(lasting + 30 * 60 * 1000);

  await page.locator('.calendar[aria-busy="false"]').waitFor();
  await event('Gym').first().click();
  await page.getByLabel('Title').fill('Swimming');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Change nothing' }).click();
  expect(await titled('Swimming')).toBeUndefined();
  await event('Gym').first().click();
  await page.getByLabel('Minutes').fill('60');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'All' }).click();
  await expect.poll(async () => (await gym())?.duration).toBe(lasting);
});

it('calendar: shows the time zone that was chosen last, and the change as the request just made', async () => {
  await open('calendar');
  await event('Stand-up').first().waitFor();
  const zone = page.getByLabel('Its time zone');
  const before = await zone.inputValue();
  for (const wanted of ['Asia/Tokyo', 'Asia/Kathmandu', 'Asia/Tokyo', before]) {
    await zone.selectOption(wanted);
    await expect.poll(() => requests().locator('.line .status').first().innerText()).toBe('200');
    // The reads that follow the change do not hide it.
    await expect.poll(() => requests().locator('pre').first().innerText()).toContain(`timezone: '${wanted}'`);
    await page.locator('.calendar[aria-busy="false"]').waitFor();
    expect(await zone.inputValue()).toBe(wanted);
  }
  await page.getByRole('button', { name: 'Later' }).click();
  await expect.poll(() => requests().locator('pre').first().innerText()).toContain('calendar.getEvents');
});

it('calendar: takes the error away once the service answers again', async () => {
  await open('calendar');
  await event('Stand-up').first().waitFor();
  const alert = page.getByRole('alert');
  await page.route(`${baseUrl}/**`, (route) => route.abort());
  await page.getByRole('button', { name: 'Later' }).click();
  await alert.waitFor();
  await page.unroute(`${baseUrl}/**`);
  await page.getByRole('button', { name: 'Today' }).click();
  await event('Stand-up').first().waitFor();
  await alert.waitFor({ state: 'detached' });
  session.errors.length = 0;
});

it('calendar: takes the reason of a failed change away when it is dismissed', async () => {
  await open('calendar');
  await event('Stand-up').first().waitFor();
  await page.route(`${baseUrl}/calendar/*`, (route) =>
    route.request().method() === 'PUT' ? route.abort() : route.continue(),
  );
  const zone = page.getByLabel('Its time zone');
  const before = await zone.inputValue();
  await zone.selectOption('Asia/Tokyo');
  await page.getByRole('alert').waitFor();
  // Nothing changed, and the select says so.
  expect(await zone.inputValue()).toBe(before);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await page.getByRole('alert').waitFor({ state: 'detached' });
  session.errors.length = 0;
});

it('says at once what it is, and links the guides, the README and the SDK', async () => {
  await open('calendar');
  await page.getByText('Calendars, events and booking for any web app').waitFor();
  const links = page.getByRole('navigation', { name: 'Documentation' }).getByRole('link');
  expect(await links.evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href))).toEqual(
    ['/docs/guides/start', '/docs/guides', '/docs/guides/sdk', '/docs/guides/booking-element', '/docs'].map(
      (path) => baseUrl + path,
    ),
  );
});

it('on a phone, the calendar comes before its settings', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open('calendar');
  await event('Stand-up').first().waitFor();
  await picture(page, 'playground-phone');
  const top = async (element: Locator) => (await element.boundingBox())?.y ?? 0;
  const calendar = await top(page.locator('.calendar'));
  expect(calendar).toBeLessThan(420);
  expect(await top(page.getByLabel('Its time zone'))).toBeGreaterThan(calendar);
  await page.setViewportSize({ width: 1300, height: 900 });
  await expect
    .poll(() => top(page.getByLabel('Its time zone')))
    .toBeLessThan(await top(page.locator('.calendar')));
});

it('calendar: moves one occurrence of a series, and then those that follow', async () => {
  await open('calendar');
  await event('Gym').waitFor();
  await drag(await spot(3, '17:00:00'), await spot(4, '15:00:00'));
  await page.getByRole('button', { name: 'Only this one' }).click();
  const all = async (title: string) =>
    (await events(ida?.calendarId)).filter(({ event }) => event.metadata.title === title);
  await expect.poll(async () => (await all('Gym'))[0]?.instances[0]?.overridden).toBe(true);
  expect(await all('Gym')).toHaveLength(1);
  await event('Gym').filter({ hasText: '15:00' }).waitFor();
  await requests().getByText('await client.events.updateInstance').first().waitFor({ state: 'attached' });

  // The last of the week: after it, the series goes on at the other time.
  const before = await all('Stand-up');
  await event('Stand-up').last().click();
  await page.getByLabel('Minutes').fill('45');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'This and those that follow' }).click();
  await expect.poll(async () => (await all('Stand-up')).length).toBe(before.length + 1);
  const parts = await all('Stand-up');
  const starts = (before[0]?.instances ?? []).map(({ startTs }) => startTs);
  const friday = parts[1]?.event.startTs ?? 0;
  expect(parts.map(({ instances }) => instances.map(({ startTs }) => startTs))).toEqual([
    starts.filter((startTs) => startTs < friday),
    starts.filter((startTs) => startTs >= friday),
  ]);
  expect(new Date(friday).getUTCDay()).toBe(5);
  expect(parts[1]?.event.duration).toBe(45 * 60 * 1000);
});

it('calendar: shows another time zone, and the week of the next clock change', async () => {
  await open('calendar');
  await event('Design review').waitFor();
  await page.getByRole('button', { name: 'Kathmandu' }).click();
  // 14:00 in Oslo, shown in the time of Kathmandu.
  const utc = (await titled('Design review'))?.event.startTs ?? 0;
  const there = new Date(utc).toLocaleTimeString('en-GB', {
    timeZone: 'Asia/Kathmandu',
    hour: '2-digit',
    minute: '2-digit',
  });
  await event(there).filter({ hasText: 'Design review' }).waitFor();
  await page.getByRole('button', { name: 'Oslo', exact: true }).click();
  await page.getByRole('button', { name: 'Clocks go forward' }).click();
  await page.locator('.fc-timegrid-col[data-date]').nth(6).and(page.locator('[data-date*="-03-"]')).waitFor();
  // The stand-up stays at nine, before and after the change.
  await event('Stand-up').filter({ hasText: '09:00' }).nth(4).waitFor();
});

it('calendar: creates an event with only a keyboard', async () => {
  await open('calendar');
  await event('Stand-up').first().waitFor();
  await page.getByRole('button', { name: 'New event' }).press('Enter');
  await page.keyboard.type('By key');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await titled('By key'))?.event.id).toBeTruthy();
});

it('token: shows each refused operation with its reason', async () => {
  await open('token');
  const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name}`) });
  await row('DeleteCalendar ').getByText('refused').waitFor();
  await row('CreateCalendar ').getByText('permitted', { exact: true }).waitFor();
  await picture(page, 'playground-token', true);
  await row('CreateCalendar ').getByRole('button', { name: 'reject' }).click();
  await row('CreateCalendar ').getByText('refused').waitFor();
  await row('CreateCalendar ').getByText('schedulerPolicy.reject holds CreateCalendar').waitFor();
  await row('Everything').getByRole('button', { name: 'neither' }).click();
  await row('UpdateCalendar ').getByText('refused').waitFor();
  await page.getByLabel('Expires').selectOption('a minute ago');
  await page.getByText('Refused: token-expired').waitFor();
  await row('Read').getByText('refused').waitFor();
});

it('token: tests a token that is edited or pasted', async () => {
  await open('token');
  const verdict = page.locator('.verdict');
  await verdict.getByText('Accepted').waitFor();
  const text = page.getByLabel('The token: edit it');
  const good = await text.inputValue();
  const [header, , signature] = good.split('.');
  await text.fill(`${good.slice(0, -6)}AAAAAA`);
  await verdict.getByText('Refused: token-signature').waitFor();
  const claims = Buffer.from(JSON.stringify({ nettuSchedulerUserId: jonas?.id })).toString('base64url');
  await text.fill(`${header}.${claims}.${signature}`);
  await verdict.getByText('Refused: token-claims').waitFor();
  for (const nonsense of ['not a token', '']) {
    await text.fill(nonsense);
    await verdict.getByText('Refused: token-malformed').waitFor();
  }
  await text.fill(`  ${good}\n`);
  await verdict.getByText('Accepted').waitFor();
  session.errors.length = 0;
});

it('token: shows the probes apart from other requests, and none of them as an error that is none', async () => {
  await open('token');
  await page.locator('.verdict').getByText('Accepted').waitFor();
  await requests().getByText('so it changes nothing').waitFor();
  await page.getByText('a request that the token permits ends in 400 or 404').waitFor();
  // The policy refuses the deletion of calendars, and nothing else.
  await expect.poll(() => requests().locator('.status.bad').allInnerTexts()).toEqual(['401']);
  expect(await requests().locator('.status.expected').count()).toBe(11);
});

it('token: shows the refusal of the very next request after a revocation', async () => {
  await open('token');
  const verdict = page.locator('.verdict');
  await verdict.getByText('Accepted').waitFor();
  await page.getByRole('button', { name: /^Rotate/ }).click();
  await page.locator('.keys').getByText('key-2').waitFor();
  await page.getByRole('button', { name: 'Revoke: key-1' }).click();
  await verdict.getByText('Refused: key-revoked').waitFor();
  // A changed claim signs a new token, with the newest key.
  await page.getByLabel('Expires').selectOption('in 20 seconds');
  await verdict.getByText('Accepted').waitFor();
  await page.getByLabel('User').selectOption('Jonas');
  await verdict.getByText('Accepted').waitFor();
  await page.getByRole('button', { name: "Revoke this user's tokens" }).click();
  await verdict.getByText('Refused: token-revoked').waitFor();
  await page.getByRole('button', { name: 'Undo the revocation' }).click();
  await verdict.getByText('Accepted').waitFor();
});

it('booking: shows a new booking in the calendar of its host', async () => {
  await open('booking');
  const times = page.locator('[part=slot]');
  await page.getByRole('button', { name: 'Next month' }).click();
  await page.locator('td.free').nth(2).click();
  await picture(page, 'playground-booking');
  await times.nth(3).click();
  await fillDetails(page);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'Your booking is confirmed' }).waitFor();
  await page.locator('.host-bookings').getByText('Vera').waitFor();
  const code = requests().getByText('await client.booking.update').first();
  await code.waitFor({ state: 'attached' });
});

it('booking: shows that somebody else booked the chosen time', async () => {
  await open('booking');
  await page.getByRole('button', { name: 'Next month' }).click();
  await page.locator('td.free').nth(3).click();
  const first = page.locator('[part=slot]').first();
  const time = await first.innerText();
  await page.getByRole('button', { name: 'Let somebody else book the first time' }).click();
  await page.getByText(`Somebody else has booked ${time}`).waitFor();
  await first.click();
  await page.getByRole('alert').filter({ hasText: 'Somebody else has just booked that time' }).waitFor();
  await page.getByRole('button', { name: time, exact: true }).waitFor({ state: 'detached' });
});

it('booking: books through the backend without a token', async () => {
  await open('booking');
  await page.getByRole('button', { name: 'Through the backend' }).click();
  await page.getByRole('button', { name: 'Next month' }).click();
  await page.locator('td.free').nth(4).click();
  await page.locator('[part=slot]').nth(1).click();
  await page.getByText('Your backend has booked the time').waitFor();
  await page.locator('.host-bookings').getByText('Guest').waitFor();
});

it('shows each request as SDK code and as curl, without secrets', async () => {
  await open('calendar');
  await event('Stand-up').first().waitFor();
  const text = await requests().innerText();
  expect(text).toContain(`await client.calendar.getEvents('${ida?.calendarId}'`);
  expect(text).toContain('-H "authorization: Bearer $TOKEN"');
  expect(text).toMatch(/\d+ ms/);
  expect(await page.content()).not.toContain(playground.backend.apiKey);
});

it('notifications: shows each verified notification as it arrives', async () => {
  await open('notifications');
  await page.getByRole('button', { name: 'Send a ping' }).click();
  await page.getByRole('log').getByText('ping', { exact: true }).waitFor();
  const headers = { 'x-api-key': playground.backend.apiKey };
  expect((await fetch(`${baseUrl}/user`, { method: 'POST', headers })).status).toBe(201);
  await stage.runMinute();
  await page.getByRole('log').getByText('user.created', { exact: true }).waitFor();
  await page.getByText('verified', { exact: true }).first().waitFor();
  expect(await page.getByText('not verified').count()).toBe(0);
});

it('notifications: marks a forged notification as not verified', async () => {
  await open('notifications');
  const body = JSON.stringify({ type: 'user.forged', timestamp: 0, data: { forged: true } });
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': '0', 'webhook-signature': 'v1,AAAA' };
  expect((await fetch(`${playground.url}/webhook`, { method: 'POST', body, headers })).status).toBe(204);
  await page.getByRole('log').getByText('user.forged', { exact: true }).click();
  await page.getByText('not verified').waitFor();
  await page.getByText('"forged": true').waitFor();
});

it('the backend refuses requests from the pages of other sites', async () => {
  const send = (headers: Record<string, string>) =>
    fetch(`${playground.url}/backend/setup`, { method: 'POST', body: '{}', headers });
  expect((await send({ 'content-type': 'application/json' })).status).toBe(200);
  expect((await send({ 'content-type': 'text/plain' })).status).toBe(415);
  expect(jonas?.name).toBe('Jonas');
});
