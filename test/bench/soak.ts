/**
 * `npm run soak`: whether one account can hurt the others. The service runs as deployed, 30 ms away from its database (see
 * `DISTANCE_MS`), with one consumer of each queue, and 19 accounts use it at a fixed rate: first alone, and then while another account does whatever has once hurt them.
 * Exits with status 1 when it still does. Not for CI: it takes a quiet machine.
 *
 *     npm run soak -- [--minutes 10] [--rate 40] [--events 100000] [--attack WORDS] [--pace 0]
 *
 * `--minutes` is the length of each phase, `--rate` the requests a second of the 19 accounts together, `--events` what the
 * attacker has stored, and `--attack` makes only those attacks whose name has these words.
 * `--pace` is the shortest time between two requests of one of the attacker's connections, in milliseconds.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { newClient } from './client.ts';
import { type Actor, newFixture } from './fixture.ts';
import { type Phase, startArrivals } from './soak/arrivals.ts';
import { attack, type Outcome } from './soak/attacker.ts';
import { load } from './soak/load.ts';
import { prepareHealthy, prepareHostile } from './soak/prepare.ts';
import type { Healthy } from './soak/requests.ts';
import { runCrons, startSoaked } from './soak/service.ts';
import { attackReport, failuresOf, type PhaseResult, report } from './soak/summary.ts';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '40' },
    events: { type: 'string', default: '100000' },
    attack: { type: 'string', default: '' },
    pace: { type: 'string', default: '0' },
  },
});
const seconds = Number(options.minutes) * 60;
const rate = Number(options.rate);

const HEALTHY = 19;
/** The attacker's accounts: one that does everything, and four whose endpoints hang. */
const HOSTILE = 5;
const USERS = 8;
/** How long the last notifications of a phase may take to arrive. */
const SETTLE_MS = 20_000;

const progress = (step: string) => process.stderr.write(`${step} …\n`);

progress('building');
const fixture = newFixture({ accounts: HEALTHY + HOSTILE, users: USERS, actors: USERS });
const ofAccount = fixture.accounts.map(
  ({ id }) => fixture.actors.filter(({ account }) => account === id) as [Actor, ...Actor[]],
);
const worker = await startSoaked(fixture);
const arrivals = await startArrivals();
try {
  process.exitCode = await soak();
} finally {
  arrivals.stop();
  await worker.stop();
}

async function soak(): Promise<number> {
  const send = newClient(worker.url);
  progress('preparing the accounts');
  const healthy: Healthy[] = [];
  for (const [i, [actor]] of ofAccount.slice(0, HEALTHY).entries()) {
    const webhookUrl = `${arrivals.url}${i}`;
    healthy.push(
      await prepareHealthy(send, worker.db, actor, { webhookUrl, address: `198.51.100.${i + 1}` }),
    );
  }
  const [actors, ...others] = ofAccount.slice(HEALTHY) as [[Actor, ...Actor[]], ...[Actor, ...Actor[]][]];
  const services = await prepareHostile(send, worker.db, actors, Number(options.events));
  await load(send, healthy, { phase: 'quiet', arrivals, rate, seconds: 5 });

  const phase = async (name: Phase): Promise<PhaseResult> => {
    progress(name);
    const before = instant();
    const stopCrons = runCrons(worker);
    const requests = await load(send, healthy, { phase: name, arrivals, rate, seconds });
    const endsAt = Date.now();
    const used = sharesBetween(before, instant());
    await arrivals.settle(endsAt, SETTLE_MS);
    return { requests, arrivals: arrivals.of(name, endsAt), crons: await stopCrons(), ...used };
  };
  const quiet = await phase('quiet');
  const target = { actors, others: others.map(([actor]) => actor), ...services, ms: seconds * 1000 };
  const attacking = attack({
    url: worker.url.href,
    target,
    only: options.attack,
    paceMs: Number(options.pace),
  });
  const [hostile, outcome]: [PhaseResult, Outcome] = await Promise.all([phase('hostile'), attacking]);

  console.log(`\n${report(quiet, hostile)}\n\n${attackReport(outcome, await storedOf(actors[0].account))}\n`);
  const failures = failuresOf(quiet, hostile, outcome);
  console.log(failures.length > 0 ? `FAILED: ${failures.join('; ')}` : 'The other accounts did not suffer.');
  return failures.length > 0 ? 1 : 0;
}

/** The rows of the account, and their megabytes, table by table. */
async function storedOf(account: string): Promise<string[][]> {
  const tables: [name: string, table: string, bytes: string][] = [
    ['events', 'events WHERE account_id = ?', 'octet_length(metadata) + octet_length(reminders)'],
    ['bookings', 'bookings WHERE account_id = ?', 'octet_length(metadata)'],
    [
      'pending notifications',
      "deliveries WHERE state = 'pending' AND account_id = ?",
      'octet_length(content)',
    ],
    [
      'other notifications',
      "deliveries WHERE state <> 'pending' AND account_id = ?",
      'octet_length(content)',
    ],
  ];
  return Promise.all(
    tables.map(async ([name, from, bytes]) => {
      const row = await worker.db
        .prepare(`SELECT count(*) AS n, coalesce(sum(${bytes}), 0) AS bytes FROM ${from}`)
        .bind(account)
        .first<{ n: number; bytes: number }>();
      return [name, (row?.n ?? 0).toLocaleString('en'), ((row?.bytes ?? 0) / 1e6).toFixed(1)];
    }),
  );
}

/** The CPU time so far in milliseconds, of workerd, of this process with the attacker, and of the whole machine. */
interface Instant {
  at: number;
  worker: number | null;
  client: number;
  machine: number | null;
}

function instant(): Instant {
  const { user, system } = process.cpuUsage();
  return {
    at: performance.now(),
    worker: worker.cpu(),
    client: (user + system) / 1000,
    machine: machineMs(),
  };
}

function sharesBetween(before: Instant, after: Instant): Pick<PhaseResult, 'worker' | 'client' | 'machine'> {
  const all = (after.at - before.at) * cpus().length;
  const share = (from: number | null, to: number | null) =>
    from === null || to === null ? null : (to - from) / all;
  return {
    worker: share(before.worker, after.worker),
    client: (after.client - before.client) / all,
    machine: share(before.machine, after.machine),
  };
}

/** Reads /proc/stat, see proc_stat(5): ticks of 10 ms, of which the fourth and the fifth column are idle. */
function machineMs(): number | null {
  try {
    const columns = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '')
      .trim()
      .split(/\s+/)
      .slice(1)
      .map(Number);
    return columns.reduce((sum, ticks, i) => sum + (i === 3 || i === 4 || i > 7 ? 0 : ticks), 0) * 10;
  } catch {
    return null;
  }
}
