/** The bindings and variables of a deployment: see wrangler.toml. */

/** How the operator configures a shard. */
export interface ShardConfig {
  /** The binding of its database. */
  binding: string;
  /** A region's name, which the operator chooses. Several shards may share it. */
  region?: string;
}

export interface Env {
  /** The database of shard 0. The operator names the bindings of other shards. */
  DB: D1Database;
  /** The shards by their numbers. Absent: shard 0 is the only one. */
  SHARDS?: Record<string, ShardConfig>;
  /** The name of SHARDS in the release before this one. */
  PLACES?: Record<string, ShardConfig>;
  /** Whoever knows the code may create accounts. Without it, nobody may. */
  CREATE_ACCOUNT_SECRET_CODE?: string;
  /** Counts requests whose credential this isolate has not verified before. */
  RATE_LIMITER?: RateLimit;
  /** Counts the writes of an account with its API keys, and of all its users. */
  WRITES_OF_ACCOUNT?: RateLimit;
  /** Counts the writes of a user. */
  WRITES_OF_USER?: RateLimit;
  /** The description, the reference and the guides. */
  ASSETS?: Fetcher;
  /** Carries wake-ups and sweeps to runs of their own. Without it, the cron does the work minute by minute. */
  DELIVERIES?: Queue<Message>;
  /** The same for endpoints that fail or hang. Without it, the cron delivers to them. */
  DELIVERIES_SLOW?: Queue<Message>;
  /** For development only: the one origin on a private address that may have webhooks, or `yes` for every one. */
  ALLOW_PRIVATE_WEBHOOKS?: string;
}

/** An endpoint has something to get. */
export interface WakeUp {
  account: string;
  /** The id of a further endpoint; absent: the account's first one. */
  endpoint?: string;
  /** Absent: the release before this one sent it. */
  lane?: 'fast' | 'slow';
}

/** A cron is due in a shard; `at` is when, in milliseconds since the epoch. */
export interface Sweep {
  shard: number;
  /** The former name of `shard`: the release before this one sends it, and may receive what this one sends. */
  place?: number;
  cron: string;
  at: number;
}

export type Message = WakeUp | Sweep;
