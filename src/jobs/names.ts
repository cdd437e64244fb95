/** The names of the jobs: the log has them, and the table `job_runs`. */
export const EVERY_MINUTE = 'every-minute';
export const CLEAN = 'clean';
/** The sweep that deletes what is removed: a message in the queue names it, and no cron of wrangler.toml does. */
export const REMOVALS = 'removals';
/** The sweep that fetches the subscriptions that are due, likewise. Its row of `job_runs` is a lease. */
export const SUBSCRIPTIONS = 'subscriptions';
