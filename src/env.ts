/** What the Worker is deployed with: see wrangler.toml. */
export interface Env {
  DB: D1Database;
  /** Whoever knows it may create accounts. Without it nobody may. */
  CREATE_ACCOUNT_SECRET_CODE?: string;
  /** Slows down what is not proven. */
  RATE_LIMITER?: RateLimit;
  /** The description and its page. */
  ASSETS?: Fetcher;
}
