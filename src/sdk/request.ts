/** What every call goes through, and the only place that calls `fetch`. */
import { type Answer, toAnswer } from './answer.ts';
import { config } from './config.ts';
import { within } from './limits.ts';
import { NettuNetworkError, NettuTimeoutError } from './network-error.ts';
import type { ChangeOptions, CreateOptions, ReadOptions } from './options.ts';
import { retrying } from './retries.ts';

export interface Connection {
  /** Where the service is; by default `config.baseUrl`, as it is when a request is made. */
  baseUrl?: string | undefined;
  /** What to call in place of the global `fetch`: to log, to test. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** How long each call may take, in ms, its retries included; by default as long as `fetch` waits. */
  timeout?: number | undefined;
  /** How many times a call is tried again where that is safe and may help; by default 2, and 0 turns it off. */
  retries?: number | undefined;
}

const BOOKMARK = 'nettu-bookmark';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Headers by their names; those without a value are not sent. */
type HeaderValues = Record<string, string | undefined>;

interface Asked {
  /** Whether it changes nothing; by default, whether it is a GET. */
  reads?: boolean;
  /** Made where the caller asked, if the stack no longer leads there. */
  origin?: Error;
  /** Whether the body of a good answer is left to be read. */
  streams?: boolean;
}

/** What a resource is given to make its requests with: the caller is settled, `path` comes encoded. */
export type Send = <T>(
  method: Method,
  path: string,
  options?: ReadOptions<T> & ChangeOptions & CreateOptions,
  body?: object,
  asked?: Asked,
) => Promise<Answer<T>>;

/** Gets an answer by sending the request with the credentials of a client, more than once if need be. */
type Exchange = <T>(ask: (credentials: HeaderValues) => Promise<Answer<T>>) => Promise<Answer<T>>;

/**
 * The `Send` of a client. It resolves whatever the status, and rejects with
 * - a NettuNetworkError when there is no answer, a NettuTimeoutError when it does not come in time;
 * - the reason of the caller's signal;
 * - a TypeError for credentials, a base URL, a timeout or a precondition that no request can have.
 */
export function sender(connection: Connection, exchange: Exchange): Send {
  // How far the database had come by the latest answer. Sent along, no copy of it answers with less than that.
  let seen = '';
  return async (method, path, options = {}, body, asked = {}) => {
    // Made now, while the caller's line is still on the stack.
    const { reads = method === 'GET', origin = new Error(), streams } = asked;
    const { timeout = connection.timeout ?? Number.POSITIVE_INFINITY } = options;
    const { retries = connection.retries ?? 2, signal, ifMatch, ifNoneMatch: kept } = options;
    const url = baseUrlOf(connection) + path;
    const name = `${method} ${url.split('?')[0]}`;
    if (!(timeout > 0)) throw new TypeError('timeout must be a number of ms above 0');
    // An answer may lack what it was to be protected by. Sent without, it would overwrite whatever is there.
    if ('ifMatch' in options && !ifMatch) throw new TypeError('ifMatch must be the etag of an answer, or *');
    const creates = method === 'POST' && !reads;
    // Settled now: every try sends the same.
    const content = body && JSON.stringify(body);
    const fixed = {
      'content-type': content && 'application/json',
      'idempotency-key': creates ? options.idempotencyKey || newKey() : undefined,
      'if-match': ifMatch,
      'if-none-match': kept?.data ? kept.etag : undefined,
    };
    const deadline = Date.now() + timeout;
    const late = () => placed(new NettuTimeoutError(name, timeout), origin);

    return within(signal, timeout, late, (ended) => {
      const ask = async (credentials: HeaderValues) => {
        // The token may have come after the end.
        ended.throwIfAborted();
        const headers = toHeaders({ ...credentials, ...fixed, [BOOKMARK]: seen });
        // The service never redirects. To follow a redirect would hand the API key to wherever it points.
        const init: RequestInit = { method, headers, redirect: 'manual', signal: ended };
        if (content) init.body = content;
        // A plain function call: as a method of another object, a browser's `fetch` would refuse to run.
        const call = connection.fetch ?? fetch;
        try {
          const res = await call(url, init);
          const bookmark = res.headers.get(BOOKMARK) ?? '';
          // Answers may come in another order than they were made in. A write that has none may have been carried out.
          if (bookmark > seen || (!bookmark && !reads)) seen = bookmark;
          const answer = toAnswer(name, res, streams && res.ok ? '{}' : await res.text(), kept?.data);
          if (answer.error) placed(answer.error, origin);
          return answer;
        } catch (cause) {
          if (!reads) seen = '';
          throw placed(new NettuNetworkError(name, { cause }), origin);
        }
      };
      const repeatable = reads || creates;
      return retrying(() => exchange(ask), { retries, repeatable, deadline, signal: ended });
    });
  };
}

function baseUrlOf(connection: Connection): string {
  const base = (connection.baseUrl ?? config.baseUrl).replace(/\/+$/, '');
  // `fetch` refuses such a URL too, but with a message that repeats the password.
  if (/^[^/]*\/\/[^/]*@/.test(base))
    throw new TypeError('The base URL must not hold a user name or password');
  return base;
}

function toHeaders(values: HeaderValues): Headers {
  const headers = new Headers();
  try {
    for (const [name, value] of Object.entries(values)) if (value) headers.set(name, value);
  } catch {
    // Not passed on as the cause: its message repeats the value.
    throw new TypeError('A key, account id, token or etag holds a character that a header cannot carry');
  }
  return headers;
}

/** Neither Node 18 nor a page that came over plain HTTP has `randomUUID`. No secret: it is unique, and that is all. */
function newKey(): string {
  return globalThis.crypto?.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
}

/** An error made after an `await` has lost the way back to who asked: it gets the stack of `origin`, made before. */
function placed<E extends Error>(error: E, { stack = '' }: Error): E {
  // Chromium and Node begin a stack with the error itself, Firefox and Safari do not.
  error.stack = stack.replace(/^Error(: )?(?=\n)/, () => String(error));
  return error;
}
