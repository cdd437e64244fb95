/** From the table of routes to itty-router: each path of each row, and 405 where only the method is wrong. */
import { type IRequest, IttyRouter } from 'itty-router';
import { doorNames } from '../auth/doors.ts';
import { Problem } from '../problem.ts';
import type { Method, Route } from '../route.ts';
import { BASE } from './base.ts';
import { answer, type Exchange } from './request.ts';
import type { Reply } from './respond.ts';

/**
 * Answers a request by the first row that fits it.
 *
 * @throws Problem, also `route-unknown` and `method-not-allowed`
 */
export function routerOf(routes: Readonly<Record<string, Route>>) {
  const router = IttyRouter<IRequest, [Exchange]>({ base: BASE });
  const methods = new Map<string, Set<Method | 'HEAD'>>();

  for (const route of Object.values(routes)) {
    for (const door of doorNames) {
      const path = route[door];
      if (!path) continue;
      const handler = ({ params }: IRequest, exchange: Exchange) => {
        exchange.trace.route = path;
        return answer({ route, door, params }, exchange);
      };
      const allowed = methods.get(path) ?? new Set();
      methods.set(path, allowed);
      router[route.method.toLowerCase() as 'get'](path, handler);
      allowed.add(route.method);
      if (route.method === 'GET') allowed.add('HEAD');
    }
  }

  for (const [path, allowed] of methods) {
    const allow = [...allowed, 'OPTIONS'].join(', ');
    router.all(path, (_, { trace }) => {
      trace.route = path;
      throw new Problem('method-not-allowed', `This path takes ${allow}.`, { headers: { allow } });
    });
  }

  return async (exchange: Exchange): Promise<Reply> => {
    const { request } = exchange;
    // A plain object: itty-router asks for the method once for each route. Without the query, which it would read.
    const { method } = request;
    const [url = ''] = request.url.split('?', 1);
    // HEAD is a GET whose body is left out by whoever sends it (RFC 9110, 9.3.2).
    const asked = { method: method === 'HEAD' ? 'GET' : method, url };
    const reply: Reply | undefined = await router.fetch(asked as IRequest, exchange);
    if (reply) return reply;
    if (method === 'GET' && new URL(url).pathname === '/') return signpost;
    throw new Problem('route-unknown', `Check the path and the method. Every route is under ${BASE}.`);
  };
}

/** For whoever opens the bare host in a browser. */
const signpost: Reply = {
  status: 200,
  body: { message: `Nettu Scheduler. Its API is under ${BASE}.`, api: `${BASE}/` },
};
