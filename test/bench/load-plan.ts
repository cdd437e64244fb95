/**
 * `npm run load-plan`: what many accounts cost, and how many databases they take, from the rows that each operation reads
 * and writes here, and from what Cloudflare publishes. Change a number below, and run it again.
 */
import { bundleOurs, bundleReference } from './bundle.ts';
import { measureCost } from './cost.ts';
import { newFixture } from './fixture.ts';
import { once } from './load.ts';
import { operations } from './operations.ts';
import { table } from './table.ts';
import { startWorker } from './worker.ts';

/** developers.cloudflare.com/d1/platform/pricing and /workers/platform/pricing, Workers Paid, as of November 2026, in US$. */
const PRICES = {
  month: 5,
  requests: { included: 10e6, million: 0.3 },
  cpuMs: { included: 30e6, million: 0.02 },
  rowsRead: { included: 25e9, million: 0.001 },
  rowsWritten: { included: 50e6, million: 1 },
  storedGB: { included: 5, each: 0.75 },
};

/** developers.cloudflare.com/d1/platform/limits: bytes a database may hold; the last tenth is kept free. */
const DATABASE = 10e9 * 0.9;

const LOAD = { accounts: 1e6, requestsPerSecond: 1000, secondsPerMonth: 30 * 86_400 };

/** A median account: what lies in it. Bytes of an event are measured like those of users and calendars. */
const ACCOUNT = { users: 20, calendars: 20, events: 200 };

/** What requests are, in parts of 100. CPU: milliseconds of the Worker, its token check included. */
const MIX: Readonly<Record<string, number>> = {
  'user reads calendar': 25,
  'GET /me': 10,
  'week of 200 recurring events': 20,
  'free/busy of 5 calendars': 25,
  'admin lists users': 5,
  'user idempotent event': 10,
  'user idempotent calendar': 2,
  'admin idempotent user': 3,
};
const CPU_MS = 2;

/** Requests of each operation that are timed, a few at a time. */
const TIMED = { requests: 400, at: 8 };

const code = { ours: bundleOurs(), observed: await bundleReference('observed') };
const cost = await measureCost(code, [1000, 3000]);
const rate = await measureRates();
const bytesPerEvent = await measureEvents();

const rowOf = (name: string) => {
  const row = cost.rows.find(({ operation }) => operation === name);
  if (!row) throw new Error(`${name} is no operation of the bench`);
  return row;
};

const perRequest = (count: (name: string) => number) =>
  Object.entries(MIX).reduce((sum, [name, parts]) => sum + (parts / 100) * count(name), 0);
const read = perRequest((name) => rowOf(name).rowsRead[1]);
const written = perRequest((name) => rowOf(name).rowsWritten[1]);
const seconds = perRequest((name) => 1 / (rate.get(name) ?? 1));

const requests = LOAD.requestsPerSecond * LOAD.secondsPerMonth;
const bytes =
  ACCOUNT.users * cost.bytesPerUser +
  ACCOUNT.calendars * cost.bytesPerCalendar +
  ACCOUNT.events * bytesPerEvent;
const stored = (LOAD.accounts * bytes) / 1e9;
const over = (amount: number, { included, million }: { included: number; million: number }) =>
  (Math.max(0, amount - included) / 1e6) * million;
const bill = {
  'the plan': PRICES.month,
  requests: over(requests, PRICES.requests),
  'CPU of the Worker': over(requests * CPU_MS, PRICES.cpuMs),
  'rows read': over(requests * read, PRICES.rowsRead),
  'rows written': over(requests * written, PRICES.rowsWritten),
  storage: Math.max(0, stored - PRICES.storedGB.included) * PRICES.storedGB.each,
};

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
console.log(
  table(
    ['operation', 'of 100', 'rows read', 'rows written', 'a second here'],
    Object.entries(MIX).map(([name, parts]) => {
      const { rowsRead, rowsWritten } = rowOf(name);
      return [name, String(parts), String(rowsRead[1]), String(rowsWritten[1]), whole(rate.get(name) ?? 0)];
    }),
  ),
);
console.log(`
A request of the mix reads ${read.toFixed(1)} rows and writes ${written.toFixed(2)}. One database here, Worker and all, takes ${whole(1 / seconds)} a second.
A user takes ${whole(cost.bytesPerUser)} bytes, a calendar ${whole(cost.bytesPerCalendar)}, an event ${whole(bytesPerEvent)}; an account ${whole(bytes)}.
${whole(LOAD.accounts)} accounts take ${whole(stored)} GB: ${Math.ceil((stored * 1e9) / DATABASE)} databases by their size, ${Math.ceil(LOAD.requestsPerSecond * seconds)} by this rate.

${table(
  ['a month at 1,000 requests a second', 'US$'],
  [...Object.entries(bill), ['all of it', Object.values(bill).reduce((a, b) => a + b)] as const].map(
    ([what, dollars]) => [what, whole(dollars)],
  ),
)}`);

async function measureRates(): Promise<Map<string, number>> {
  const fixture = newFixture({ accounts: 2, users: 1000, actors: TIMED.at });
  const worker = await startWorker(fixture, { modules: { 'index.js': code.ours } });
  try {
    const rates = new Map<string, number>();
    for (const operation of operations) await operation.prepare?.(worker.db, fixture.actors);
    for (const operation of operations.filter(({ name }) => name in MIX)) {
      const all = fixture.actors.slice(0, TIMED.at);
      await Promise.all(all.map((actor) => once(worker, operation, actor)));
      const started = performance.now();
      await Promise.all(
        all.map(async (actor) => {
          for (let i = 0; i < TIMED.requests / TIMED.at; i++)
            await (await once(worker, operation, actor)).text();
        }),
      );
      rates.set(operation.name, (TIMED.requests / (performance.now() - started)) * 1000);
    }
    return rates;
  } finally {
    await worker.stop();
  }
}

/** Bytes that an event takes, indexes and a metadata entry included. */
async function measureEvents(): Promise<number> {
  const EVENTS = 20_000;
  const fixture = newFixture({ accounts: 1, users: 100, actors: 1 });
  const worker = await startWorker(fixture, { modules: { 'index.js': code.ours } });
  try {
    const size = async () => (await worker.db.prepare('SELECT 1').run()).meta.size_after;
    const before = await size();
    await worker.db
      .prepare(`
        INSERT INTO events (account_id, id, calendar_id, user_id, start_ts, duration, busy, last_start, reminders, metadata, created, updated)
        SELECT c.account_id, printf('%08x-0003-4000-8000-%012x', (n.value * 2654435761) & 0xffffffff, n.value), c.id, c.user_id,
          1900000000000 + n.value * 3600000, 3600000, 1, 1900000000000 + n.value * 3600000, '[]', '{"title":"Stand-up"}', 1900000000000, 1900000000000
        FROM json_each(?) n JOIN calendars c ON c.seq = 1 + n.value % 100`)
      .bind(JSON.stringify(Array.from({ length: EVENTS }, (_, i) => i)))
      .run();
    return ((await size()) - before) / EVENTS;
  } finally {
    await worker.stop();
  }
}
