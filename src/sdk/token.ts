/** The user's token: a string, or a function that returns a new one whenever the last one expires. */

/** A JWT, or a function that gets one from the backend that signs tokens. */
export type Token = string | (() => string | Promise<string>);

export interface TokenSource {
  /** Returns the current token. Rejects with the error of the token function; the next call then calls it again. */
  get(): Promise<string>;
  /** Drops a token that the service refused. Returns whether `get` can return another one. */
  drop(refused: string): boolean;
}

/** How long before its expiry a token is replaced, so that it does not expire on the way. */
const MARGIN_MS = 10_000;

/** Caches the token. Requests at the same time share one call of the token function. */
export function tokenSource(token: Token): TokenSource {
  if (typeof token === 'string') return { get: async () => token, drop: () => false };

  let current: { value: string; renewAt: number } | undefined;
  let pending: Promise<string> | undefined;

  async function renew(getToken: () => string | Promise<string>): Promise<string> {
    const value: unknown = await getToken();
    if (typeof value !== 'string')
      throw new TypeError(`The token function must return a string, not ${typeof value}`);
    current = { value, renewAt: renewAt(value, Date.now()) };
    return value;
  }

  return {
    async get() {
      if (current && Date.now() < current.renewAt) return current.value;
      pending ??= renew(token).finally(() => {
        pending = undefined;
      });
      return pending;
    },
    drop(refused) {
      // Another request may have replaced the token meanwhile.
      if (current?.value === refused) current = undefined;
      return true;
    },
  };
}

/**
 * When to replace a token that arrives now. A token with less than twice the margin to live is used for half of that time.
 * A token that is expired on arrival means that the clocks differ; it is used until the service refuses it.
 */
function renewAt(token: string, now: number): number {
  const left = expiry(token) - now;
  return left > 0 ? now + left - Math.min(MARGIN_MS, left / 2) : Number.POSITIVE_INFINITY;
}

/** The `exp` of a token in milliseconds since the epoch; Infinity where it is unreadable, since the service verifies tokens. */
function expiry(token: string): number {
  try {
    const payload = token.split('.')[1] ?? '';
    // `atob` turns each byte into a character. That garbles non-ASCII strings, but not `exp`: a byte of a longer UTF-8
    // sequence is never a quote or a backslash.
    const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
