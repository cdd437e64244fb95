/** Sends requests as a browser does for a page on another origin: Fetch standard, "CORS-preflight fetch", "CORS check". */
import { freshSocket } from './actors.ts';

export const ORIGIN = 'https://app.example';

/** The headers that any page may read: Fetch standard, "CORS-safelisted response-header name". */
const SAFE = ['cache-control', 'content-language', 'content-length', 'content-type', 'expires', 'pragma'];

/**
 * The `fetch` of such a page.
 *
 * @throws TypeError where a browser would block the request or its answer.
 */
export async function fromPage(url: string, init: RequestInit, origin = ORIGIN): Promise<Response> {
  const { method = 'GET' } = init;
  const names = [...new Headers(init.headers).keys()].sort();
  const preflight = await freshSocket(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': names.join(','),
    },
  });
  if (!preflight.ok) throw new TypeError(`preflight: ${preflight.status}`);
  corsCheck(preflight, origin);
  const methods = listOf(preflight, 'access-control-allow-methods');
  if (!['GET', 'HEAD', 'POST'].includes(method) && !methods.includes(method)) {
    throw new TypeError(`preflight: the method ${method} is not allowed`);
  }
  const allowed = listOf(preflight, 'access-control-allow-headers').map((name) => name.toLowerCase());
  for (const name of names) {
    // The wildcard covers every header except authorization.
    if (!allowed.includes(name) && (name === 'authorization' || !allowed.includes('*'))) {
      throw new TypeError(`preflight: the header ${name} is not allowed`);
    }
  }
  const headers = new Headers(init.headers);
  headers.set('origin', origin);
  const response = await freshSocket(url, { ...init, headers });
  corsCheck(response, origin);
  return response;
}

/** Like `fromPage`, with only the headers that the answer exposes to the page. */
export async function seenByPage(url: string, init: RequestInit): Promise<Response> {
  const response = await fromPage(url, init);
  const exposed = [...SAFE, ...listOf(response, 'access-control-expose-headers')];
  const { status, body } = response;
  return new Response(body, {
    status,
    headers: [...response.headers].filter(([name]) => exposed.includes(name)),
  });
}

function corsCheck({ headers }: Response, origin: string): void {
  const allowed = headers.get('access-control-allow-origin');
  if (allowed !== '*' && allowed !== origin) throw new TypeError(`CORS: ${allowed} is not ${origin}`);
}

export const listOf = ({ headers }: Response, name: string) =>
  (headers.get(name) ?? '').split(',').map((item) => item.trim());
