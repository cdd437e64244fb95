/**
 * Limits what callers cost the Worker and the database. Callers without a credential are counted by address, and so, apart,
 * are those whose credential is not verified yet. Writes are counted by account and by user, too, and only once the
 * credential that names them is verified: nobody can use up another's limit.
 */
import type { Env } from '../env.ts';
import {
  ACCOUNT_WRITES_MAX,
  ADDRESS_REQUESTS_MAX,
  ADDRESS_WINDOW_SECONDS,
  USER_WRITES_MAX,
  WRITES_WINDOW_SECONDS,
} from '../limits.ts';
import { Problem } from '../problem.ts';
import { ipv6Groups } from '../validation/ip-address.ts';

/** The addresses of requests under `wrangler dev`. At the edge, no request has them. */
const LOOPBACK = ['127.0.0.1', '::1'];

/** A limit. Where it is that of a binding, wrangler.toml says the same, and a test compares them. */
export interface Policy {
  name: string;
  /** Who does too much of what, as the problem says it. */
  who: string;
  max: number;
  seconds: number;
}

const ofAddress: Policy = {
  name: 'address',
  who: 'This address sent too many requests',
  max: ADDRESS_REQUESTS_MAX,
  seconds: ADDRESS_WINDOW_SECONDS,
};
const writes = (name: string, who: string, max: number): Policy => ({
  name,
  who: `${who} wrote too often`,
  max,
  seconds: WRITES_WINDOW_SECONDS,
});
const ofUser = writes('user', 'This user', USER_WRITES_MAX);
const ofAccount = writes('account', 'This account', ACCOUNT_WRITES_MAX);
/** All users of an account together have a limit of their own, so they never lock out the account's API key. */
const ofUsers = writes('users', 'The users of this account', ACCOUNT_WRITES_MAX);

/** The address of a request from elsewhere; null under `wrangler dev`. */
export function addressIn(headers: Headers): string | null {
  const address = headers.get('cf-connecting-ip');
  return address && !LOOPBACK.includes(address) ? address : null;
}

/**
 * Counts a request by its address.
 *
 * @param unverified whether the caller shows a credential that this isolate has not verified before. Those count apart, so
 *   that anonymous callers use up nothing of a good key that comes from their address.
 * @throws Problem `rate-limited`
 */
export async function limitRate(headers: Headers, { RATE_LIMITER }: Env, unverified: boolean): Promise<void> {
  const address = addressIn(headers);
  if (!address || !RATE_LIMITER) return;
  const key = networkOf(address) + (unverified ? '/unverified' : '');
  if (!(await allows(RATE_LIMITER, key))) throw limited(ofAddress);
}

/** Whoever writes: an account with its API key, or a user of it. */
export interface Writer {
  account: string;
  user: string | null;
}

/** The limiters that count a writer, each with its key; none under `wrangler dev`, nor without their bindings. */
function limitersOf({ account, user }: Writer, headers: Headers, env: Env) {
  if (!addressIn(headers)) return [];
  const both = [
    user === null ? null : { policy: ofUser, limiter: env.WRITES_OF_USER, key: `${account}/${user}` },
    user === null
      ? { policy: ofAccount, limiter: env.WRITES_OF_ACCOUNT, key: account }
      : { policy: ofUsers, limiter: env.WRITES_OF_ACCOUNT, key: `${account}/users` },
  ];
  return both.flatMap((one) => (one?.limiter ? [{ ...one, limiter: one.limiter }] : []));
}

/**
 * Counts a write of a verified writer. Once a limiter refuses, the ones after it count nothing: a user beyond the limit
 * takes nothing from the account's.
 *
 * @throws Problem `rate-limited`
 */
export async function limitWrites(writer: Writer, headers: Headers, env: Env): Promise<void> {
  for (const { policy, limiter, key } of limitersOf(writer, headers, env))
    if (!(await allows(limiter, key))) throw limited(policy);
}

/** Counts a write that has taken place: its credential was verified only with it. */
export async function countWrite(writer: Writer, headers: Headers, env: Env): Promise<void> {
  for (const { limiter, key } of limitersOf(writer, headers, env)) await allows(limiter, key);
}

/**
 * The header of an answer to a write: which limits apply (draft-ietf-httpapi-ratelimit-headers-10). Cloudflare's limiter
 * does not say what remains, so only a 429 has the header `ratelimit`.
 */
export function policiesOf(writer: Writer, headers: Headers, env: Env): Record<string, string> {
  const policies = limitersOf(writer, headers, env).map(({ policy }) => inHeader(policy));
  return policies.length ? { 'ratelimit-policy': policies.join(', ') } : {};
}

const inHeader = ({ name, max, seconds }: Policy): string => `"${name}";q=${max};w=${seconds}`;

/**
 * The refusal of a request beyond a limit.
 *
 * @param waitSeconds when to try again. The window of a binding may have begun up to its whole length ago, so waiting that
 *   long is always enough.
 */
export const limited = (policy: Policy, waitSeconds = policy.seconds): Problem =>
  new Problem(
    'rate-limited',
    `${policy.who}: at most ${policy.max} in ${policy.seconds} seconds. Nothing changed. Wait ${waitSeconds} seconds.`,
    {
      headers: {
        'retry-after': String(waitSeconds),
        'ratelimit-policy': inHeader(policy),
        ratelimit: `"${policy.name}";r=0;t=${waitSeconds}`,
      },
    },
  );

/** Counts one. A rate limiter that fails lets the request pass: it saves work and guards nothing. */
async function allows(limiter: RateLimit, key: string): Promise<boolean> {
  try {
    return (await limiter.limit({ key })).success;
  } catch (error) {
    console.error(JSON.stringify({ code: 'rate-limiter-failed', cause: String(error) }));
    return true;
  }
}

/** An IPv6 subscriber chooses among the addresses of at least a /64 (RFC 6177 section 2), so the network is what counts. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const network = ipv6Groups(address).slice(0, 4);
  return network.map((group) => group.toString(16)).join(':');
}
