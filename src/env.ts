/** What the Worker is deployed with: see wrangler.toml. */
export interface Env {
  DB: D1Database;
  /** Whoever knows it may create accounts. Without it nobody may. */
  CREATE_ACCOUNT_SECRET_CODE?: string;
  /** Slows down what is not proven. */
  RATE_LIMITER?: RateLimit;
  /** The description and its page. */
  ASSETS?: Fetcher;
  /** Where it is said that an account has something to deliver. Without it the cron delivers, minute by minute. */
  DELIVERIES?: Queue<Nudge>;
  /** Any value lets webhooks be on private addresses: for development alone. */
  ALLOW_PRIVATE_WEBHOOKS?: string;
}

/** Says that an account has something to deliver. */
export interface Nudge {
  account: string;
}
