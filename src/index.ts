/** The Worker: requests go through the table of routes, crons and queue messages to the jobs. */
import { env as deployed } from 'cloudflare:workers';
import { shardsOf } from './db/shards.ts';
import type { Env, Message } from './env.ts';
import { assetFor } from './http/assets.ts';
import { drain } from './http/body.ts';
import { failure } from './http/errors.ts';
import type { Exchange } from './http/exchange.ts';
import { requireHttps } from './http/https.ts';
import { logRequest } from './http/request-log.ts';
import { preflight, respond } from './http/respond.ts';
import { routerOf } from './http/router.ts';
import { loadLazy } from './lazy/load.ts';
import { removeSoon } from './removals/wake-queue.ts';
import { routes } from './routes.ts';
import { Trace } from './trace.ts';
import { wakeQueueSoon } from './webhooks/wake-queue.ts';

const router = routerOf(routes);

// Shards that cannot work keep the Worker from starting, so that the operator sees it at once.
shardsOf(deployed as Env);

/**
 * The response to a request, whatever happens.
 *
 * @param now milliseconds since the epoch. The whole request goes by this one reading of the clock.
 * @param trace collects what is known of the request.
 */
export async function handle(
  request: Request,
  env: Env,
  now: number,
  trace: Trace = new Trace(),
): Promise<Response> {
  const started = Date.now();
  const response = await responseTo({ request, env, now, trace });
  if (request.body) await drain(request);
  const done = () => logRequest(request, response, trace, Date.now() - started);
  if (trace.whenOver) trace.whenOver(done);
  else done();
  return response;
}

async function responseTo(exchange: Exchange): Promise<Response> {
  const { request, trace } = exchange;
  if (request.method === 'OPTIONS') return preflight(trace.id);
  try {
    requireHttps(request);
    return (await assetFor(exchange)) ?? respond(await router(exchange), trace.id);
  } catch (error) {
    return respond(failure(error, trace), trace.id);
  }
}

/** Whether a request may have put something into the outbox. */
const mayHaveChanged = ({ method }: Request, { ok }: Response): boolean =>
  ok && !['GET', 'HEAD', 'OPTIONS'].includes(method);

export default {
  async fetch(request, env, context) {
    const trace = new Trace();
    const response = await handle(request, env, Date.now(), trace);
    // The headers do not say which shard it was: of two credentials, the route takes one.
    if (trace.shard && mayHaveChanged(request, response)) {
      removeSoon(env, trace.shard, request, context);
      wakeQueueSoon({ ...env, DB: trace.shard.db }, context);
    }
    return response;
  },
  async scheduled({ cron, scheduledTime }, env) {
    const { runCron } = await loadLazy();
    await runCron(env, cron, scheduledTime);
  },
  async queue(batch, env) {
    const { consume } = await loadLazy();
    await consume(batch, env, { clock: Date.now });
  },
} satisfies ExportedHandler<Env, Message>;
