/**
 * Measures booking slots and bookings: the cost in the database, the latency with the database near and far, and the
 * Worker's CPU. It compares slots with a Worker that queries the data of each host in turn.
 */
import type { D1Database } from '@cloudflare/workers-types';
import { DELAY_MS } from './distance.ts';
import { type Actor, type Fixture, newFixture } from './fixture.ts';
import { openInspector } from './inspector.ts';
import type { Tally } from './references/observed.ts';
import { selfTimes } from './self-times.ts';
import { median } from './statistics.ts';
import { startWorker } from './worker.ts';

export interface Scheduling {
  request: string;
  trips: number;
  allowed: number;
  rowsRead: number;
  rowsWritten: number;
  /** Median latencies in milliseconds, with the database far and near; `sequential` is null for a booking. */
  far: { ours: number; sequential: number | null };
  near: { ours: number; sequential: number | null };
  /** Milliseconds of CPU of the Worker's isolate alone; null for a booking. */
  cpu: number | null;
}

const DAY_MS = 86_400_000;
const HOSTS = 20;
const DAYS = 31;
/** A Monday, in milliseconds since the epoch. */
const FIRST_MS = Date.UTC(2030, 0, 7);
const date = (days: number) => new Date(FIRST_MS + days * DAY_MS).toISOString().slice(0, 10);
const slots = (service: string, days: number) =>
  `service/${service}/booking?startDate=${date(0)}&endDate=${date(days - 1)}&duration=1800000&interval=900000&timezone=Europe/Oslo`;
const services = {
  one: '00000000-0000-4000-8000-000000000001',
  many: '00000000-0000-4000-8000-000000000020',
};

const cases: { request: string; path: string; allowed: number; books?: true }[] = [
  { request: 'slots of one host, a week', path: slots(services.one, 7), allowed: 1 },
  { request: `slots of ${HOSTS} hosts, ${DAYS} days`, path: slots(services.many, DAYS), allowed: 1 },
  { request: 'a booking, one host', path: `service/${services.one}/booking`, allowed: 2, books: true },
];

/** @param code the bundles of both Workers, and `observed`, which wraps them. */
export async function measureScheduling(
  code: { ours: string; 'hosts-in-turn': string; observed: string },
  rounds: number,
): Promise<Scheduling[]> {
  const fixture = newFixture({ accounts: 1, users: HOSTS, actors: HOSTS });
  const ours = await measure(code.ours, code.observed, fixture, rounds);
  const sequential = await measure(code['hosts-in-turn'], code.observed, fixture, rounds, true);
  const cpu = await cpuOf(code.ours, fixture, rounds);
  return cases.map(({ request, allowed }, i) => {
    const { tally, far, near, body } = ours[i] as Measured;
    const other = sequential[i];
    if (other && other.body !== body) throw new Error(`${request}: the two answers differ`);
    return {
      request,
      allowed,
      ...tally,
      far: { ours: far, sequential: other?.far ?? null },
      near: { ours: near, sequential: other?.near ?? null },
      cpu: cpu[i] ?? null,
    };
  });
}

interface Measured {
  tally: Tally;
  far: number;
  near: number;
  body: string;
}

async function measure(
  worker: string,
  observed: string,
  fixture: Fixture,
  rounds: number,
  slotsOnly = false,
): Promise<Measured[]> {
  const rows: Measured[] = [];
  for (const delay of [0, DELAY_MS]) {
    const modules = { 'observed.js': observed, 'worker-under-test': worker };
    const started = await startWorker(fixture, { modules, bindings: { DELAY_MS: delay } });
    try {
      await fill(started.db, fixture.actors);
      for (const [i, { path, books }] of cases.entries()) {
        if (books && slotsOnly) continue;
        const samples: number[] = [];
        let [tally, body] = [{ trips: 0, rowsRead: 0, rowsWritten: 0 }, ''];
        for (let round = 0; round < rounds + 1; round++) {
          const startMs = performance.now();
          const response = await fetch(
            new URL(`/api/v1/${path}`, started.url),
            requestOf(fixture, books, round),
          );
          body = await response.text();
          if (round > 0) samples.push(performance.now() - startMs);
          if (!response.ok) throw new Error(`${path}: ${response.status} ${body}`);
          tally = JSON.parse(response.headers.get('x-cost') ?? '{}');
        }
        const row = { tally, body: books ? '' : body, near: median(samples), far: median(samples) };
        if (delay === 0) rows[i] = row;
        else (rows[i] as Measured).far = row.far;
      }
    } finally {
      await started.stop();
    }
  }
  return rows;
}

