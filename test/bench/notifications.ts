/**
 * Measures the cost of notifications: writes of an account without a webhook, and with a webhook for every change; and a
 * minute in which many reminders are due, from the sweep to the last delivery.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { D1Database } from '@cloudflare/workers-types';
import { type Actor, newFixture } from './fixture.ts';
import type { Tally } from './references/observed.ts';
import { median } from './statistics.ts';
import { type LocalWorker, startWorker } from './worker.ts';

export interface NotificationCost extends Tally {
  work: string;
  milliseconds: number;
}

/**
 * @param due the reminders of one account that are due in the same minute.
 * @param writes the writes of each kind.
 */
export async function measureNotifications(
  code: { ours: string; observed: string },
  due: number,
  writes: number,
): Promise<NotificationCost[]> {
  const fixture = newFixture({ accounts: 1, users: 1, actors: 1 });
  const [actor] = fixture.actors as [Actor];
  const receiver = await startReceiver();
  const worker = await startWorker(fixture, {
    modules: { 'observed.js': code.observed, 'worker-under-test': code.ours },
    bindings: { DELAY_MS: 0, ALLOW_PRIVATE_WEBHOOKS: 'yes' },
  });
  try {
    const rows = [
      await writesOf(worker, actor, 'a user, without a webhook', 'user', () => ({}), writes),
      await writesOf(worker, actor, 'an event, without a webhook', eventsPath(actor), eventOf(actor), writes),
      await writesOf(
        worker,
        actor,
        'an event with a reminder, without a webhook',
        eventsPath(actor),
        remindedOf(actor),
        writes,
      ),
    ];
    const body = { webhookUrl: receiver.url, events: ['*'] };
    await send(worker, 'account/webhook', { method: 'PUT', ...asActor(actor), body: JSON.stringify(body) });
    await cron(worker, true);
    rows.push(
      await writesOf(worker, actor, 'a user, notified', 'user', () => ({}), writes),
      await writesOf(worker, actor, 'an event, notified', eventsPath(actor), eventOf(actor), writes),
      await writesOf(
        worker,
        actor,
        'an event with a reminder, notified',
        eventsPath(actor),
        remindedOf(actor),
        writes,
      ),
    );
    await cron(worker, false);

    await fill(worker.db, actor, due);
    const before = receiver.reminders();
    rows.push({ work: `${due} due reminders into the outbox`, ...(await cron(worker, true)) });
    rows.push({ work: `${Math.ceil(due / 100)} deliveries of them`, ...(await cron(worker, false)) });
    const arrived = receiver.reminders() - before;
    if (arrived !== due) throw new Error(`${arrived} of ${due} reminders arrived`);
    rows.push({ work: 'a minute in which nothing is due', ...(await cron(worker, false)) });
    return rows;
  } finally {
    await worker.stop();
    receiver.stop();
  }
}

const asActor = ({ apiKey }: Actor) => ({
  headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
});
const eventsPath = ({ user }: Actor) => `user/${user}/events`;
const LATER_MS = Date.UTC(2150, 0);
const eventOf =
  ({ calendar: calendarId }: Actor) =>
  () => ({ calendarId, startTs: LATER_MS, duration: 3_600_000 });
const remindedOf = (actor: Actor) => () => ({
  ...eventOf(actor)(),
  reminders: [{ delta: -10, identifier: 'soon' }],
});

async function send(worker: LocalWorker, path: string, init: RequestInit) {
  const startMs = performance.now();
  const response = await fetch(new URL(`/api/v1/${path}`, worker.url), init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  const tally: Tally = JSON.parse(response.headers.get('x-cost') ?? '{}');
  return { ...tally, milliseconds: performance.now() - startMs };
}

/** Runs the work of a minute. With a queue, the Worker only wakes the queue, and delivers nothing. */
const cron = (worker: LocalWorker, queue: boolean) =>
  send(worker, '', { headers: { 'x-cron': '* * * * *', ...(queue && { 'x-queue': 'yes' }) } });

/** Sends many equal writes, and returns the median of each cost. */
async function writesOf(
  worker: LocalWorker,
  actor: Actor,
  work: string,
  path: string,
  bodyOf: () => object,
  writes: number,
): Promise<NotificationCost> {
  const costs: Awaited<ReturnType<typeof send>>[] = [];
  for (let i = 0; i < writes; i++) {
    costs.push(
      await send(worker, path, { method: 'POST', ...asActor(actor), body: JSON.stringify(bodyOf()) }),
    );
  }
  const medianOf = (member: keyof Tally | 'milliseconds') => median(costs.map((cost) => cost[member]));
  return {
    work,
    trips: medianOf('trips'),
    rowsRead: medianOf('rowsRead'),
    rowsWritten: medianOf('rowsWritten'),
    milliseconds: medianOf('milliseconds'),
  };
}

/** Adds daily series, each with a reminder that is due now. */
async function fill(db: D1Database, { account, user, calendar }: Actor, due: number): Promise<void> {
  // The service notifies only of reminders that come due after the account set its webhook.
  const startMs = Date.now();
  const insert = db.prepare(
    `WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?5)
     INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, recurrence, last_start, reminders,
       metadata, created, updated)
     SELECT ?1, substr(?2, 1, 14) || printf('4%03x-8%03x-%012x', ?6, n % 4096, n * 7919), ?2, ?3, ?4, 900000, 1,
       '{"freq":"daily","interval":1}', NULL, '[{"delta":0,"identifier":"now"}]', '{"title":"Stand-up"}', ?4, ?4
     FROM numbers`,
  );
  const step = 1000;
  for (let n = 0; n < due; n += step) {
    await insert.bind(account, calendar, user, startMs, Math.min(step, due - n), n / step).run();
  }
  // The outbox now holds the notifications of these inserts, which the bench does not measure.
  await db.prepare("DELETE FROM deliveries WHERE state = 'pending'").run();
}

/** Starts a webhook receiver that counts the reminders that arrive. */
async function startReceiver() {
  let reminders = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    reminders += JSON.parse(body).reminders?.length ?? 0;
    response.end();
  });
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    reminders: () => reminders,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
