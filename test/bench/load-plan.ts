/**
 * `npm run load-plan`: computes the monthly bill and the number of databases for many accounts. It counts the rows of each
 * operation on this machine, and uses the prices and limits that Cloudflare publishes. Change a number below, and run it.
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

/** The bytes to store in one database: the limit of developers.cloudflare.com/d1/platform/limits, less a tenth to spare. */
const DATABASE_BYTES = 10e9 * 0.9;

const LOAD = { accounts: 1e6, requestsPerSecond: 1000, secondsPerMonth: 30 * 86_400 };

/** The resources of a median account. The plan measures the bytes of each. */
const ACCOUNT = { users: 20, calendars: 20, events: 200 };

/** The operations of 100 requests. */
const MIX: Readonly<Record<string, number>> = {
  'user reads calendar': 25,
  'GET /me': 10,
  'week of 200 recurring events': 20,
  'free/busy of 5 calendars': 25,
  'account lists users': 5,
  'user creates event': 10,
  'user creates calendar': 2,
  'account creates user': 3,
};
/** The Worker's CPU time for one request, its token check included. */
const CPU_MS = 2;

/** How many requests of each operation are timed, and how many of them at once. */
const TIMED = { requests: 400, atOnce: 8 };

const code = { ours: bundleOurs(), observed: await bundleReference('observed') };
const cost = await measureCost(code, [1000, 3000]);
const rate = await measureRates();
const bytesPerEvent = await measureEvents();

const rowOf = (name: string) => {
  const row = cost.rows.find(({ operation }) => operation === name);
  if (!row) throw new Error(`operations.ts has no "${name}". Correct its name in MIX.`);
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
    ['operation', 'of 100', 'rows read', 'rows written', 'requests/s here'],
    Object.entries(MIX).map(([name, parts]) => {
      const { rowsRead, rowsWritten } = rowOf(name);
      return [name, String(parts), String(rowsRead[1]), String(rowsWritten[1]), whole(rate.get(name) ?? 0)];
    }),
  ),
);
console.log(`
A request of this mix reads ${read.toFixed(1)} rows and writes ${written.toFixed(2)}. On this machine, one Worker with one database serves ${whole(1 / seconds)} of them a second.
A user takes ${whole(cost.bytesPerUser)} bytes, a calendar ${whole(cost.bytesPerCalendar)}, an event ${whole(bytesPerEvent)}, an account ${whole(bytes)}.
${whole(LOAD.accounts)} accounts take ${whole(stored)} GB: ${Math.ceil((stored * 1e9) / DATABASE_BYTES)} databases by size, ${Math.ceil(LOAD.requestsPerSecond * seconds)} by request rate.

${table(
  ['a month at 1,000 requests a second', 'US$'],
  [...Object.entries(bill), ['total', Object.values(bill).reduce((a, b) => a + b)] as const].map(
    ([item, dollars]) => [item, whole(dollars)],
  ),
)}`);

async function measureRates(): Promise<Map<string, number>> {
  const fixture = newFixture({ accounts: 2, users: 1000, actors: TIMED.atOnce });
  const worker = await startWorker(fixture, { modules: { 'index.js': code.ours } });
  try {
    const rates = new Map<string, number>();
    for (const operation of operations) await operation.prepare?.(worker.db, fixture.actors);
    for (const operation of operations.filter(({ name }) => name in MIX)) {
      const actors = fixture.actors.slice(0, TIMED.atOnce);
      await Promise.all(actors.map((actor) => once(worker, operation, actor)));
      const startMs = performance.now();
      await Promise.all(
        actors.map(async (actor) => {
          for (let i = 0; i < TIMED.requests / TIMED.atOnce; i++)
            await (await once(worker, operation, actor)).text();
        }),
      );
      rates.set(operation.name, (TIMED.requests / (performance.now() - startMs)) * 1000);
    }
    return rates;
  } finally {
    await worker.stop();
  }
}

/** The bytes of an event, with its indexes and one metadata entry. */
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
