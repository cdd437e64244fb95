/**
 * A database with a million events, and what costs most there. Both commands print what they measure.
 *
 *     node test/bench/million.ts fill FOLDER [--events 1000000]
 *     node test/bench/million.ts measure FOLDER [--runs 3]
 *
 * The events are those of one user, of an account whose webhook wants reminders. `measure` works on a copy: the folder
 * stays as it is, for Miniflare's `d1Persist` or for another measurement. `--runs` is the number of runs of each job that
 * takes several: whoever wants to see the removal end asks for 100.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleOurs, bundleReference } from './bundle.ts';
import { type Actor, newFixture } from './fixture.ts';
import { addEvents } from './many-events.ts';
import type { Drained } from './references/observed.ts';
import { table } from './table.ts';
import { type LocalWorker, startWorker } from './worker.ts';

const {
  positionals: [command = '', folder = ''],
  values: options,
} = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '3' },
  },
});

// Its ids and API keys are the same each time; its tokens are not.
const fixture = newFixture({ accounts: 1, users: 10, actors: 1 });
const [actor] = fixture.actors as [Actor];

if (command === 'fill' && folder) await fill(Number(options.events));
else if (command === 'measure' && existsSync(folder)) await measure(Number(options.runs));
else {
  console.error('Usage: node test/bench/million.ts fill|measure FOLDER [--events N] [--runs N]');
  process.exitCode = 2;
}

async function fill(events: number): Promise<void> {
  const startMs = performance.now();
  const modules = { 'none.js': 'export default { fetch: () => new Response() }' };
  const { db, stop } = await startWorker(fixture, { modules, folder });
  try {
    await db
      .prepare(
        `INSERT INTO webhooks (account_id, url, key, secret, events, since)
         VALUES (?, 'http://127.0.0.1:9/', 'key', 'whsec_c2VjcmV0', '["reminders"]', 0)`,
      )
      .bind(actor.account)
      .run();
    await addEvents(db, actor, 0, events);
    const { meta } = await db.prepare('SELECT 1').run();
    const seconds = (performance.now() - startMs) / 1000;
    console.log(`${events} events, ${(meta.size_after / 1e6).toFixed(0)} MB, in ${seconds.toFixed(0)} s`);
  } finally {
    await stop();
  }
}

async function measure(runs: number): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'nettu-million-'));
  cpSync(folder, copy, { recursive: true });
  const modules = {
    'observed.js': await bundleReference('observed'),
    'worker-under-test': bundleOurs(),
  };
  const worker = await startWorker(null, { modules, bindings: { DELAY_MS: 0 }, folder: copy });
  const rows: string[][] = [];
  const add = (work: string, { cost, ms }: Measured) => {
    rows.push([
      work,
      ...[cost.rowsRead, cost.rowsWritten, cost.statements].map((n) => n.toLocaleString('en')),
      cost.longestMs.toFixed(0),
      (ms / 1000).toFixed(1),
    ]);
    console.error(`${work}: ${ms.toFixed(0)} ms`);
  };
  try {
    let cursor = '';
    for (let part = 1; part <= runs; part++) {
      const measured = await send(worker, `account/export${cursor && `?cursor=${cursor}`}`);
      add(`an answer of the export, ${measured.cost.lines.toLocaleString('en')} lines`, measured);
      const last = JSON.parse(measured.cost.last) as { cursor?: string | null };
      if (!last.cursor) break;
      cursor = encodeURIComponent(last.cursor);
    }
    for (let run = 1; run <= runs; run++) add(`a minute's jobs, ${run}`, await cron(worker, '* * * * *'));
    add('the user is deleted', await send(worker, `user/${actor.user}`, 'DELETE'));
    for (let run = 1; run <= runs; run++) {
      add(`a run of the removal, ${run}`, await cron(worker, 'removals'));
      if (!(await worker.db.prepare('SELECT 1 FROM removals').first())) break;
    }
    const left = await worker.db.prepare('SELECT count(*) AS events FROM events').first<{ events: number }>();
    console.log(table(['', 'rows read', 'written', 'statements', 'longest, ms', 's'], rows));
    console.log(`${left?.events.toLocaleString('en')} events are left`);
  } finally {
    await worker.stop();
    rmSync(copy, { recursive: true });
  }
}

interface Measured {
  cost: Drained;
  ms: number;
}

async function send({ url }: LocalWorker, path: string, method = 'GET', headers = {}): Promise<Measured> {
  const startMs = performance.now();
  const response = await fetch(new URL(`/api/v1/${path}`, url), {
    method,
    headers: { 'x-api-key': actor.apiKey, 'x-drain': 'yes', ...headers },
  });
  const cost = (await response.json()) as Drained;
  if (cost.status >= 300) throw new Error(`${method} ${path}: ${cost.status} ${cost.last}`);
  return { cost, ms: performance.now() - startMs };
}

/** Runs a cron whose deliveries go to a queue that nobody consumes. */
function cron(worker: LocalWorker, name: string): Promise<Measured> {
  return send(worker, '', 'GET', { 'x-cron': name, 'x-queue': 'yes' });
}
