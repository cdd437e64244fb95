/** What the jobs record of themselves, and how a shard is. */
import { type Query, query, raw, type Sql, sql } from '../db/sql.ts';
import { suspended } from '../db/suspended.ts';
import { EVERY_MINUTE } from './names.ts';

/**
 * Records when a job last ended: a row written a minute, so that the health shows a stopped cron.
 *
 * @param now milliseconds since the epoch.
 */
export const recordRun = (job: string, now: number): Sql => sql`
  INSERT INTO job_runs (job, ended_at) VALUES (${job}, ${now})
  ON CONFLICT DO UPDATE SET ended_at = excluded.ended_at`;

/** In milliseconds since the epoch. */
export interface HealthRow {
  /** When the job of every minute last ended; null: never. */
  ended_at: number | null;
  /** When the notification of the fast lane that waits longest became due; null: none is due. */
  due_at: number | null;
}

/** An endpoint that fails or hangs, and an account that is suspended, say nothing of the shard. */
export const selectHealth = (now: number): Query<HealthRow> => query<HealthRow>`
  SELECT (SELECT ended_at FROM job_runs WHERE job = ${EVERY_MINUTE}) AS ended_at,
    (SELECT min(next_at) FROM (SELECT * FROM (${earliest('webhooks', now)}) UNION ALL SELECT * FROM (${earliest('further_endpoints', now)}))) AS due_at`;

const earliest = (table: string, now: number): Sql => sql`
  SELECT next_at FROM ${raw(table)} WHERE slow_since IS NULL AND next_at <= ${now} AND url <> ''
    AND NOT ${raw(suspended(`${table}.account_id`))} ORDER BY next_at LIMIT 1`;
