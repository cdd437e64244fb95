/** Sends every request of the SDK. Nothing else calls `fetch`. */
import { type Answer, toAnswer } from './answer.ts';
import { config } from './config.ts';
import { type EndedRequest, type Hooks, tell } from './hooks.ts';
import { throwIfAborted, within } from './limits.ts';
import { NettuNetworkError, NettuTimeoutError } from './network-error.ts';
import type { ChangeOptions, CreateOptions, ReadOptions } from './options.ts';
import { retrying } from './retries.ts';
import { VERSION } from './version.ts';

export interface Connection extends Hooks {
  /** The base URL of the service; by default `config.baseUrl` at the time of each request. */
  baseUrl?: string | undefined;
  /** A replacement for the global `fetch`, for a proxy or tests. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Milliseconds for each call, retries included; by default 60,000. `Infinity` waits as long as `fetch` does. */
  timeout?: number | undefined;
  /** How often to retry a call where that is safe; by default 2. 0 turns retries off. */
  retries?: number | undefined;
  /** Headers of every request, for example for a proxy. The client's own, such as its credentials, win. */
  headers?: Record<string, string> | undefined;
}

const TIMEOUT_MS = 60_000;

const BOOKMARK = 'nettu-bookmark';

/**
 * Whether `fetch` takes `cache`. It says `no-store`, since Next.js 13 and 14 keep the answers of GETs; the `fetch` of older
 * Workers throws for it.
 */
const TAKES_CACHE = typeof Request === 'function' && 'cache' in Request.prototype;

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Headers by name. One without a value is not sent. */
type HeaderValues = Record<string, string | undefined>;

interface SendOptions {
  /** Whether the request changes nothing; by default true for GET. */
  reads?: boolean;
  /** An error created at the caller's line, for a request that is sent after that line has left the stack. */
  origin?: Error;
  /** Whether the caller reads the body of a successful answer. */
  streams?: boolean;
  /** A body that is iCalendar text. */
  text?: string;
}

/** Sends a request of a client. `path` is encoded. */
export type Send = <T>(
  method: Method,
  path: string,
  options?: ReadOptions<T> & ChangeOptions & CreateOptions,
  body?: object,
  sendOptions?: SendOptions,
) => Promise<Answer<T>>;

/** Adds the credentials of a client to an attempt. It may make another attempt with other credentials. */
type Authenticate = <T>(attempt: (credentials: HeaderValues) => Promise<Answer<T>>) => Promise<Answer<T>>;

/**
 * The `Send` of a client. It resolves whatever the status, and rejects with
 * - a NettuNetworkError when there is no answer, a NettuTimeoutError when there is none in time;
 * - the reason of the caller's signal;
 * - a TypeError for invalid credentials, base URL, timeout or precondition.
 */
