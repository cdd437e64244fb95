/** `node test/bench/nearest.ts`: reads with the primary 120 ms away and a replica 10 ms away, one after the other. */
import { bundleOurs, bundleReference } from './bundle.ts';
import { newFixture } from './fixture.ts';
import { quantile } from './statistics.ts';
import { startWorker } from './worker.ts';

const PRIMARY_MS = 120;
const NEAR_MS = 10;
const TIMES = 25;

const fixture = newFixture({ accounts: 1, users: 50, actors: 1 });
const [actor] = fixture.actors;
if (!actor) throw new Error('the fixture has no actor');
const modules = { 'observed.js': await bundleReference('observed'), 'worker-under-test': bundleOurs() };
const worker = await startWorker(fixture, { modules, bindings: { DELAY_MS: PRIMARY_MS, NEAR_MS } });
const token = { 'nettu-account': actor.account, authorization: `Bearer ${actor.token}` };

async function ask(path: string, headers: Record<string, string>, init: RequestInit = {}) {
  const response = await fetch(new URL(`/api/v1${path}`, worker.url), { ...init, headers });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.headers.get('nettu-bookmark') ?? '';
}

/** The median, in ms. Each request sends the bookmark of the one before where `remembers`. */
async function measure(path: string, headers: Record<string, string>, remembers: boolean): Promise<number> {
  let bookmark = await ask(path, headers);
  const took: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    const began = performance.now();
    bookmark = await ask(path, { ...headers, ...(remembers && { 'nettu-bookmark': bookmark }) });
    took.push(performance.now() - began);
  }
  return Math.round(quantile(took, 0.5));
}

try {
  const freebusy = `/user/${actor.user}/freebusy?startTs=0&endTs=604800000`;
  const visitor = { 'nettu-account': actor.account };
  const row = (what: string, ms: number) => console.log(`${what.padEnd(60)} ${ms} ms`);
  row('free/busy, a visitor', await measure(freebusy, visitor, true));
  row('free/busy, a token', await measure(freebusy, token, true));
  row('GET /me, an account that reads from the primary', await measure('/me', token, true));
  const settings = { method: 'PUT', body: JSON.stringify({ reads: 'nearest' }) };
  const admin = { 'x-api-key': actor.apiKey, 'content-type': 'application/json' };
  await ask('/account/settings', admin, settings);
  row('GET /me, an account that reads from the nearest', await measure('/me', token, true));
  row('the same by who keeps no bookmark', await measure('/me', token, false));
} finally {
  await worker.stop();
}
