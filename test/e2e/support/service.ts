/** The deployed bundle on workerd, behind a port of its own, over an empty D1 with the schema of src/migrations. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Miniflare } from 'miniflare';
import { build } from '../../../src/dev/migrations.ts';
import { bundle, root } from './bundle.ts';

export const CODE = 'let me in';

export interface Service {
  /** One for each Worker, in their order. */
  baseUrls: [string, ...string[]];
  db: Awaited<ReturnType<Miniflare['getD1Database']>>;
  /** Has the Worker do what it does at such times: one of the crons of wrangler.toml. */
  runCron: (cron: string) => Promise<void>;
  crons: string[];
  stop: () => Promise<void>;
}

/**
 * Wraps the bundle for tests of several isolates: each answer tells which isolate it comes from, and how many round
 * trips to D1 it took. The bundle itself is as it was.
 */
const LABELLED = `
import worker from './index.js';
let isolate;
export default {
  async fetch(request, env, context) {
    isolate ??= crypto.randomUUID();
    let trips = 0;
    const DB = {
      prepare: (text) => env.DB.prepare(text),
      withSession(from) {
        const session = env.DB.withSession(from);
        return {
          prepare: (text) => session.prepare(text),
          batch: (statements) => (trips++, session.batch(statements)),
          getBookmark: () => session.getBookmark(),
        };
      },
    };
    const response = await worker.fetch(request, { ...env, DB }, context);
    const labelled = new Response(response.body, response);
    labelled.headers.set('x-isolate', isolate);
    labelled.headers.set('x-trips', String(trips));
    return labelled;
  },
};`;

/** @param names of Workers over the same D1, each in an isolate of its own; its answers are then labelled. */
export async function startService(...names: string[]): Promise<Service> {
  const index = indexOf(await bundle());
  const labelled = { type: 'ESModule', path: 'labelled.js', contents: LABELLED } as const;
  const workers = (names.length ? names : ['only']).map((name) => ({
    name,
    modules: names.length ? [labelled, index] : [index],
  }));
  return start(workers);
}

/** The Worker that is deployed, and the one that takes its place, over the same D1, as while a deploy goes on. */
export async function startReleases(previous: number): Promise<Service> {
  const gzipped = await readFile(join(root, `test/e2e/releases/${previous}.js.gz`));
  return start([
    { name: 'previous', modules: [indexOf(gunzipSync(gzipped).toString())] },
    { name: 'next', modules: [indexOf(await bundle())] },
  ]);
}

const indexOf = (contents: string) => ({ type: 'ESModule', path: 'index.js', contents }) as const;

type Module = ReturnType<typeof indexOf> | { type: 'ESModule'; path: 'labelled.js'; contents: string };

async function start(named: { name: string; modules: Module[] }[]): Promise<Service> {
  const workers = named.map((worker) => ({
    ...worker,
    d1Databases: { DB: 'the-one-and-only' },
    bindings: { CREATE_ACCOUNT_SECRET_CODE: CODE, ALLOW_PRIVATE_WEBHOOKS: 'yes' },
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  }));
  const compatibilityDate = /^compatibility_date = "(.+)"/m.exec(await text('wrangler.toml'))?.[1] ?? '';
  const miniflare = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    cf: false,
    workers: workers.map((worker) => ({ ...worker, compatibilityDate })),
  });
  await miniflare.ready;
  const db = await miniflare.getD1Database('DB', workers[0]?.name);
  await build(db);
  const baseUrls = await Promise.all(
    workers.map(async ({ name }) => new URL('/api/v1', await miniflare.unsafeGetDirectURL(name)).href),
  );
  const runCron = async (cron: string) => {
    const worker = await miniflare.getWorker(workers[0]?.name);
    await worker.scheduled({ cron });
  };
  const crons = JSON.parse(/^crons = (\[.*?\])/m.exec(await text('wrangler.toml'))?.[1] ?? '[]');
  return { baseUrls: baseUrls as Service['baseUrls'], db, runCron, crons, stop: () => miniflare.dispose() };
}

const text = (name: string) => readFile(join(root, name), 'utf8');
