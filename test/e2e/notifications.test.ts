/** The README's receiver, as it stands there, is told of a booking and of a reminder; and of nothing that others send. */
import { afterAll, expect, it } from 'vitest';
import { NettuClient } from '../../src/sdk/index.ts';
import { dataOf } from './support/actors.ts';
import { startHook } from './support/hook.ts';
import { CODE, startService } from './support/service.ts';

const service = await startService();
const hook = await startHook();
const { told, url } = hook;
afterAll(async () => {
  hook.stop();
  await service.stop();
});

it('from setWebhook to what arrives', async () => {
  const [baseUrl] = service.baseUrls;
  const { secretApiKey } = dataOf(await NettuClient({ baseUrl }).account.create({ code: CODE }));
  const server = NettuClient({ baseUrl, apiKey: secretApiKey });
  const set = dataOf(await server.account.setWebhook(url, { events: ['event.created'] }));
  hook.secret = set.account.settings.webhook?.secret ?? '';
  const tested = dataOf(await server.account.webhook.test());
  expect(tested).toEqual({ delivered: true, status: 204, error: null });

  const { user } = dataOf(await server.user.create({}));
  const { calendar } = dataOf(await server.calendar.create(user.id, { timezone: 'UTC' }));
  const reminders = [{ delta: 60, identifier: 'an hour in' }];
  const startTs = Date.now() - 3_600_000 + 1500;
  const { event } = dataOf(
    await server.events.create(user.id, { calendarId: calendar.id, startTs, duration: 7_200_000, reminders }),
  );
  const all = ['ping', 'event.created', 'reminders'];
  await expect
    .poll(
      async () => {
        await service.runCron('* * * * *');
        return told.map(({ type }) => type);
      },
      { timeout: 20_000, interval: 500 },
    )
    .toEqual(all);
  const instance = { startTs, endTs: startTs + 7_200_000 };
  expect(told.slice(1)).toEqual([
    { type: 'event.created', timestamp: expect.any(Number), data: { event } },
    {
      type: 'reminders',
      timestamp: expect.any(Number),
      reminders: [{ event, identifier: 'an hour in', instance }],
    },
  ]);
  const { deliveries } = dataOf(await server.account.webhook.deliveries());
  expect(deliveries.map(({ type, state }) => [type, state])).toEqual([
    ['reminders', 'delivered'],
    ['event.created', 'delivered'],
  ]);

  const forged = await fetch(url, { method: 'POST', body: JSON.stringify(told[1]) });
  expect([forged.status, told.length]).toEqual([400, 3]);
}, 30_000);

it('each cron of wrangler.toml has its own work: what is kept too long is forgotten once a day, and not each minute', async () => {
  const [minutely, daily, ...others] = service.crons;
  expect([minutely, others]).toEqual(['* * * * *', []]);
  const kept = async () =>
    (await service.db.prepare("SELECT 1 FROM remembered WHERE key = 'old'").all()).results.length;
  await service.db.exec("INSERT INTO remembered VALUES ('a', '', 'old', '', '{}', 0)");
  await service.runCron(minutely ?? '');
  expect(await kept()).toBe(1);
  await service.runCron(daily ?? '');
  expect(await kept()).toBe(0);
});