export function sender(connection: Connection, authenticate: Authenticate): Send {
  // The latest bookmark. A replica answers a request only if it has everything up to its bookmark.
  let bookmark = '';
  return async (method, path, options = {}, body, sendOptions = {}) => {
    // The origin is created now, while the caller's line is on the stack.
    const { reads = method === 'GET', origin = new Error(), streams, text } = sendOptions;
    const { timeout = connection.timeout ?? TIMEOUT_MS } = options;
    const { retries = connection.retries ?? 2, signal, ifMatch, ifNoneMatch: earlier } = options;
    const url = baseUrlOf(connection) + path;
    const bare = url.replace(/\?.*/, '');
    const name = `${method} ${bare}`;
    if (!(timeout > 0)) throw new TypeError('timeout must be a positive number of milliseconds');
    // An answer may have no etag. A change without the precondition would overwrite the changes of others.
    if ('ifMatch' in options && !ifMatch) throw new TypeError('ifMatch must be the etag of an answer, or *');
    const creates = method === 'POST' && !reads;
    // Computed once, so that every attempt sends the same.
    const content = text ?? JSON.stringify(body);
    const key = creates ? options.idempotencyKey || newKey() : undefined;
    const given = { ...connection.headers, 'nettu-sdk': `js/${VERSION}`, ...options.headers };
    const fixed = {
      'content-type': text ? 'text/calendar' : body && 'application/json',
      'idempotency-key': key,
      'if-match': ifMatch,
      'if-none-match': earlier?.data ? earlier.etag : undefined,
    };
    const deadline = Date.now() + timeout;
    let attempts = 0;
    const late = () => withStack(new NettuTimeoutError(name, timeout), origin);

    return within(signal, timeout, late, (ended) => {
      const attempt = async (credentials: HeaderValues) => {
        // The call may have ended while it waited for the token.
        throwIfAborted(ended);
        const headers = toHeaders(given, { ...credentials, ...fixed, [BOOKMARK]: bookmark });
        // The service never redirects, and following a redirect would send the API key to another host.
        // An undefined body is none.
        const body = content as string;
        const init: RequestInit = { method, headers, body, redirect: 'manual', signal: ended };
        if (TAKES_CACHE) init.cache = 'no-store';
        // A browser's `fetch` throws when it is called as a method of another object, so this is a plain function call.
        const call = connection.fetch ?? fetch;
        const request = { method, url: bare, attempt: ++attempts };
        const startMs = Date.now();
        const end = ({ status, error, requestId }: Partial<EndedRequest>) =>
          tell(connection.onResponse, {
            ...request,
            status,
            error,
            requestId,
            elapsedMs: Date.now() - startMs,
          });
        tell(connection.onRequest, request);
        try {
          const res = await call(url, init);
          const received = res.headers.get(BOOKMARK) ?? '';
          // Answers may arrive out of order, so the latest bookmark stays. After a write without a bookmark, which may have
          // been carried out, the next request sends none, so that the primary answers it.
          if (received > bookmark || (!received && !reads)) bookmark = received;
          const answer = toAnswer(name, res, streams && res.ok ? '{}' : await res.text(), earlier?.data);
          if (answer.error) withStack(answer.error, origin);
          end(answer);
          return answer;
        } catch (cause) {
          if (!reads) bookmark = '';
          const error = withStack(new NettuNetworkError(name, { cause }), origin);
          end({ error });
          throw error;
        }
      };
      const repeatable = reads || !!key;
      return retrying(() => authenticate(attempt), { retries, repeatable, deadline, signal: ended });
    });
  };
}

function baseUrlOf(connection: Connection): string {
  const base = (connection.baseUrl ?? config.baseUrl).replace(/\/+$/, '');
  // `fetch` throws for such a URL too, but its message contains the password.
  if (/^[^/]*\/\/[^/]*@/.test(base))
    throw new TypeError('The base URL must not contain a user name or password');
  return base;
}

/** @param own the headers of the client, which win. */
function toHeaders(given: HeaderValues, own: HeaderValues): Headers {
  const headers = new Headers();
  try {
    for (const values of [given, own])
      for (const [name, value] of Object.entries(values)) if (value) headers.set(name, value);
  } catch {
    // Without the original error as the cause, since its message contains the value.
    throw new TypeError('A key, account id, token, etag or other value is invalid in a header');
  }
  return headers;
}

/**
 * A random key: whoever guessed the key of a creation could get its answer. Pages over plain HTTP have no `randomUUID`.
 * undefined without WebCrypto, as in Node 18 and React Native: then a creation is not retried.
 */
function newKey(): string | undefined {
  const source: Partial<Crypto> = typeof crypto === 'object' ? crypto : {};
  return source.randomUUID?.() ?? source.getRandomValues?.(new Uint32Array(4)).join('-');
}

/** Gives an error the stack of `origin`. An error created after an `await` has no line of the caller in its stack. */
function withStack<E extends Error>(error: E, { stack = '' }: Error): E {
  // In Chromium and Node a stack starts with the error's message, in Firefox and Safari it does not.
  error.stack = stack.replace(/^Error(: )?(?=\n)/, () => String(error));
  return error;
}
