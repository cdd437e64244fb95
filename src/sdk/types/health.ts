/** The health of a deployment. */

/** How one database of the deployment is. */
export interface ShardHealth {
  /** The number of the shard. */
  shard: number;
  /** Milliseconds until the database answered; null: it did not answer in time, and nothing else is known. */
  ms: number | null;
  /** How long ago the cron of every minute ended, in milliseconds; null: it has never run. */
  lastCronMs: number | null;
  /** For how long a notification has been due that waits for no slow endpoint, in milliseconds; 0: none is due. */
  oldestDueMs: number | null;
}

/** What a healthy deployment answers. One that is not answers with the problem `unhealthy`. */
export interface Health {
  status: 'healthy';
  shards: ShardHealth[];
}
