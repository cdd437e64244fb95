/** The README's story in a real page, with the SDK and the Worker on two origins, and every preflight of the browser. */
import { afterAll, expect, it } from 'vitest';
import { newActors, sign } from '../e2e/support/actors.ts';
import { startService } from '../e2e/support/service.ts';
import { connect, visit } from './support/chromium.ts';
import { startSite } from './support/site.ts';

const [service, site, browser] = await Promise.all([startService(), startSite(), connect()]);
afterAll(async () => {
  await browser.close();
  site.stop();
  await service.stop();
});
const [baseUrl] = service.baseUrls;

/** The page of the README, which puts its results into `window.story`. */
const STORY = (accountId: string, userId: string, token: string) => `
  <script type="module">
    import { config, Frequency, NettuClient, NettuUserClient, unwrap } from '/sdk.js';
    config.baseUrl = '${baseUrl}';
    const client = NettuUserClient({ nettuAccount: '${accountId}', token: async () => '${token}' });
    const { calendar } = await unwrap(client.calendar.create({ timezone: 'Europe/Oslo' }));
    const { status, error } = await client.calendar.remove(calendar.id);
    const { event } = await unwrap(client.events.create({
      calendarId: calendar.id,
      startTs: Date.parse('2027-03-01T09:00:00+01:00'),
      duration: 60 * 60 * 1000,
      busy: true,
      recurrence: { freq: Frequency.Weekly, interval: 1, byweekday: ['Mon', 'Wed', 'Fri'] },
      metadata: { title: 'Stand-up' },
    }));
    const week = { startTs: Date.parse('2027-03-29T00:00:00+02:00'), endTs: Date.parse('2027-04-05T00:00:00+02:00') };
    await unwrap(client.events.update(event.id, { exdates: [Date.parse('2027-03-31T09:00:00+02:00')] }));
    const { events } = await unwrap(client.calendar.getEvents(calendar.id, week));
    const starts = events.flatMap(({ instances }) => instances.map(({ startTs }) => new Date(startTs).toISOString()));
    const { busy } = await unwrap(NettuClient({ nettuAccount: '${accountId}' }).user.freebusy('${userId}', week));
    window.story = { status, code: error.code, starts, busy: busy.length };
  </script>`;

it('a page on another origin creates events, is not permitted to delete a calendar, and reads a week with a clock change', async () => {
  const { accountId, userId } = await newActors(baseUrl);
  const token = sign(userId, { schedulerPolicy: { allow: ['*'], reject: ['DeleteCalendar'] } });
  const { page, errors, close } = await visit(browser);
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  const preflights: string[] = [];
  network.on('Network.requestWillBeSent', ({ request }) => {
    if (request.method === 'OPTIONS')
      preflights.push(`${request.method} ${request.url.slice(baseUrl.length).split(/[/?]/)[1]}`);
  });
  const calls: string[] = [];
  page.on('response', (response) => {
    if (response.url().startsWith(baseUrl)) calls.push(`${response.request().method()} ${response.status()}`);
  });

  await page.goto(site.at(STORY(accountId, userId, token)));
  await page.waitForFunction(() => 'story' in window);
  expect(await page.evaluate(() => (window as unknown as { story: unknown }).story)).toMatchObject({
    status: 401,
    code: 'policy-denied',
    // 09:00 in Oslo in daylight saving time; Wednesday is cancelled.
    starts: ['2027-03-29T07:00:00.000Z', '2027-04-02T07:00:00.000Z'],
    busy: 2,
  });
  expect(calls).toEqual(['POST 201', 'DELETE 401', 'POST 201', 'PUT 200', 'GET 200', 'GET 200']);
  // One preflight for each request, including free/busy, since `nettu-account` is a custom header.
  expect(preflights).toEqual(
    ['calendar', 'calendar', 'events', 'events', 'calendar', 'user'].map((path) => `OPTIONS ${path}`),
  );
  expect(errors).toEqual([]);
  await close();
});

it('a page gets a NettuNetworkError while it is offline, and continues once it is online', async () => {
  const { accountId, token } = await newActors(baseUrl);
  const { page, close } = await visit(browser);
  await page.goto(
    site.at(`<script type="module">
      import { NettuUserClient } from '/sdk.js';
      const client = NettuUserClient({ baseUrl: '${baseUrl}', nettuAccount: '${accountId}', token: '${token}', timeout: 5000 });
      window.me = () => client.user.me().then(({ status }) => status, ({ name }) => name);
    </script>`),
  );
  const me = () => page.evaluate(() => (window as unknown as { me(): Promise<unknown> }).me());
  expect(await me()).toBe(200);
  await page.context().setOffline(true);
  expect(await me()).toBe('NettuNetworkError');
  await page.context().setOffline(false);
  expect(await me()).toBe(200);
  await close();
});
