/** The sweep that deletes what is removed: a message in the queue names it, and no cron of wrangler.toml does. */
export const REMOVALS = 'removals';
