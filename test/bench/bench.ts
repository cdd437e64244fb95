/**
 * `npm run bench`: measures the cost of a request, and compares it with the lowest possible cost. `--quick` takes a
 * few minutes, `--out FILE` names the file of the results, `--compare FILE` prints the changes since an earlier run. Exits
 * with status 1 when a request fails, or when the Worker misses a goal that is counted, not timed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { supportedCompatibilityDate } from 'miniflare';
import { full, quick } from './budget.ts';
import { bundleOurs, bundleReference } from './bundle.ts';
import { compare } from './compare.ts';
import { measureContention } from './contention.ts';
import { measureCost } from './cost.ts';
import { measureDistance } from './distance.ts';
import { measureExpansion } from './expansion.ts';
import { newFixture } from './fixture.ts';
import { goalsOf } from './goals.ts';
import { measureHostile } from './hostile.ts';
import { measureReplica } from './nearest.ts';
import { measureNotifications } from './notifications.ts';
import { measureOpening } from './opening.ts';
import { report } from './report.ts';
import type { Results } from './results.ts';
import { measureScheduling } from './scheduling.ts';
import { measureStart } from './start.ts';
import { measureThroughput, type Variant } from './throughput.ts';
import { type LocalWorker, startWorker } from './worker.ts';
import { measureWorst } from './worst.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    out: { type: 'string' },
    compare: { type: 'string' },
  },
});

const date = new Date().toISOString();
// Read before the run, which may overwrite the same file.
const earlier: Results | null = options.compare ? JSON.parse(readFileSync(options.compare, 'utf8')) : null;

const results = await run();
console.log(`\n${report(results)}`);
if (earlier) console.log(`\n${compare(earlier, results)}`);

const file = options.out ?? `bench-${date.slice(0, 10)}.json`;
writeFileSync(file, `${JSON.stringify({ ...results, goals: goalsOf(results) }, null, 2)}\n`);
console.log(
  `\nThe results are in ${file}. Compare the next run with them: npm run bench -- --compare ${file}`,
);
if (goalsOf(results).some(({ counted, met }) => counted && !met)) process.exitCode = 1;

async function run(): Promise<Results> {
  const budget = options.quick ? quick : full;
  progress('building');
  const code = {
    ours: bundleOurs(),
    limit: await bundleReference('limit'),
    sequential: await bundleReference('sequential'),
    observed: await bundleReference('observed'),
    isolate: await bundleReference('isolate'),
    expansion: await bundleReference('expansion'),
    'hosts-in-turn': await bundleReference('hosts-in-turn'),
  };

  // Many users of several accounts, each with its own key, so that caches also have misses.
  const fixture = newFixture({ accounts: 4, users: 250, actors: budget.actors });
  const started: LocalWorker[] = [];
  const start = async (variant: Variant) => {
    const worker = await startWorker(fixture, { modules: { 'index.js': code[variant] } });
    started.push(worker);
    return worker;
  };
  let throughput: Results['throughput'];
  try {
    const workers = {
      ours: await start('ours'),
      limit: await start('limit'),
      sequential: await start('sequential'),
    };
    throughput = await measureThroughput(workers, fixture, budget, (name) => progress(`throughput: ${name}`));
  } finally {
    for (const worker of started) await worker.stop();
  }

  progress('distance');
  const distance = await measureDistance(code, fixture, budget.distanceSeconds);
  progress('replica');
  const replica = await measureReplica(code, budget.farRequests);
  const opening = await measureOpening(code, budget.farRequests);
  progress('cost');
  const cost = await measureCost(code, budget.users);
  progress('hostile data');
  const hostile = await measureHostile(code, budget.hostileRows, budget.hostileRequests);
  progress('expansion');
  const expansion = await measureExpansion(code.expansion, budget.expansions);
  progress('worst requests');
  const worst = await measureWorst(code.ours, budget.expansions);
  progress('scheduling');
  const scheduling = await measureScheduling(code, budget.expansions);
  progress('contention');
  const contention = await measureContention(code, budget.contention);
  progress('notifications');
  const notifications = await measureNotifications(code, budget.reminders, budget.expansions * 10);
  progress('start');
  const startUp = await measureStart(code, budget.starts);
  return {
    date,
    quick: options.quick,
    machine: machine(),
    throughput,
    distance,
    replica,
    opening,
    cost,
    hostile,
    expansion,
    start: startUp,
    worst,
    scheduling,
    contention,
    notifications,
  };
}

function progress(step: string): void {
  process.stderr.write(`${step} …\n`);
}

/** Describes this machine without its name. */
function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model.trim() ?? 'CPU'}, ${memory} GB, ${process.platform} ${process.arch}, Node ${process.version}, workerd ${supportedCompatibilityDate}`;
}
