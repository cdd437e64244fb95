/** Deliveries in SQL, for the account that reads them. outbox-sql.ts has the statements of the runs that send them. */
import { ofAccount, type Scope } from '../db/scope.ts';
import { type Query, query, type Sql, sql } from '../db/sql.ts';
import { FILTERED_ROWS_MAX } from '../limits.ts';
import type { Delivery, DeliveryCause, DeliveryResult, DeliveryState } from '../sdk/types.ts';
import { build, type OutboxRow } from './notification.ts';
import { type ReferencedEvent, selectReferenced } from './references.ts';

export interface DeliveryRow {
  id: string;
  webhook_id: string;
  type: Delivery['type'];
  state: DeliveryState;
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  next_at: number | null;
  created: number;
}

export type WholeDeliveryRow = DeliveryRow & OutboxRow & Pick<DeliveryRow, 'type'> & { history: string };

/** A delivery belongs to a further endpoint, or else to the account's first one. */
const webhookOf = ({ account }: Scope): Sql => sql`
  CASE WHEN endpoint <> '' THEN endpoint ELSE (SELECT coalesce(id, account_id) FROM webhooks WHERE account_id = ${account}) END AS webhook_id`;

const columns = sql`id, type, state, attempts, last_status, last_error, next_at, created`;

/** `next_at` of a first attempt is earlier than `created` (see schema.sql), and the account sees no such time. */
export const toDelivery = (row: DeliveryRow): Delivery => ({
  id: row.id,
  webhookId: row.webhook_id,
  type: row.type,
  state: row.state,
  attempts: row.attempts,
  lastStatus: row.last_status,
  lastError: row.last_error,
  nextAttempt: row.next_at === null ? null : Math.max(row.next_at, row.created),
  created: row.created,
});

/**
 * The delivery with the body that the webhook gets: of reminders, as it would be sent now.
 *
 * @param now milliseconds since the epoch.
 */
export function toWholeDelivery(
  row: WholeDeliveryRow,
  events: readonly ReferencedEvent[],
  now: number,
): DeliveryResult['delivery'] {
  const found = new Map(events.map((event) => [event.id, event]));
  const empty = { type: 'reminders', timestamp: row.created, reminders: [] };
  const history = (JSON.parse(row.history) as AttemptRecord[]).map(([at, status, ms, cause]) => ({
    at,
    status,
    ms,
    cause,
  }));
  return { ...toDelivery(row), history, body: JSON.stringify(build(row, found, now).body ?? empty) };
}

/** An attempt as the column `history` keeps it. */
type AttemptRecord = [at: number, status: number | null, ms: number, cause: DeliveryCause | null];

export interface DeliveriesSelection {
  /** Only the deliveries to this webhook; undefined: to any. */
  webhookId: string | undefined;
  /** Only the deliveries in this state; undefined: all of them. */
  state: DeliveryState | undefined;
  /** The id of the last delivery of the page before; undefined: the first page. */
  before: string | undefined;
  limit: number;
}

/** A row of a page, or the delivery at which the page stopped reading. */
export interface DeliveryPageRow extends DeliveryRow {
  /** 1 where the delivery is in the page. */
  hit: number;
  /** 1 where the page stopped reading here, though there may be more. */
  cut: number;
}

/**
 * A page of deliveries, the newest first. Failed ones have an index. For another state, the page reads deliveries in any
 * state, and ends early where it has read `FILTERED_ROWS_MAX`, as in `selectFiltered`.
 */
export const selectDeliveries = (
  scope: Scope,
  { webhookId, state, before, limit }: DeliveriesSelection,
): Query<DeliveryPageRow> => {
  const failed = state === 'failed';
  const from = sql`FROM deliveries ${failed ? sql`INDEXED BY deliveries_failed` : sql``}
    WHERE ${ofAccount(scope)} ${failed ? sql`AND state = 'failed'` : sql``} ${before ? sql`AND id < ${before}` : sql``}
    ORDER BY id DESC`;
  const endpoint = sql`(SELECT endpoint FROM endpoints WHERE ${ofAccount(scope)} AND id = ${webhookId ?? null})`;
  const hit = sql`${state === undefined ? 1 : sql`state = ${state}`} AND
    ${webhookId === undefined ? 1 : sql`endpoint = ${endpoint}`} AND ${notDropped(scope)}`;
  return query<DeliveryPageRow>`
    SELECT * FROM (
      SELECT * FROM (SELECT ${columns}, ${webhookOf(scope)}, (${hit}) AS hit, 0 AS cut ${from} LIMIT ${FILTERED_ROWS_MAX}) WHERE hit
      UNION ALL
      SELECT ${columns}, '', 0, 1 FROM deliveries
      WHERE ${ofAccount(scope)} AND id = (SELECT id ${from} LIMIT 1 OFFSET ${FILTERED_ROWS_MAX - 1})
    ) LIMIT ${limit}`;
};

export const selectDelivery = (scope: Scope, id: string): Query<WholeDeliveryRow> => query<WholeDeliveryRow>`
  SELECT ${columns}, ${webhookOf(scope)}, content, history FROM deliveries WHERE ${ofAccount(scope)} AND id = ${id} AND ${notDropped(scope)}`;

/** The events to which a delivery refers. */
export const selectEventsOf = (scope: Scope, id: string): Query<ReferencedEvent> =>
  selectReferenced(scope.account, [id]);

/** The condition that a delivery was not pending when its webhook was removed: the runs delete those in steps. */
const notDropped = ({
  account,
}: Scope): Sql => sql`NOT (state = 'pending' AND created <= coalesce(CASE endpoint
  WHEN '' THEN (SELECT dropped_before FROM webhooks WHERE account_id = ${account})
  ELSE (SELECT dropped_before FROM further_endpoints f WHERE f.account_id = ${account} AND f.id = endpoint) END, 0))`;

/**
 * Starts a delivery over with its first attempt. No row comes back where its webhook is removed. A delivery from before
 * the webhook was removed gets a later `created` while the runs delete what was pending then: they leave it alone.
 */
export const replayDelivery = (scope: Scope, id: string, now: number): Sql => sql`
  UPDATE deliveries SET state = 'pending', attempts = 0, next_at = ${now}, expires_at = NULL,
    created = max(created, coalesce((SELECT dropped_before + 1 FROM webhooks WHERE account_id = deliveries.account_id AND endpoint = ''), 0))
  WHERE ${ofAccount(scope)} AND id = ${id} AND ${notDropped(scope)}
    AND (endpoint = '' AND EXISTS (SELECT 1 FROM webhooks WHERE account_id = deliveries.account_id AND url <> '') OR EXISTS (
      SELECT 1 FROM further_endpoints f WHERE f.account_id = deliveries.account_id AND f.id = deliveries.endpoint AND url <> ''))
  RETURNING 1`;
