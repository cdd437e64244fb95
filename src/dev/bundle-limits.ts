/** The largest Worker that we accept, in kB gzip: some 3 % of the 3 MB that Cloudflare's free plan accepts. */
export const BUNDLE_MAX_KB = 90;
