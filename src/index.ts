/** The Worker: each request goes through the table of routes, and comes back with the headers every answer has. */
import type { Env } from './env.ts';
import { drain } from './http/body.ts';
import { problemReply } from './http/problem-reply.ts';
import { preflight, type Reply, respond } from './http/reply.ts';
import { routerOf } from './http/router.ts';
import { Problem } from './problem.ts';
import { routes } from './routes.ts';

const answer = routerOf(routes);

/**
 * The response to a request, whatever happens.
 *
 * @param now milliseconds since the epoch: the one reading of the clock that the whole request goes by.
 */
export async function handle(request: Request, env: Env, now: number): Promise<Response> {
  const response = await responseTo(request, env, now);
  if (request.body) await drain(request);
  return response;
}

async function responseTo(request: Request, env: Env, now: number): Promise<Response> {
  if (request.method === 'OPTIONS') return preflight();
  try {
    return respond(await answer(request, env, now));
  } catch (error) {
    return respond(failure(error));
  }
}

function failure(error: unknown): Reply {
  if (error instanceof Problem) {
    if (error.status >= 500) console.error(JSON.stringify({ code: error.code, cause: String(error.cause) }));
    return problemReply(error);
  }
  const id = crypto.randomUUID();
  console.error(
    JSON.stringify({ code: 'internal', id, stack: error instanceof Error ? error.stack : String(error) }),
  );
  return problemReply(new Problem('internal', `Please report it with this id: ${id}.`), id);
}

export default {
  fetch: (request, env) => handle(request, env, Date.now()),
} satisfies ExportedHandler<Env>;
