/**
 * A Worker for test/e2e in front of the bundle, with a database whose replica lags. `/catch-up` brings the replica up to
 * date; `/answered` lists which database answered each batch since the last call.
 */
import worker from 'worker-under-test';
import { type Lagging, lagging } from './lagging.ts';

let replicated: Lagging | undefined;

export default {
  async fetch(request: Request, env: object, context: object): Promise<Response> {
    replicated ??= await lagging();
    const { pathname } = new URL(request.url);
    if (pathname === '/answered') return Response.json(replicated.answered());
    if (pathname === '/catch-up') return Response.json(await replicated.catchUp());
    return worker.fetch(request, { ...env, DB: replicated.db }, context);
  },
};
