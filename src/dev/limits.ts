/** What the Worker may weigh, gzipped: a tenth of what Cloudflare's free plan takes. */
export const LIMIT_KB = 50;
