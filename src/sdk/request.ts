/** What every call goes through, and the only place that calls `fetch`. */
import { type Answer, toAnswer } from './answer.ts';
import { config } from './config.ts';
import { within } from './limits.ts';
import { NettuNetworkError, NettuTimeoutError } from './network-error.ts';

export interface Connection {
  /** Where the service is; by default `config.baseUrl`, as it is when a request is made. */
  baseUrl?: string | undefined;
  /** What to call in place of the global `fetch`: to log, to test. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** How long each call may take, in ms; by default as long as `fetch` waits. */
  timeout?: number | undefined;
}

/** What the last argument of every method can say of that one call. */
export interface RequestOptions {
  /** Ends the call, which rejects with the signal's reason. What it asked for may have been carried out. */
  signal?: AbortSignal | undefined;
  /** How long the call may take, in ms, in place of the client's `timeout`; then it rejects with a `NettuTimeoutError`. */
  timeout?: number | undefined;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Headers that say who is calling; those without a value are not sent. */
type Credentials = Record<string, string | undefined>;

/** What a resource is given to make its requests with: the caller is settled, `path` comes encoded. */
export type Send = <T>(
  method: Method,
  path: string,
  options?: RequestOptions,
  body?: object,
) => Promise<Answer<T>>;

/** Gets an answer by sending the request with the credentials of a client, more than once if need be. */
type Exchange = <T>(ask: (credentials: Credentials) => Promise<Answer<T>>) => Promise<Answer<T>>;

/**
 * The `Send` of a client. It resolves whatever the status, and rejects with
 * - a NettuNetworkError when there is no answer, a NettuTimeoutError when it does not come in time;
 * - the reason of the caller's signal;
 * - a TypeError for credentials, a base URL or a timeout that no request can have.
 */
export function sender(connection: Connection, exchange: Exchange): Send {
  return async <T>(...[method, path, options = {}, body]: Parameters<Send>): Promise<Answer<T>> => {
    // Made now, while the caller's line is still on the stack.
    const origin = new Error();
    const { signal, timeout = connection.timeout ?? Number.POSITIVE_INFINITY } = options;
    const url = baseUrlOf(connection) + path;
    const name = `${method} ${url.split('?')[0]}`;
    if (!(timeout > 0)) throw new TypeError('timeout must be a number of ms above 0');
    const late = () => placed(new NettuTimeoutError(name, timeout), origin);

    return within(signal, timeout, late, (ended) =>
      exchange<T>(async (credentials) => {
        // The token may have come after the end.
        ended.throwIfAborted();
        const headers = toHeaders(credentials);
        // The service never redirects. To follow a redirect would hand the API key to wherever it points.
        const init: RequestInit = { method, headers, redirect: 'manual', signal: ended };
        if (body) {
          headers.set('content-type', 'application/json');
          init.body = JSON.stringify(body);
        }
        // A plain function call: as a method of another object, a browser's `fetch` would refuse to run.
        const call = connection.fetch ?? fetch;
        try {
          const res = await call(url, init);
          const answer = toAnswer<T>(name, res, await res.text());
          if (answer.error) placed(answer.error, origin);
          return answer;
        } catch (cause) {
          throw placed(new NettuNetworkError(name, { cause }), origin);
        }
      }),
    );
  };
}

function baseUrlOf(connection: Connection): string {
  const base = (connection.baseUrl ?? config.baseUrl).replace(/\/+$/, '');
  // `fetch` refuses such a URL too, but with a message that repeats the password.
  if (/^[^/]*\/\/[^/]*@/.test(base))
    throw new TypeError('The base URL must not hold a user name or password');
  return base;
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

/** An error made after an `await` has lost the way back to who asked: it gets the stack of `origin`, made before. */
function placed<E extends Error>(error: E, { stack = '' }: Error): E {
  // Chromium and Node begin a stack with the error itself, Firefox and Safari do not.
  error.stack = stack.replace(/^Error(: )?(?=\n)/, () => String(error));
  return error;
}
