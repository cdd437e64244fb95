/** The Worker: each request goes through the table of routes, and comes back with the headers every answer has. */
import { env as deployed } from 'cloudflare:workers';
import { placeIn } from './auth/headers.ts';
import { databaseOf, placesOf } from './db/shards.ts';
import type { Env, Message } from './env.ts';
import { assetFor } from './http/assets.ts';
import { drain } from './http/body.ts';
import { failure } from './http/failure.ts';
import type { Exchange } from './http/request.ts';
import { log } from './http/request-log.ts';
import { preflight, respond } from './http/respond.ts';
import { routerOf } from './http/router.ts';
import { sweepAll } from './jobs/cron.ts';
import { consume } from './jobs/queue.ts';
import { routes } from './routes.ts';
import { Trace } from './trace.ts';
import { nudgeSoon } from './webhooks/wake-queue.ts';

const answer = routerOf(routes);

// What the operator has set and cannot work is told by a Worker that does not start.
placesOf(deployed as Env);

/**
 * The response to a request, whatever happens.
 *
 * @param now milliseconds since the epoch: the one reading of the clock that the whole request goes by.
 */
export async function handle(request: Request, env: Env, now: number): Promise<Response> {
  const started = Date.now();
  const trace = new Trace();
  const response = await responseTo({ request, env, now, trace });
  if (request.body) await drain(request);
  const done = () => log(request, response, trace, Date.now() - started);
  if (trace.whenOver) trace.whenOver(done);
  else done();
  return response;
}

async function responseTo(exchange: Exchange): Promise<Response> {
  const { request, trace } = exchange;
  if (request.method === 'OPTIONS') return preflight(trace.id);
  try {
    return (await assetFor(exchange)) ?? respond(await answer(exchange), trace.id);
  } catch (error) {
    return respond(failure(error, trace), trace.id);
  }
}

/** What it takes to be told of a change: that there may have been one. */
const mayHaveChanged = ({ method }: Request, { ok }: Response): boolean =>
  ok && !['GET', 'HEAD', 'OPTIONS'].includes(method);

export default {
  async fetch(request, env, context) {
    const response = await handle(request, env, Date.now());
    if (mayHaveChanged(request, response)) {
      nudgeSoon({ ...env, DB: databaseOf(env, placeIn(request.headers)) }, context);
    }
    return response;
  },
  scheduled: ({ cron, scheduledTime }, env) => sweepAll(env, cron, scheduledTime),
  queue: (batch, env) => consume(batch, env, { clock: Date.now }),
} satisfies ExportedHandler<Env, Message>;
