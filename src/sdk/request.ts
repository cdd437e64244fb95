/** The only place that calls `fetch`. */
import { type Answer, toAnswer } from './answer.ts';
import { config } from './config.ts';
import { NettuNetworkError } from './network-error.ts';

export interface Connection {
  /** Where the service is; by default `config.baseUrl`, as it is when a request is made. */
  baseUrl?: string | undefined;
  /** What to call in place of the global `fetch`: to add a timeout, to log, to test. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Headers that say who is calling; those without a value are not sent. */
type Credentials = Record<string, string | undefined>;

/** What a resource is given to make its requests with: the caller is settled, `path` comes encoded. */
export type Send = <T>(method: Method, path: string, body?: object) => Promise<Answer<T>>;

/**
 * Makes one request.
 *
 * @throws {NettuNetworkError} when there is no answer. No status throws.
 * @throws {TypeError} for credentials or a base URL that no request can carry.
 */
export async function request<T>(
  connection: Connection,
  credentials: Credentials,
  method: Method,
  path: string,
  body?: object,
): Promise<Answer<T>> {
  const base = (connection.baseUrl ?? config.baseUrl).replace(/\/+$/, '');
  // `fetch` refuses such a URL too, but with a message that repeats the password.
  if (/^[^/]*\/\/[^/]*@/.test(base))
    throw new TypeError('The base URL must not hold a user name or password');
  const url = base + path;

  const headers = toHeaders(credentials);
  // The service never redirects. To follow a redirect would hand the API key to wherever it points.
  const init: RequestInit = { method, headers, redirect: 'manual' };
  if (body) {
    headers.set('content-type', 'application/json');
    init.body = JSON.stringify(body);
  }

  const name = `${method} ${url.split('?')[0]}`;
  // A plain function call: as a method of another object, a browser's `fetch` would refuse to run.
  const call = connection.fetch ?? fetch;
  try {
    const res = await call(url, init);
    return toAnswer(name, res, await res.text());
  } catch (cause) {
    throw new NettuNetworkError(name, cause);
  }
}

function toHeaders(credentials: Credentials): Headers {
  const headers = new Headers();
  try {
    for (const [name, value] of Object.entries(credentials)) if (value) headers.set(name, value);
  } catch {
    // Not passed on as the cause: its message repeats the value.
    throw new TypeError('An API key, account id or token holds a character that a header cannot carry');
  }
  return headers;
}
