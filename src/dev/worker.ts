/**
 * The Worker on this machine: the deployed one, behind a check that keeps the pages of foreign sites out. Deployments do not
 * contain it (`main` in wrangler.toml).
 */
import worker from '../index.ts';
import { BASE_PATH } from '../route.ts';
import { routes } from '../routes.ts';

/** The names of this machine. No page of another site has one of them. */
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

const CREATE_ACCOUNT = new RegExp(`^${BASE_PATH}${routes.createAccount.public}/*$`);

/**
 * Refuses what a page of a foreign site may have sent: 403 for another host name, which resolves to this machine so that
 * the page can read the answers (DNS rebinding), and for the creation of an account from another origin. Else null.
 */
function refusal({ method, url, headers }: Request): Response | null {
  if (!LOCAL.test(headers.get('host') ?? '')) {
    return problem(
      'In development, the host must be localhost, 127.0.0.1 or [::1]. Deploy to serve other names.',
    );
  }
  const origin = headers.get('origin');
  const foreign = origin !== null && !LOCAL.test(origin.replace(/^https?:\/\//, ''));
  if (foreign && method === 'POST' && CREATE_ACCOUNT.test(new URL(url).pathname)) {
    return problem(
      'In development, a page creates accounts only from an origin on this machine. Use your backend, or curl.',
    );
  }
  return null;
}

/** A problem document. Its code is in no table, since no deployment answers it. */
function problem(detail: string): Response {
  const code = 'local-only';
  const body = {
    type: `urn:nettu:problem:${code}`,
    title: 'Only for this machine',
    status: 403,
    detail,
    code,
  };
  return Response.json(body, {
    status: 403,
    headers: { 'content-type': 'application/problem+json', 'access-control-allow-origin': '*' },
  });
}

/** Chromium lets a page of a public site call this machine only if the preflight allows it (Private Network Access). */
function allowed(request: Request, answer: Response): Response {
  if (request.headers.get('access-control-request-private-network') === 'true')
    answer.headers.set('access-control-allow-private-network', 'true');
  return answer;
}

export default {
  ...worker,
  fetch: async (request, env, context) =>
    refusal(request) ?? allowed(request, await worker.fetch(request, env, context)),
} satisfies typeof worker;
