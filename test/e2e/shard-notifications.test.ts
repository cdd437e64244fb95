/** What no request waits for is done in each of three databases: by the cron alone, and with the queue. */
import { afterAll, describe, expect, it } from 'vitest';
import { browserAt, dataOf, newActors } from './support/actors.ts';
import { startHook } from './support/hook.ts';
import { type Service, startPlaces, startPlacesWithQueue } from './support/service.ts';
import { whereIs } from './support/stored.ts';

const service = await startPlaces();
const queued = await startPlacesWithQueue();
afterAll(async () => {
  await service.stop();
  await queued.stop();
});

const regions = ['home', 'eu', 'us'];

/** Has a change made by a user of an account there, and pokes the service until its webhook has been told. */
async function toldIn(region: string, { baseUrls: [baseUrl] }: Service, poke: () => Promise<void>) {
  const hook = await startHook();
  try {
    const { server, accountId, token } = await newActors(baseUrl, region);
    const set = await server.account.setWebhook(hook.url, { events: ['calendar.created'] });
    hook.secret = dataOf(set).account.settings.webhook?.secret ?? '';
    const made = dataOf(await browserAt(baseUrl, accountId, token).calendar.create({ timezone: 'UTC' }));
    await expect
      .poll(() => poke().then(() => hook.told.length), { timeout: 20_000, interval: 100 })
      .toBeGreaterThan(0);
    const timestamp = expect.any(Number);
    expect(hook.told).toEqual([{ type: 'calendar.created', timestamp, data: made }]);
    await expect
      .poll(async () => dataOf(await server.account.webhook.deliveries()).deliveries)
      .toMatchObject([{ type: 'calendar.created', state: 'delivered', attempts: 1 }]);
  } finally {
    hook.stop();
  }
}

describe.each(regions)('of an account in %s', (region) => {
  it('without a queue by the cron', () => toldIn(region, service, () => service.runCron('* * * * *')));

  it('with one soon after the change, without a cron', () => toldIn(region, queued, async () => {}));
});

it('a reminder of an account in the EU is filed by the cron, in that database alone', async () => {
  const hook = await startHook();
  try {
    const { server, userId, accountId } = await newActors(queued.baseUrls[0], 'eu');
    const set = await server.account.setWebhook(hook.url);
    hook.secret = dataOf(set).account.settings.webhook?.secret ?? '';
    const { calendar } = dataOf(await server.calendar.create(userId, { timezone: 'UTC' }));
    const startTs = Date.now() + 1000;
    const reminders = [{ delta: 0, identifier: 'now' }];
    const event = { calendarId: calendar.id, startTs, duration: 60_000, reminders };
    dataOf(await server.events.create(userId, event));
    await expect
      .poll(() => queued.runCron('* * * * *').then(() => hook.told), { timeout: 20_000, interval: 250 })
      .toMatchObject([{ type: 'reminders', reminders: [{ identifier: 'now', instance: { startTs } }] }]);
    expect(await whereIs(queued, 'deliveries', accountId, 'account_id')).toEqual(['DB_EU']);
  } finally {
    hook.stop();
  }
});

it('what is kept for long enough is forgotten once a day in every database', async () => {
  const databases = Object.values(queued.databases);
  const old = "remembered WHERE account_id = 'a' AND key = 'old'";
  for (const db of databases) await db.exec("INSERT INTO remembered VALUES ('a', '', 'old', '', '{}', 0)");
  const kept = () => Promise.all(databases.map((db) => db.prepare(`SELECT 1 FROM ${old}`).first()));
  expect(await kept()).not.toContain(null);
  await queued.runCron(queued.crons[1] ?? '');
  await expect.poll(kept, { timeout: 20_000 }).toEqual([null, null, null]);
});
