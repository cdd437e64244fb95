/** Refuses plain HTTP: whoever stands between could read the key or the token. */
import { Problem } from '../problem.ts';
import { addressIn } from './rate-limit.ts';

/** A redirect would come after the secret has been sent, and the client would go on sending it. */
const DETAIL = 'Use https. If the request had a key or a token, replace it: others could read it on the way.';

/**
 * Requires HTTPS of every client that is not on this machine. At the edge, `request.url` has the scheme that the client used
 * (developers.cloudflare.com/workers/runtime-apis/request).
 *
 * @throws Problem `https-required`
 */
export function requireHttps({ url, headers }: Request): void {
  if (url.startsWith('http:') && addressIn(headers) !== null) throw new Problem('https-required', DETAIL);
}
