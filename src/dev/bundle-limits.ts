/** What the Worker may weigh, gzipped: a fiftieth of the 3 MB that Cloudflare's free plan takes. */
export const LIMIT_KB = 60;
