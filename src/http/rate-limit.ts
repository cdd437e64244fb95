/** Limits what callers without a verified credential cost the Worker and the database: requests a minute from one address. */
import type { Env } from '../env.ts';
import { Problem } from '../problem.ts';
import { ipv6Groups } from '../validation/ip-address.ts';

/** The addresses of requests under `wrangler dev`. At the edge, no request has them. */
const LOOPBACK = ['127.0.0.1', '::1'];

/**
 * Counts a request. A rate limiter that fails lets the request pass: it saves work and guards nothing.
 *
 * @throws Problem `rate-limited`
 */
export async function limitRate(headers: Headers, { RATE_LIMITER }: Env): Promise<void> {
  const address = headers.get('cf-connecting-ip');
  if (!address || LOOPBACK.includes(address) || !RATE_LIMITER) return;
  let success = true;
  try {
    ({ success } = await RATE_LIMITER.limit({ key: networkOf(address) }));
  } catch (error) {
    console.error(JSON.stringify({ code: 'rate-limiter-failed', cause: String(error) }));
  }
  if (success) return;
  throw new Problem('rate-limited', 'This address sent too many requests in a minute. Wait a minute.');
}

/** An IPv6 subscriber chooses among the addresses of at least a /64 (RFC 6177 section 2), so the network is what counts. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const network = ipv6Groups(address).slice(0, 4);
  return network.map((group) => group.toString(16)).join(':');
}
