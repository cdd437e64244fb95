/**
 * Counts the rows that a request reads, and the CPU that it takes, among rows of every kind that it must not read: at two
 * sizes, ten times apart. D1 answers one statement at a time, so what one account makes it read delays all the others.
 */
import { END, hostileRows, START } from '../support/hostile-rows.ts';
import { newClient, type Send, type Wire } from './client.ts';
import { type Actor, newFixture } from './fixture.ts';
import { newService, sendAs } from './new-service.ts';
import type { Tally } from './references/observed.ts';
import { type LocalWorker, startWorker } from './worker.ts';

export interface HostileRead {
  request: string;
  rowsRead: readonly [few: number, many: number];
  /** Milliseconds of CPU for one request, of the whole workerd process with its database; null where unknown. */
  cpuMs: readonly [few: number | null, many: number | null];
}

export interface Hostile {
  /** The rows of each kind when there are few, and when there are many. */
  rows: readonly [few: number, many: number];
  reads: HostileRead[];
}

/** A scan may end at one more entry of an index. */
export const ROWS_SLACK = 12;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

interface Case {
  request: string;
  method?: Wire['method'];
  path: string;
  headers: Record<string, string>;
  body?: (i: number) => object;
}

/** The requests of an account, of which one calendar and two services are hostile. */
function casesOf({ account, apiKey, token, user, calendar }: Actor, service: string): Case[] {
  const key = { 'x-api-key': apiKey };
  const asUser = { 'nettu-account': account, authorization: `Bearer ${token}` };
  const anonymous = { 'nettu-account': account };
  const window = `startTs=${START}&endTs=${END}`;
  // The owner sees free events, so this window has none.
  const before = `startTs=${START - 600 * DAY_MS}&endTs=${START - 599 * DAY_MS}`;
  const dates = 'startDate=2030-01-01&endDate=2030-01-02&duration=3600000&interval=3600000';
  return [
    { request: 'a day of a calendar', path: `/calendar/${calendar}/events?${before}`, headers: asUser },
    { request: 'free/busy of a day', path: `/user/${user}/freebusy?${window}`, headers: anonymous },
    { request: 'slots of two days', path: `/service/${service}/booking?${dates}`, headers: anonymous },
    {
      request: 'a booking',
      method: 'POST',
      path: `/service/${service}/booking`,
      headers: key,
      body: (i) => ({ startTs: START + (40 + i) * DAY_MS, duration: HOUR_MS }),
    },
    { request: 'bookings of a day', path: `/service/${service}/bookings?${window}&limit=20`, headers: key },
    { request: 'GET /account', path: '/account', headers: key },
    { request: 'deliveries', path: '/account/webhook/deliveries', headers: key },
    { request: 'failed deliveries', path: '/account/webhook/deliveries?state=failed', headers: key },
    { request: 'users by metadata', path: '/user/meta?key=plan&value=free', headers: key },
    { request: 'events by metadata that none has', path: '/events/meta?key=plan&value=free', headers: key },
    { request: 'the jobs of a minute', path: '/', headers: { 'x-cron': '* * * * *', 'x-queue': 'yes' } },
  ];
}

/** @param requests the requests of each kind, among few rows and among many. */
export async function measureHostile(
  code: { ours: string; observed: string },
  rows: readonly [number, number],
  requests: number,
): Promise<Hostile> {
  const fixture = newFixture({ accounts: 1, users: 1, actors: 1 });
  const [actor] = fixture.actors as [Actor];
  const { account, user, calendar } = actor;
  const worker = await startWorker(fixture, {
    modules: { 'observed.js': code.observed, 'worker-under-test': code.ours },
    bindings: { DELAY_MS: 0, ALLOW_PRIVATE_WEBHOOKS: 'yes' },
  });
  try {
    const send = newClient(worker.url);
    const service = await newService(send, actor, [calendar]);
    const group = await newService(send, actor, [calendar], { variant: 'group', data: 10 });
    // Deliveries need a webhook, and this one gets no changes of the rows that SQL fills in.
    await sendAs(send, actor, 'PUT', '/account/webhook', { webhookUrl: 'http://127.0.0.1:9/', events: [] });
    await worker.db
      .prepare(`UPDATE usage SET quotas = '{"services":1000000}' WHERE account_id = ?`)
      .bind(account)
      .run();
    const cases = casesOf(actor, service);
    const measured: Measured[][] = [];
    let filled = 0;
    for (const [size, n] of rows.entries()) {
      for (const { text, args } of hostileRows({ account, user, calendar, service, group }, n - filled))
        await worker.db
          .prepare(text)
          .bind(...args)
          .run();
      filled = n;
      const those: Measured[] = [];
      for (const one of cases) those.push(await measure(worker, send, one, requests, size * (requests + 1)));
      measured.push(those);
    }
    const [few = [], many = []] = measured;
    return {
      rows,
      reads: cases.map(({ request }, i) => ({
        request,
        rowsRead: [few[i]?.rowsRead ?? 0, many[i]?.rowsRead ?? 0],
        cpuMs: [few[i]?.cpuMs ?? null, many[i]?.cpuMs ?? null],
      })),
    };
  } finally {
    await worker.stop();
  }
}

interface Measured {
  rowsRead: number;
  cpuMs: number | null;
}

/** The first request fills the caches of the isolate, and does what is due once: it does not count. */
async function measure(
  worker: LocalWorker,
  send: Send,
  { request, method = 'GET', path, headers, body }: Case,
  requests: number,
  from: number,
): Promise<Measured> {
  let [rowsRead, startMs] = [0, worker.cpu()];
  for (let i = 0; i <= requests; i++) {
    const answer = await send({ method, path, headers, ...(body && { body: body(from + i) }) });
    if (answer.status !== 200 && answer.status !== 201)
      throw new Error(`"${request}" failed: ${answer.status} ${answer.text}`);
    const tally: Tally = JSON.parse(String(answer.headers['x-cost']));
    rowsRead = tally.rowsRead;
    if (i === 0) startMs = worker.cpu();
  }
  const endMs = worker.cpu();
  return { rowsRead, cpuMs: startMs === null || endMs === null ? null : (endMs - startMs) / requests };
}
