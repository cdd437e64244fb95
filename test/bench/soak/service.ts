/**
 * The Worker of the soak: the bundle with the queues, rate limiters and crons of wrangler.toml. Each queue has one consumer.
 *
 * The queues are our own: on a busy machine, Miniflare's handed on nothing for 50 s of an attack of 60 s, while messages waited and
 * its consumer was free.
 */
import { existsSync } from 'node:fs';
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

/** How far the database is, there and back: in production it is in one location, and most isolates are elsewhere. */
export const DISTANCE_MS = 30;

/**
 * The edge in front of the Worker: clients come over HTTPS, from the address that their header names, so that requests are
 * limited as they are there. A request with `x-cron` runs that cron; one with `x-queue` hands on a batch of that queue, and
 * answers how many messages it had.
 */
const edgeOf = (producers: Config['queues']['producers']) => `
import worker from './index.js';
const waiting = {};
function put(queue, body, delaySeconds = 0, attempts = 1) {
  (waiting[queue] ??= []).push({ body: JSON.parse(JSON.stringify(body)), attempts, dueAt: Date.now() + delaySeconds * 1000 });
}
const producer = (queue) => ({
  async send(body, options) { put(queue, body, options?.delaySeconds); },
  async sendBatch(messages) { for (const { body, delaySeconds } of messages) put(queue, body, delaySeconds); },
});
const producers = Object.fromEntries(${JSON.stringify(producers.map(({ binding, queue }) => [binding, queue]))}
  .map(([binding, queue]) => [binding, producer(queue)]));
async function handOn({ queue, size, retries, retryDelay }, env) {
  const now = Date.now();
  const batch = (waiting[queue] ?? []).filter(({ dueAt }) => dueAt <= now).slice(0, size);
  if (!batch.length) return 0;
  waiting[queue] = waiting[queue].filter((message) => !batch.includes(message));
  const messages = batch.map(({ body, attempts }) => ({
    body,
    attempts,
    ack() {},
    retry({ delaySeconds = retryDelay } = {}) { if (attempts <= retries) put(queue, body, delaySeconds, attempts + 1); },
  }));
  await worker.queue({ queue, messages }, env);
  return batch.length;
}
const wait = () => new Promise((resolve) => setTimeout(resolve, ${DISTANCE_MS}));
const far = (db) => ({
  prepare: (text) => db.prepare(text),
  withSession(from) {
    const session = db.withSession(from);
    return {
      prepare: (text) => session.prepare(text),
      batch: async (statements) => (await wait(), session.batch(statements)),
      getBookmark: () => session.getBookmark(),
    };
  },
});
export default {
  async fetch(request, { ...env }, context) {
    Object.assign(env, producers, { DB: far(env.DB) });
    const cron = request.headers.get('x-cron');
    const queue = request.headers.get('x-queue');
    if (queue !== null) return new Response(String(await handOn(JSON.parse(queue), env)));
    if (cron === null) return worker.fetch(new Request(request.url.replace('http:', 'https:'), request), env, context);
    await worker.scheduled({ cron, scheduledTime: Date.now() }, env, context);
    return new Response();
  },
};`;

export interface SoakedWorker extends LocalWorker {
  crons: string[];
}

/** A folder in memory. */
const MEMORY = '/dev/shm';

export async function startSoaked(fixture: Fixture): Promise<SoakedWorker> {
  // A local disk takes up to 10 ms for each commit, one after the other, and hides everything else. So .ci/run does the same.
  if (existsSync(MEMORY)) process.env.TMPDIR ??= MEMORY;
  const path = fileURLToPath(new URL('../../../wrangler.toml', import.meta.url));
  const { triggers, queues, ratelimits } = readConfig({ config: path }) as unknown as Config;
  const worker = await startWorker(fixture, {
    modules: { 'edge.js': edgeOf(queues.producers), 'index.js': bundleOurs() },
    bindings: { ALLOW_PRIVATE_WEBHOOKS: 'yes' },
    options: {
      ratelimits: Object.fromEntries(
        ratelimits.map(({ name, namespace_id, simple }) => [name, { namespace_id, simple }]),
      ),
    },
  });
  const stopConsumers = runConsumers(worker.url, queues.consumers);
  return {
    ...worker,
    crons: triggers.crons,
    async stop() {
      await stopConsumers();
      await worker.stop();
    },
  };
}

/** How long a consumer waits where its queue is empty. */
const IDLE_MS = 20;

/** Runs one consumer of each queue. */
function runConsumers(url: URL, consumers: Config['queues']['consumers']): () => Promise<unknown> {
  let running = true;
  const loops = consumers.map(async ({ queue, max_batch_size, max_retries, retry_delay }) => {
    const sent = { queue, size: max_batch_size, retries: max_retries, retryDelay: retry_delay };
    while (running) {
      const answer = await fetch(url, { headers: { 'x-queue': JSON.stringify(sent) } }).catch(() => null);
      if ((await answer?.text()) === '0' || !answer?.ok)
        await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    }
  });
  return () => {
    running = false;
    return Promise.all(loops);
  };
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
