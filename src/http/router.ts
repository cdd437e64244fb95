/** Builds itty-router from the table of routes: each path of each row, and 405 where only the method is wrong. */
import { type IRequest, IttyRouter } from 'itty-router';
import { doorNames } from '../auth/doors.ts';
import { Problem } from '../problem.ts';
import { BASE_PATH, type Method, type Route } from '../route.ts';
import type { Exchange } from './exchange.ts';
import { respondTo } from './request.ts';
import type { Reply } from './respond.ts';

/**
 * The router of a table of routes. The first row that matches a request answers it.
 *
 * @throws Problem, also `route-unknown` and `method-not-allowed`
 */
export function routerOf(routes: Readonly<Record<string, Route>>) {
  const router = IttyRouter<IRequest, [Exchange]>({ base: BASE_PATH });
  const methods = new Map<string, Set<Method | 'HEAD'>>();

  for (const route of Object.values(routes)) {
    for (const door of doorNames) {
      const path = route[door];
      if (!path) continue;
      const handler = ({ params }: IRequest, exchange: Exchange) => {
        exchange.trace.route = path;
        return respondTo({ route, door, params }, exchange);
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
    // A plain object, since itty-router reads the method once for each route; and without the query, which it would parse.
    const { method } = request;
    const [url = ''] = request.url.split('?', 1);
    // HEAD is GET without the body, which the platform leaves out (RFC 9110 section 9.3.2).
    const routed = {
      method: method === 'HEAD' ? 'GET' : method,
      url: url.replace(BARE_HEALTH, `$1${BASE_PATH}$2`),
    };
    const reply: Reply | undefined = await router.fetch(routed as IRequest, exchange);
    if (reply) return reply;
    if (routed.method === 'GET' && new URL(url).pathname === '/') return signpost;
    throw new Problem('route-unknown', `Check the path and the method. Every route is under ${BASE_PATH}.`);
  };
}

/** A monitor may ask for the health at the bare host, too. */
const BARE_HEALTH = /^(https?:\/\/[^/]+)(\/health)$/;

/** The answer to a browser that opens the bare host. */
const signpost: Reply = {
  status: 200,
  body: { message: `Nettu Scheduler. Its API is under ${BASE_PATH}.`, api: `${BASE_PATH}/` },
};
