/**
 * The Worker of the soak: the bundle with the queues, rate limiters and crons of wrangler.toml. Each queue has one consumer:
 * Miniflare hands it one batch at a time.
 */
import { fileURLToPath } from 'node:url';
import { unstable_readConfig as readConfig } from 'wrangler';
import { bundleOurs } from '../bundle.ts';
import type { Fixture } from '../fixture.ts';
import { type LocalWorker, startWorker } from '../worker.ts';

/** The part of wrangler.toml that the soak needs. */
interface Config {
  triggers: { crons: string[] };
  ratelimits: { name: string; namespace_id: string; simple: { limit: number; period: 10 | 60 } }[];
  queues: {
    producers: { binding: string; queue: string }[];
    consumers: {
      queue: string;
      max_batch_size: number;
      max_batch_timeout: number;
      max_retries: number;
      retry_delay: number;
    }[];
  };
}

/**
 * The edge in front of the Worker: clients come over HTTPS, from the address that their header names, so that requests are
 * limited as they are there. A request with `x-cron` runs that cron.
 */
const EDGE = `
import worker from './index.js';
export default {
  ...worker,
  async fetch(request, env, context) {
    const cron = request.headers.get('x-cron');
    if (cron === null) return worker.fetch(new Request(request.url.replace('http:', 'https:'), request), env, context);
    await worker.scheduled({ cron, scheduledTime: Date.now() }, env, context);
    return new Response();
  },
};`;

export interface SoakedWorker extends LocalWorker {
  crons: string[];
}

export async function startSoaked(fixture: Fixture): Promise<SoakedWorker> {
  const path = fileURLToPath(new URL('../../../wrangler.toml', import.meta.url));
  const { triggers, queues, ratelimits } = readConfig({ config: path }) as unknown as Config;
  const worker = await startWorker(fixture, {
    modules: { 'edge.js': EDGE, 'index.js': bundleOurs() },
    bindings: { ALLOW_PRIVATE_WEBHOOKS: 'yes' },
    options: {
      queueProducers: Object.fromEntries(queues.producers.map(({ binding, queue }) => [binding, queue])),
      queueConsumers: Object.fromEntries(
        queues.consumers.map((consumer) => [
          consumer.queue,
          {
            maxBatchSize: consumer.max_batch_size,
            maxBatchTimeout: consumer.max_batch_timeout,
            maxRetries: consumer.max_retries,
            retryDelay: consumer.retry_delay,
          },
        ]),
      ),
      ratelimits: Object.fromEntries(
        ratelimits.map(({ name, namespace_id, simple }) => [name, { namespace_id, simple }]),
      ),
    },
  });
  return { ...worker, crons: triggers.crons };
}

const MINUTE_MS = 60_000;
/** A timer can fire a little early, and what is due in that very minute would wait for the next one. */
const LATE_MS = 20;

export interface CronRun {
  cron: string;
  ms: number;
}

/**
 * Runs the crons when they are due, as the platform does: whether or not the run before has ended.
 *
 * @returns a function that stops, once the runs have ended, and returns them.
 */
export function runCrons({ url, crons }: SoakedWorker): () => Promise<CronRun[]> {
  const runs: Promise<CronRun>[] = [];
  const run = async (cron: string): Promise<CronRun> => {
    const startMs = performance.now();
    const { ok } = await fetch(url, { headers: { 'x-cron': cron } });
    if (!ok) process.stderr.write(`the cron ${cron} failed\n`);
    return { cron, ms: performance.now() - startMs };
  };
  let minute = Math.floor(Date.now() / MINUTE_MS) + 1;
  const wait = () => minute * MINUTE_MS + LATE_MS - Date.now();
  let timer = setTimeout(tick, wait());
  function tick(): void {
    for (const cron of crons) if (minute % everyMinutes(cron) === 0) runs.push(run(cron));
    minute += 1;
    timer = setTimeout(tick, wait());
  }
  return () => {
    clearTimeout(timer);
    return Promise.all(runs);
  };
}

/** How many minutes lie between two runs. wrangler.toml names no hours or days. */
function everyMinutes(cron: string): number {
  const [, step = '1'] = /^\*(?:\/(\d+))?(?: \*){4}$/.exec(cron) ?? [];
  return Number(step);
}
