/** The README's webhook receiver gets a change and a reminder, a second one the reminder, and each rejects a forged notification. */
import { afterAll, expect, it } from 'vitest';
import { NettuClient } from '../../src/sdk/index.ts';
import { dataOf } from './support/actors.ts';
import { startHook } from './support/hook.ts';
import { CODE, startService } from './support/service.ts';
import { RECORDS } from './support/stored.ts';

const service = await startService();
const [hook, second] = [await startHook(), await startHook()];
const { notifications, url } = hook;
afterAll(async () => {
  hook.stop();
  second.stop();
  await service.stop();
});

it('delivers a ping, a change and a reminder after setWebhook, and the reminder to a further webhook', async () => {
  const [baseUrl] = service.baseUrls;
  const { secretApiKey } = dataOf(await NettuClient({ baseUrl }).account.create({ code: CODE }));
  const accountClient = NettuClient({ baseUrl, apiKey: secretApiKey });
  const set = dataOf(await accountClient.account.setWebhook(url, { events: ['event.created'] }));
  hook.secret = set.account.settings.webhook?.secret ?? '';
  const tested = dataOf(await accountClient.account.webhook.test());
  expect(tested).toEqual({ delivered: true, status: 204, error: null, cause: null });

  const further = dataOf(await accountClient.account.webhooks.create({ url: second.url })).webhook;
  const rolled = dataOf(await accountClient.account.webhooks.rollSecret(further.id)).webhook;
  expect(rolled.secret).not.toBe(further.secret);
  second.secret = rolled.secret;

  const { user } = dataOf(await accountClient.user.create({}));
  const { calendar } = dataOf(await accountClient.calendar.create(user.id, { timezone: 'UTC' }));
  const reminders = [{ delta: 60, identifier: 'an hour in' }];
  const startTs = Date.now() - 3_600_000 + 1500;
  const { event } = dataOf(
    await accountClient.events.create(user.id, {
      calendarId: calendar.id,
      startTs,
      duration: 7_200_000,
      reminders,
    }),
  );
  const all = ['ping', 'event.created', 'reminders'];
  await expect
    .poll(
      async () => {
        await service.runCron('* * * * *');
        return [...notifications, ...second.notifications].map(({ type }) => type);
      },
      { timeout: 20_000, interval: 500 },
    )
    .toEqual([...all, 'reminders']);
  const instance = { startTs, endTs: startTs + 7_200_000, busy: false, originalStartTs: startTs };
  expect(notifications.slice(1)).toEqual([
    { type: 'event.created', timestamp: expect.any(Number), version: expect.any(Number), data: { event } },
    {
      type: 'reminders',
      timestamp: expect.any(Number),
      reminders: [{ event, identifier: 'an hour in', instance }],
    },
  ]);
  expect(second.notifications).toEqual(notifications.slice(2));
  const { deliveries } = dataOf(await accountClient.account.webhook.deliveries());
  const ends = deliveries.map(({ type, state, webhookId }) => [type, state, webhookId === further.id]);
  expect(ends.sort()).toEqual([
    ['event.created', 'delivered', false],
    ['reminders', 'delivered', false],
    ['reminders', 'delivered', true],
  ]);

  const forged = await fetch(url, { method: 'POST', body: JSON.stringify(notifications[1]) });
  expect([forged.status, notifications.length]).toEqual([400, 3]);
}, 30_000);

it('the daily cron deletes expired idempotency records, and the cron of each minute does not', async () => {
  const [minutely, daily, ...others] = service.crons;
  expect([minutely, others]).toEqual(['* * * * *', []]);
  const countRecords = async () =>
    (await service.db.prepare(`SELECT 1 FROM ${RECORDS} WHERE key = 'old'`).all()).results.length;
  await service.db.exec(
    `INSERT INTO ${RECORDS} (account_id, caller, key, request, answer, expires_at) VALUES ('a', '', 'old', '', '{}', 0)`,
  );
  await service.runCron(minutely ?? '');
  expect(await countRecords()).toBe(1);
  await service.runCron(daily ?? '');
  expect(await countRecords()).toBe(0);
});