function requestOf({ actors: [actor] }: Fixture, books: boolean | undefined, round: number): RequestInit {
  const { account, apiKey } = actor as Actor;
  if (!books) return { headers: { 'nettu-account': account } };
  const body = {
    startTs: FIRST_MS + (14 + Math.floor(round / 4)) * DAY_MS + (530 + (round % 4) * 72) * 60_000,
    duration: 900_000,
  };
  const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify(body) };
}

/** The Worker's CPU in milliseconds for each kind of slots request, by V8's samples of its isolate, without the database. */
async function cpuOf(ours: string, fixture: Fixture, rounds: number): Promise<number[]> {
  const worker = await startWorker(fixture, { modules: { 'index.js': ours }, inspected: true });
  try {
    await fill(worker.db, fixture.actors);
    const inspector = await openInspector(worker.inspector);
    await inspector.send('Profiler.enable');
    await inspector.send('Profiler.setSamplingInterval', { interval: 200 });
    const cpuMs: number[] = [];
    for (const { path } of cases.filter(({ books }) => !books)) {
      const send = async () =>
        (await fetch(new URL(`/api/v1/${path}`, worker.url), requestOf(fixture, false, 0))).arrayBuffer();
      for (let i = 0; i < 5; i++) await send();
      await inspector.send('Profiler.start');
      for (let round = 0; round < rounds * 2; round++) await send();
      const { profile } = await inspector.send('Profiler.stop');
      const busy = selfTimes(profile).filter(({ name }) => name !== '(program)');
      cpuMs.push(busy.reduce((sum, { self }) => sum + self, 0) / (rounds * 2));
    }
    inspector.close();
    return cpuMs;
  } finally {
    await worker.stop();
  }
}

/** Adds hosts in three time zones, available from 09:00 to 17:30, with 20 busy events a day and buffers of ten minutes. */
async function fill(db: D1Database, actors: readonly Actor[]): Promise<void> {
  const [{ account }] = actors as [Actor];
  const interval = '[{"start":{"hours":9,"minutes":0},"end":{"hours":17,"minutes":30}}]';
  const rules = `[${['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((day) => `{"variant":{"type":"WDay","value":"${day}"},"intervals":${interval}}`)}]`;
  const zones = ['Europe/Oslo', 'America/New_York', 'Asia/Kathmandu'];
  const service = db.prepare(
    `INSERT INTO services (account_id, id, multi_person, metadata)
     VALUES (?, ?, '{"variant":"roundRobinAlgorithm","data":"availability"}', '{}')`,
  );
  await db.batch(Object.values(services).map((id) => service.bind(account, id)));
  for (const [i, { user, calendar }] of actors.entries()) {
    const schedule = calendar.replace('-0002-', '-0003-');
    const host = db.prepare(
      `INSERT INTO service_users (account_id, service_id, user_id, schedule_id, buffer_before, buffer_after, closest, busy)
       VALUES (?, ?, ?, ?, 10, 10, 0, json_array(?))`,
    );
    await db.batch([
      db
        .prepare(
          `INSERT INTO schedules (account_id, id, user_id, timezone, rules, metadata) VALUES (?, ?, ?, ?, ?, '{}')`,
        )
        .bind(account, schedule, user, zones[i % zones.length], rules),
      ...Object.values(services)
        .slice(i === 0 ? 0 : 1)
        .map((id) => host.bind(account, id, user, schedule, calendar)),
      db
        .prepare(
          `WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?4)
           INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders,
             metadata, created, updated)
           SELECT ?1, substr(?2, 1, 19) || printf('%04x', n) || substr(?2, 24), ?2, ?3, start, 900000, 1, start, '[]', '{}', 0, 0
           FROM (SELECT n, CAST(${FIRST_MS} + (n / 20) * ${DAY_MS} + (n
 % 20) * 4320000 AS INTEGER) AS start FROM numbers)`,
        )
        .bind(account, calendar, user, 20 * DAYS),
    ]);
  }
}
