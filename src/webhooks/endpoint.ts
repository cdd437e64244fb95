/** An endpoint of an account in SQL: where it is, and how it is doing. See `further_endpoints` in schema.sql. */
import type { Scope } from '../db/scope.ts';
import { raw, type Sql, sql } from '../db/sql.ts';
import { WEBHOOKS_MAX } from '../limits.ts';
import type { PauseReason } from '../sdk/types.ts';

/** The endpoint that a run serves. */
export interface Endpoint {
  account: string;
  /** The id of a further endpoint; `FIRST`: the account's first one. */
  endpoint: string;
}

/** The first endpoint, in `deliveries.endpoint`. */
export const FIRST = '';

/** The account's first endpoint. */
export const firstOf = (account: string): Endpoint => ({ account, endpoint: FIRST });

/** The table that has the row of the endpoint. */
export const tableOf = ({ endpoint }: Pick<Endpoint, 'endpoint'>): Sql =>
  raw(endpoint === FIRST ? 'webhooks' : 'further_endpoints');

/** The condition that a row of that table is the endpoint's. */
export const isEndpoint = ({ account, endpoint }: Endpoint): Sql =>
  endpoint === FIRST ? sql`account_id = ${account}` : sql`account_id = ${account} AND id = ${endpoint}`;

/** The condition that a delivery is for the endpoint. */
export const isFor = ({ account, endpoint }: Endpoint): Sql =>
  sql`account_id = ${account} AND endpoint = ${endpoint}`;

/** How an endpoint is doing. Times are in milliseconds since the epoch. */
export interface HealthRow {
  slow_since: number | null;
  last_status: number | null;
  last_error: string | null;
  failing_since: number | null;
  paused_at: number | null;
  paused_because: PauseReason | null;
  next_at: number | null;
}

export const toHealth = (row: HealthRow) => ({
  slowSince: row.slow_since,
  lastStatus: row.last_status,
  lastError: row.last_error,
  failingSince: row.failing_since,
  pausedAt: row.paused_at,
  pausedBecause: row.paused_because,
  nextAttempt: row.next_at,
});

/** The condition that the account has room for one more endpoint, beside those that are counted. */
export const hasRoom = ({ account }: Scope, counted = sql`true`): Sql => sql`
  (SELECT count(*) FROM endpoints WHERE endpoints.account_id = ${account} AND ${counted}) < ${WEBHOOKS_MAX}`;

/** Which endpoints are not the account's first one. */
export const further = sql`endpoint <> ''`;
