/** Starts the bundle on workerd, on its own port, over empty D1 databases with the newest schema. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { build as bundleOf } from 'esbuild';
import { type Json, Miniflare, type WorkerOptions } from 'miniflare';
import { build } from '../../../src/dev/migrations.ts';
import { bundle, root } from './bundle.ts';
import { startPrism } from './prism.ts';

export const CODE = 'let me in';

type Database = Awaited<ReturnType<Miniflare['getD1Database']>>;

export interface Service {
  /** The base URL of each Worker, in order. */
  baseUrls: [string, ...string[]];
  db: Database;
  /** All databases by binding. */
  databases: Record<string, Database>;
  /** Runs a cron of wrangler.toml in the Worker of this name, by default in the first one. */
  runCron: (cron: string, name?: string) => Promise<void>;
  crons: string[];
  stop: () => Promise<void>;
}

/**
 * Wraps the unchanged bundle for tests with several isolates. Headers of each answer name its isolate, and the database of
 * each round trip to D1.
 */
const LABELLED = `
import worker from './index.js';
let isolate;
export default {
  async fetch(request, env, context) {
    isolate ??= crypto.randomUUID();
    const trips = [];
    const watched = ([binding, db]) => [binding, {
      prepare: (text) => db.prepare(text),
      withSession(from) {
        const session = db.withSession(from);
        return {
          prepare: (text) => session.prepare(text),
          batch: (statements) => (trips.push(binding), session.batch(statements)),
          getBookmark: () => session.getBookmark(),
        };
      },
    }];
    const databases = Object.entries(env).filter(([name]) => /^DB/.test(name)).map(watched);
    const response = await worker.fetch(request, { ...env, ...Object.fromEntries(databases) }, context);
    const labelled = new Response(response.body, response);
    labelled.headers.set('x-isolate', isolate);
    labelled.headers.set('x-trips', String(trips.length));
    labelled.headers.set('x-databases', trips.join(' '));
    return labelled;
  },
};`;

/** @param names the names of Workers over the same D1, each in its own isolate, with labelled answers. */
export const startService = async (...names: string[]): Promise<Service> => start(await workersNamed(names));

/** Starts the service with the description, the reference and the guides, as `npm run build:description` made them. */
export const startWithPages = async (): Promise<Service> =>
  start(await workersNamed([]), {
    assets: {
      directory: join(root, 'dist/assets'),
      binding: 'ASSETS',
      routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
      assetConfig: { html_handling: 'none' },
    },
  });

/** Starts the service with three shards, one in each region. */
export const startPlaces = async (...names: string[]): Promise<Service> =>
  start(await workersNamed(names), { SHARDS, d1Databases: THREE });

/** Starts the service with three shards, and the queue of wrangler.toml. */
export const startPlacesWithQueue = async (): Promise<Service> =>
  start(await workersNamed([]), {
    SHARDS,
    d1Databases: THREE,
    queueProducers: { DELIVERIES: 'deliveries', DELIVERIES_SLOW: 'slow' },
    queueConsumers: {
      deliveries: { maxBatchSize: 5, maxBatchTimeout: 0 },
      slow: { maxBatchSize: 1, maxBatchTimeout: 0 },
    },
  });

const SHARDS = {
  0: { binding: 'DB', region: 'home' },
  1: { binding: 'DB_EU', region: 'eu' },
  2: { binding: 'DB_US', region: 'us' },
};
const THREE = { DB: 'the-first', DB_EU: 'the-second', DB_US: 'the-third' };

async function workersNamed(names: string[]): Promise<Named[]> {
  const index = indexOf(await bundle());
  const labelled = { type: 'ESModule', path: 'labelled.js', contents: LABELLED } as const;
  return (names.length ? names : ['only']).map((name) => ({
    name,
    modules: names.length ? [labelled, index] : [index],
  }));
}

export interface Replicated extends Service {
  /** Who answered each batch since the last call: `primary` or `replica`. */
  answered: () => Promise<string[]>;
  /** Brings the replica up to date. */
  catchUp: () => Promise<void>;
}

