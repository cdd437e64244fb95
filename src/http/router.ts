/** From the table of routes to itty-router: each path of each row, and 405 where only the method is wrong. */
import { type IRequest, IttyRouter } from 'itty-router';
import type { Door, Env, Method, Row } from '../operation.ts';
import { answer } from './answer.ts';
import { Problem } from './problem.ts';
import type { Reply } from './reply.ts';

export const BASE = '/api/v1';
const doors = ['admin', 'user', 'public', 'anyone'] as const satisfies readonly Door[];

/**
 * Answers a request by the first row that fits it.
 *
 * @throws Problem, also `route-unknown` and `method-not-allowed`
 */
export function routerOf(rows: readonly Row[]) {
  const router = IttyRouter<IRequest, [request: Request, env: Env, now: number]>({ base: BASE });
  const methods = new Map<string, Set<Method | 'HEAD'>>();

  for (const row of rows) {
    for (const door of doors) {
      const path = row[door];
      if (!path) continue;
      const handler = ({ params }: IRequest, request: Request, env: Env, now: number) =>
        answer(request, { row, door, params }, env, now);
      const allowed = methods.get(path) ?? new Set();
      methods.set(path, allowed);
      for (const method of row.method === 'GET' ? (['GET', 'HEAD'] as const) : [row.method]) {
        router[method.toLowerCase() as 'get'](path, handler);
        allowed.add(method);
      }
    }
  }

  for (const [path, allowed] of methods) {
    const allow = [...allowed, 'OPTIONS'].join(', ');
    router.all(path, () => {
      throw new Problem('method-not-allowed', `This path takes ${allow}.`, { headers: { allow } });
    });
  }

  return async (request: Request, env: Env, now: number): Promise<Reply> => {
    // A plain object: itty-router asks for the method once for each route. Without the query, which it would read.
    const { method } = request;
    const [url = ''] = request.url.split('?', 1);
    const reply: Reply | undefined = await router.fetch({ method, url } as IRequest, request, env, now);
    if (reply) return reply;
    throw new Problem('route-unknown', `Check the path and the method. Every route is under ${BASE}.`);
  };
}
