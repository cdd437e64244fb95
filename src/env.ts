/** What the Worker is deployed with: see wrangler.toml. */
import type { Declared } from './db/shards.ts';

export interface Env {
  /** The database of place 0; those of other places are bound by names of the operator's. */
  DB: D1Database;
  /** The places by their numbers. None: place 0 is all that there is. */
  PLACES?: Record<string, Declared>;
  /** Whoever knows it may create accounts. Without it nobody may. */
  CREATE_ACCOUNT_SECRET_CODE?: string;
  /** Slows down what is not proven. */
  RATE_LIMITER?: RateLimit;
  /** The description and its page. */
  ASSETS?: Fetcher;
  /** Where it is said what a run of its own is to do. Without it the cron does that, minute by minute. */
  DELIVERIES?: Queue<Message>;
  /** Any value lets webhooks be on private addresses: for development alone. */
  ALLOW_PRIVATE_WEBHOOKS?: string;
}

/** Says that an account has something to deliver. */
export interface Nudge {
  account: string;
}

/** Says that a cron is to do its work in a place: which cron, and when it was due, in milliseconds since the epoch. */
export interface Sweep {
  place: number;
  cron: string;
  at: number;
}

export type Message = Nudge | Sweep;
