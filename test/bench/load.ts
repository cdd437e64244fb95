/** Loads one Worker for some seconds with autocannon, and measures its rate, latencies and CPU. */
import autocannon, { type Request } from 'autocannon';
import type { Actor } from './fixture.ts';
import { callOf, type Operation } from './operations.ts';
import type { LocalWorker } from './worker.ts';

/** Enough to keep one core busy with the Worker, and few enough that requests do not queue on a machine with two cores. */
export const CONNECTIONS = 10;

export interface Stretch {
  seconds: number;
  connections?: number;
}

export interface Sample {
  /** Answers a second, between the first answer and the last. */
  rate: number;
  /** Milliseconds, one for each request. */
  latencies: number[];
  /** Milliseconds of CPU for each request, of the Worker's process; null where the platform does not report it. */
  cpu: number | null;
  /** The share of one core that the load generator used. Near 1, the generator limits the rate. */
  generator: number;
}

/**
 * Repeats the operation for some seconds. Each connection takes turns between its own users, each with their own token, so
 * that no cache sees the same caller twice in a row.
 *
 * @param actors at least as many as connections.
 * @throws Error when a request fails, or has another status than the operation's.
 */
export async function load(
  worker: LocalWorker,
  operation: Operation,
  actors: readonly Actor[],
  { seconds, connections = CONNECTIONS }: Stretch,
): Promise<Sample> {
  const failures: string[] = [];
  const latencies: number[] = [];
  let connection = 0;
  let first: Instant | undefined;
  let last: Instant | undefined;

  const run = autocannon({
    url: worker.url.href,
    connections,
    pipelining: 1,
    duration: seconds + EXTRA_SECONDS,
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
  run.on('reqError', (error) => failures.push(error.message));
  run.on('response', (_, status, __, milliseconds) => {
    if (Number(status) !== operation.status) failures.push(`status ${status} instead of ${operation.status}`);
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

  if (failures.length || !first || !last) {
    const tooFew = `fewer than ${MIN_ANSWERS} answers in ${seconds + EXTRA_SECONDS} s`;
    throw new Error(`"${operation.name}" failed: ${failures[0] ?? tooFew}`);
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

/** The extra time for a busy machine to give MIN_ANSWERS. */
const EXTRA_SECONDS = 30;
const MIN_ANSWERS = 10;

/** One reading of the clocks, in milliseconds. */
interface Instant {
  time: number;
  /** The CPU time of the Worker's process, and of this process. */
  worker: number | null;
  generator: number;
}

function instant(worker: LocalWorker): Instant {
  const { user, system } = process.cpuUsage();
  return { time: performance.now(), worker: worker.cpu(), generator: (user + system) / 1000 };
}

/** Sends the request of an operation once. */
export async function once(worker: LocalWorker, operation: Operation, actor: Actor): Promise<Response> {
  const { path, ...request }: Request = callOf(operation, actor);
  const response = await fetch(new URL(path, worker.url), request);
  if (response.status !== operation.status) {
    throw new Error(
      `"${operation.name}" failed: status ${response.status} instead of ${operation.status}: ${await response.text()}`,
    );
  }
  return response;
}
