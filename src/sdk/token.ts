/** The user's token: a fixed one, or a function that gets a new one whenever the last has run out. */

/** A JWT, or a function that gets one, from the server that signs them. */
export type Token = string | (() => string | Promise<string>);

export interface TokenSource {
  /** The token to send now. Rejects with what the token function threw; the next call then tries it again. */
  get(): Promise<string>;
  /** Called with a token that the service found to be expired. Answers whether another can be had from `get`. */
  forget(expired: string): boolean;
}

/** How long before its end a token is replaced, so that it does not run out on the way. */
const MARGIN_MS = 10_000;

/** Keeps the token in use. However many requests need one at a time, the token function is called once. */
export function tokenSource(token: Token): TokenSource {
  if (typeof token === 'string') return { get: async () => token, forget: () => false };

  let current: { value: string; renewAt: number } | undefined;
  let pending: Promise<string> | undefined;

  async function renew(getToken: () => string | Promise<string>): Promise<string> {
    const value: unknown = await getToken();
    if (typeof value !== 'string')
      throw new TypeError(`The token function must get the token as a string, not as ${typeof value}`);
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
    forget(expired) {
      // Another request may have replaced it by now, and the new one is good.
      if (current?.value === expired) current = undefined;
      return true;
    },
  };
}

/**
 * When to replace a token that arrives now. One that lives shorter than twice the margin is used for half its life.
 * One that is expired on arrival says that the two clocks differ: then ours is no guide, and the service's answer is.
 */
function renewAt(token: string, now: number): number {
  const left = expiry(token) - now;
  return left > 0 ? now + left - Math.min(MARGIN_MS, left / 2) : Number.POSITIVE_INFINITY;
}

/** The `exp` of a token in milliseconds; Infinity when it cannot be read, for it is the service that judges tokens. */
function expiry(token: string): number {
  try {
    const payload = token.split('.')[1] ?? '';
    // `atob` makes a character of each byte. That garbles what is not ASCII, but only inside of strings: a byte of a
    // longer UTF-8 sequence is never a quote or a backslash, so that `exp` comes out right.
    const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
