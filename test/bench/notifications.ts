/**
 * What it costs to be told: writes of an account without a webhook, and with one that asks for all of them; and a minute
 * in which many reminders are due, from the sweep to the last delivery.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { D1Database } from '@cloudflare/workers-types';
import { type Actor, newFixture } from './fixture.ts';
import type { Tally } from './references/observed.ts';
import { median } from './statistics.ts';
import { type LocalWorker, startWorker } from './worker.ts';

export interface Notifying extends Tally {
  what: string;
  milliseconds: number;
}

/** @param due how many reminders of one account come due in the same minute. */
export async function measureNotifications(
  code: { ours: string; observed: string },
  due: number,
  writes: number,
): Promise<Notifying[]> {
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
    await ask(worker, 'account/webhook', { method: 'PUT', ...asActor(actor), body: JSON.stringify(body) });
    await cron(worker, true);
    rows.push(
      await writesOf(worker, actor, 'a user, told', 'user', () => ({}), writes),
      await writesOf(worker, actor, 'an event, told', eventsPath(actor), eventOf(actor), writes),
      await writesOf(
        worker,
        actor,
        'an event with a reminder, told',
        eventsPath(actor),
        remindedOf(actor),
        writes,
      ),
    );
    await cron(worker, false);

    await fill(worker.db, actor, due);
    const before = receiver.reminders();
    rows.push({ what: `${due} reminders due, filed`, ...(await cron(worker, true)) });
    rows.push({ what: `their ${Math.ceil(due / 100)} requests, delivered`, ...(await cron(worker, false)) });
    const told = receiver.reminders() - before;
    if (told !== due) throw new Error(`${told} reminders arrived, of ${due}`);
    rows.push({ what: 'a minute in which nothing is due', ...(await cron(worker, false)) });
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
const LATER = Date.UTC(2150, 0);
const eventOf =
  ({ calendar: calendarId }: Actor) =>
  () => ({ calendarId, startTs: LATER, duration: 3_600_000 });
const remindedOf = (actor: Actor) => () => ({
  ...eventOf(actor)(),
  reminders: [{ delta: -10, identifier: 'soon' }],
});

async function ask(worker: LocalWorker, path: string, init: RequestInit) {
  const began = performance.now();
  const response = await fetch(new URL(`/api/v1/${path}`, worker.url), init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  const tally: Tally = JSON.parse(response.headers.get('x-cost') ?? '{}');
  return { ...tally, milliseconds: performance.now() - began };
}

/** Has the Worker do what it does each minute; with `files` alone nothing is delivered. */
const cron = (worker: LocalWorker, files: boolean) =>
  ask(worker, '', { headers: { 'x-cron': '* * * * *', ...(files && { 'x-queue': 'yes' }) } });

/** The usual one of many writes. */
async function writesOf(
  worker: LocalWorker,
  actor: Actor,
  what: string,
  path: string,
  bodyOf: () => object,
  writes: number,
): Promise<Notifying> {
  const found: Awaited<ReturnType<typeof ask>>[] = [];
  for (let i = 0; i < writes; i++) {
    found.push(
      await ask(worker, path, { method: 'POST', ...asActor(actor), body: JSON.stringify(bodyOf()) }),
    );
  }
  const usual = (of: keyof Tally | 'milliseconds') => median(found.map((one) => one[of]));
  return {
    what,
    trips: usual('trips'),
    rowsRead: usual('rowsRead'),
    rowsWritten: usual('rowsWritten'),
    milliseconds: usual('milliseconds'),
  };
}

/** Daily series, each of which is due now. */
async function fill(db: D1Database, { account, user, calendar }: Actor, due: number): Promise<void> {
  // Now, and not before the webhook was set: of what was due before that nothing is told.
  const start = Date.now();
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
    await insert.bind(account, calendar, user, start, Math.min(step, due - n), n / step).run();
  }
  // What these writes themselves have put into the outbox is not what is measured.
  await db.prepare("DELETE FROM deliveries WHERE state = 'pending'").run();
}

/** Counts the reminders that arrive. */
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
