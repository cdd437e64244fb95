/** One stretch of load on one Worker, by autocannon, and what came of it. */
import autocannon, { type Request } from 'autocannon';
import type { Actor } from './fixture.ts';
import { callOf, type Operation } from './operations.ts';
import type { LocalWorker } from './worker.ts';

/** Enough to keep one core of Worker busy, and few enough that they do not wait for each other on two. */
export const CONNECTIONS = 10;

export interface Stretch {
  seconds: number;
  connections?: number;
}

export interface Sample {
  /** Answers a second, from the first to the last. */
  rate: number;
  /** Milliseconds from each request to its answer. */
  latencies: number[];
  /** Milliseconds of CPU that the Worker's process took for each; null where the platform does not tell. */
  cpu: number | null;
  /** The share of one core that the load generator took: near 1, the numbers are its own. */
  generator: number;
}

/**
 * Does the operation over and over for so many seconds. Each connection speaks for users of its own, one after the
 * other, each with a token of its own: no cache meets the same caller twice in a row.
 *
 * @param actors at least as many as connections.
 * @throws Error when a request fails, or is answered with another status than the operation's.
 */
export async function load(
  worker: LocalWorker,
  operation: Operation,
  actors: readonly Actor[],
  { seconds, connections = CONNECTIONS }: Stretch,
): Promise<Sample> {
  const faults: string[] = [];
  const latencies: number[] = [];
  let connection = 0;
  let first: Instant | undefined;
  let last: Instant | undefined;

  const run = autocannon({
    url: worker.url.href,
    connections,
    pipelining: 1,
    duration: seconds + PATIENCE_SECONDS,
    sampleInt: 50,
    setupClient(client) {
      const share = actors.filter((_, i) => i % connections === connection % connections);
      connection++;
      client.setRequests(
        share.map((actor) => ({
          ...callOf(operation, actor),
          ...(operation.keyed && {
            setupRequest: (request: Request) => ({ ...request, ...callOf(operation, actor) }),
          }),
        })),
      );
    },
  });
  run.on('reqError', (error) => faults.push(error.message));
  run.on('response', (_, status, __, milliseconds) => {
    if (Number(status) !== operation.status) faults.push(`answered ${status}, not ${operation.status}`);
    if (last) return;
    if (!first) {
      first = instant(worker);
      return;
    }
    latencies.push(milliseconds);
    if (latencies.length < MIN_ANSWERS || performance.now() < first.time + seconds * 1000) return;
    last = instant(worker);
    run.stop();
  });
  await run;

  if (faults.length || !first || !last) {
    const what = faults[0] ?? `not answered ${MIN_ANSWERS} times in ${seconds + PATIENCE_SECONDS} s`;
    throw new Error(`"${operation.name}" failed: ${what}`);
  }
  const milliseconds = last.time - first.time;
  return {
    rate: (latencies.length / milliseconds) * 1000,
    latencies,
    cpu:
      first.worker === null || last.worker === null ? null : (last.worker - first.worker) / latencies.length,
    generator: (last.generator - first.generator) / milliseconds,
  };
}

/** A machine that is busy with something else is given this much more. */
const PATIENCE_SECONDS = 30;
const MIN_ANSWERS = 10;

/** The clocks that tell what a stretch of load took, all in milliseconds. */
interface Instant {
  time: number;
  /** CPU time of the Worker's process, and of this one. */
  worker: number | null;
  generator: number;
}

function instant(worker: LocalWorker): Instant {
  const { user, system } = process.cpuUsage();
  return { time: performance.now(), worker: worker.cpu(), generator: (user + system) / 1000 };
}

/** Does the operation once. */
export async function once(worker: LocalWorker, operation: Operation, actor: Actor): Promise<Response> {
  const { path, ...request }: Request = callOf(operation, actor);
  const response = await fetch(new URL(path, worker.url), request);
  if (response.status !== operation.status) {
    throw new Error(
      `"${operation.name}" was answered ${response.status}, not ${operation.status}: ${await response.text()}`,
    );
  }
  return response;
}
