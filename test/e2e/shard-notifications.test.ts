/** Notifications from three shards: by the cron alone, and with the queue. */
import { afterAll, describe, expect, it } from 'vitest';
import { browserAt, dataOf, newActors } from './support/actors.ts';
import { startHook } from './support/hook.ts';
import { type Service, startPlaces, startPlacesWithQueue } from './support/service.ts';
import { RECORDS, whereIs } from './support/stored.ts';

const service = await startPlaces();
const queued = await startPlacesWithQueue();
afterAll(async () => {
  await service.stop();
  await queued.stop();
});

const regions = ['home', 'eu', 'us'];

/** A user in the region changes something. Triggers the service until the account's webhook gets the notification. */
async function expectDelivery(
  region: string,
  { baseUrls: [baseUrl] }: Service,
  trigger: () => Promise<void>,
) {
  const hook = await startHook();
  try {
    const { accountClient, accountId, token } = await newActors(baseUrl, region);
    const set = await accountClient.account.setWebhook(hook.url, { events: ['calendar.created'] });
    hook.secret = dataOf(set).account.settings.webhook?.secret ?? '';
    const created = dataOf(await browserAt(baseUrl, accountId, token).calendar.create({ timezone: 'UTC' }));
    await expect
      .poll(() => trigger().then(() => hook.notifications.length), { timeout: 20_000, interval: 100 })
      .toBeGreaterThan(0);
    const [timestamp, version] = [expect.any(Number), expect.any(Number)];
    expect(hook.notifications).toEqual([{ type: 'calendar.created', timestamp, version, data: created }]);
    await expect
      .poll(async () => dataOf(await accountClient.account.webhook.deliveries()).deliveries)
      .toMatchObject([{ type: 'calendar.created', state: 'delivered', attempts: 1 }]);
  } finally {
    hook.stop();
  }
}

describe.each(regions)('the notification of an account in %s', (region) => {
  it('is delivered by the cron, without a queue', () =>
    expectDelivery(region, service, () => service.runCron('* * * * *')));

  it('is delivered by the queue, without the cron', () => expectDelivery(region, queued, async () => {}));
});

it('the cron puts a reminder of an account in the EU into the outbox of its shard only', async () => {
  const hook = await startHook();
  try {
    const { accountClient, userId, accountId } = await newActors(queued.baseUrls[0], 'eu');
    const set = await accountClient.account.setWebhook(hook.url);
    hook.secret = dataOf(set).account.settings.webhook?.secret ?? '';
    const { calendar } = dataOf(await accountClient.calendar.create(userId, { timezone: 'UTC' }));
    const startTs = Date.now() + 1000;
    const reminders = [{ delta: 0, identifier: 'now' }];
    const event = { calendarId: calendar.id, startTs, duration: 60_000, reminders };
    dataOf(await accountClient.events.create(userId, event));
    await expect
      .poll(() => queued.runCron('* * * * *').then(() => hook.notifications), {
        timeout: 20_000,
        interval: 250,
      })
      .toMatchObject([{ type: 'reminders', reminders: [{ identifier: 'now', instance: { startTs } }] }]);
    expect(await whereIs(queued, 'deliveries', accountId, 'account_id')).toEqual(['DB_EU']);
  } finally {
    hook.stop();
  }
});

it('the daily cron deletes expired idempotency records in every shard', async () => {
  const databases = Object.values(queued.databases);
  const expired = `${RECORDS} WHERE account_id = 'a' AND key = 'old'`;
  for (const db of databases)
    await db.exec(
      `INSERT INTO ${RECORDS} (account_id, caller, key, request, answer, expires_at) VALUES ('a', '', 'old', '', '{}', 0)`,
    );
  const records = () => Promise.all(databases.map((db) => db.prepare(`SELECT 1 FROM ${expired}`).first()));
  expect(await records()).not.toContain(null);
  await queued.runCron(queued.crons[1] ?? '');
  await expect.poll(records, { timeout: 20_000 }).toEqual([null, null, null]);
});
