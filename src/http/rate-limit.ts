/** What strangers can make the Worker and the database do is limited: so many requests a minute from one address. */
import type { Env } from '../env.ts';
import { Problem } from '../problem.ts';

/** Where `wrangler dev` says that requests come from; at the edge none does. */
const LOOPBACK = ['127.0.0.1', '::1'];

/**
 * Counts a request whose credentials are not known to be good. A limiter that fails lets it pass: it saves work, and
 * guards nothing.
 *
 * @throws Problem `rate-limited`
 */
export async function slowDown(headers: Headers, { RATE_LIMITER }: Env): Promise<void> {
  const address = headers.get('cf-connecting-ip');
  if (!address || LOOPBACK.includes(address) || !RATE_LIMITER) return;
  let success = true;
  try {
    ({ success } = await RATE_LIMITER.limit({ key: networkOf(address) }));
  } catch (error) {
    console.error(JSON.stringify({ code: 'rate-limiter-failed', cause: String(error) }));
  }
  if (success) return;
  throw new Problem('rate-limited', 'Too many requests from this address in a minute. Wait a minute.');
}

/** An IPv6 subscriber has at least a /64 to choose addresses from (RFC 6177 section 2), so that is what is counted. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':');
  const zeros = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length;
  const all = [
    ...groups,
    ...Array.from({ length: Math.max(zeros, 0) }, () => '0'),
    ...(tail ?? '').split(':'),
  ];
  return all.slice(0, 4).join(':');
}