/** Starts the bundle with a replica that lags behind the primary. */
export async function startReplicated(): Promise<Replicated> {
  const { outputFiles } = await bundleOf({
    entryPoints: [join(root, 'test/support/lagging-worker.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    external: ['cloudflare:workers', 'worker-under-test'],
    write: false,
  });
  const behind = { type: 'ESModule', path: 'behind.js', contents: outputFiles[0]?.text ?? '' } as const;
  const worker = { type: 'ESModule', path: 'worker-under-test', contents: await bundle() } as const;
  const d1Databases = { DB: 'the-primary', DB_US: 'the-past' };
  const service = await start([{ name: 'behind', modules: [behind, worker] }], { d1Databases });
  const control = async (path: string) => fetch(new URL(path, service.baseUrls[0]));
  return {
    ...service,
    answered: async () => (await (await control('/answered')).json()) as string[],
    catchUp: async () => void (await control('/catch-up')),
  };
}

/** Adds the name of its Worker to each response: the code of two releases can be the same for a while. */
const named = (name: string) => `
import worker from './index.js';
export default {
  ...worker,
  async fetch(request, env, context) {
    const response = await worker.fetch(request, env, context);
    const marked = new Response(response.body, response);
    marked.headers.set('x-release', '${name}');
    return marked;
  },
};`;

/**
 * Two Workers over one D1, as during a deploy: the bundle of an earlier release, and the code of today.
 *
 * @param previous the number of a bundle in test/e2e/releases.
 * @returns a service whose first URL is that of the earlier release.
 */
export async function startReleases(previous: number): Promise<Service> {
  const gzipped = await readFile(join(root, `test/e2e/releases/${previous}.js.gz`));
  const worker = (name: string, contents: string): Named => ({
    name,
    modules: [{ type: 'ESModule', path: 'named.js', contents: named(name) }, indexOf(contents)],
  });
  return start([worker('previous', gunzipSync(gzipped).toString()), worker('next', await bundle())]);
}

const indexOf = (contents: string) => ({ type: 'ESModule', path: 'index.js', contents }) as const;

interface Named {
  name: string;
  modules: { type: 'ESModule'; path: string; contents: string }[];
}

/** The settings of the Workers besides their code. */
interface Setup extends Pick<WorkerOptions, 'queueProducers' | 'queueConsumers' | 'assets'> {
  d1Databases?: Record<string, string>;
  SHARDS?: Json;
}

async function start(
  named: Named[],
  { d1Databases = { DB: 'the-one-and-only' }, SHARDS, ...setup }: Setup = {},
): Promise<Service> {
  const compatibilityDate = /^compatibility_date = "(.+)"/m.exec(await text('wrangler.toml'))?.[1] ?? '';
  const lazy = { type: 'ESModule', path: 'lazy.js', contents: await text('src/lazy/lazy.js') } as const;
  const workers = named.map(({ name, modules }) => ({
    name,
    modules: [...modules, lazy],
    ...setup,
    compatibilityDate,
    d1Databases,
    bindings: {
      CREATE_ACCOUNT_SECRET_CODE: CODE,
      ALLOW_PRIVATE_WEBHOOKS: 'yes',
      ...(SHARDS && { SHARDS }),
    },
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  }));
  const miniflare = new Miniflare({ host: '127.0.0.1', port: 0, cf: false, workers });
  await miniflare.ready;
  const bound = await Promise.all(
    Object.keys(d1Databases).map(async (binding) => {
      const db = await miniflare.getD1Database(binding, workers[0]?.name);
      await build(db);
      return [binding, db] as const;
    }),
  );
  const databases = Object.fromEntries(bound);
  const baseUrls = await Promise.all(
    workers.map(async ({ name }) => new URL('/api/v1', await miniflare.unsafeGetDirectURL(name)).href),
  );
  const prism = process.env.NETTU_PRISM ? await startPrism(process.env.NETTU_PRISM, baseUrls[0] ?? '') : null;
  if (prism) baseUrls[0] = prism.url;
  const runCron = async (cron: string, name = workers[0]?.name) => {
    const worker = await miniflare.getWorker(name);
    await worker.scheduled({ cron });
  };
  return {
    baseUrls: baseUrls as Service['baseUrls'],
    db: databases.DB as Database,
    databases,
    runCron,
    crons: JSON.parse(/^crons = (\[.*?\])/m.exec(await text('wrangler.toml'))?.[1] ?? '[]'),
    stop: async () => {
      prism?.stop();
      await miniflare.dispose();
    },
  };
}

const text = (name: string) => readFile(join(root, name), 'utf8');
