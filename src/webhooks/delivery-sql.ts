/** Deliveries in SQL, for the account that reads them. outbox-sql.ts has the statements of the runs that send them. */
import { ofAccount, type Scope } from '../db/scope.ts';
import { type Query, query, type Sql, sql } from '../db/sql.ts';
import { FILTERED_ROWS_MAX } from '../limits.ts';
import type { Delivery, DeliveryState } from '../sdk/types.ts';
import { notificationOf, type OutboxRow } from './notification.ts';

export interface DeliveryRow {
  id: string;
  type: Delivery['type'];
  state: DeliveryState;
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  next_at: number | null;
  created: number;
}

export type WholeDeliveryRow = DeliveryRow & OutboxRow & Pick<DeliveryRow, 'type'>;

const columns = sql`id, type, state, attempts, last_status, last_error, next_at, created`;

/** `next_at` of a first attempt is earlier than `created` (see schema.sql), and the account sees no such time. */
export const toDelivery = (row: DeliveryRow): Delivery => ({
  id: row.id,
  type: row.type,
  state: row.state,
  attempts: row.attempts,
  lastStatus: row.last_status,
  lastError: row.last_error,
  nextAttempt: row.next_at === null ? null : Math.max(row.next_at, row.created),
  created: row.created,
});

/** The delivery with the exact body that the webhook gets. */
export const toWholeDelivery = (row: WholeDeliveryRow): Delivery & { body: string } => ({
  ...toDelivery(row),
  body: JSON.stringify(notificationOf(row)),
});

export interface DeliveriesSelection {
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
  { state, before, limit }: DeliveriesSelection,
): Query<DeliveryPageRow> => {
  const failed = state === 'failed';
  const within = sql`WHERE ${ofAccount(scope)} ${before ? sql`AND id < ${before}` : sql``}`;
  const read = sql`FROM deliveries ${within} ORDER BY id DESC`;
  return state === undefined || failed
    ? query<DeliveryPageRow>`
      SELECT ${columns}, 1 AS hit, 0 AS cut FROM deliveries ${failed ? sql`INDEXED BY deliveries_failed` : sql``}
      ${within} ${failed ? sql`AND state = 'failed'` : sql``} ORDER BY id DESC LIMIT ${limit}`
    : query<DeliveryPageRow>`
      SELECT * FROM (
        SELECT * FROM (SELECT ${columns}, state = ${state} AS hit, 0 AS cut ${read} LIMIT ${FILTERED_ROWS_MAX}) WHERE hit
        UNION ALL
        SELECT ${columns}, 0, 1 FROM deliveries
        WHERE ${ofAccount(scope)} AND id = (SELECT id ${read} LIMIT 1 OFFSET ${FILTERED_ROWS_MAX - 1})
      ) LIMIT ${limit}`;
};

export const selectDelivery = (scope: Scope, id: string): Query<WholeDeliveryRow> =>
  query<WholeDeliveryRow>`SELECT ${columns}, content FROM deliveries WHERE ${ofAccount(scope)} AND id = ${id}`;

/** Starts a delivery over with its first attempt. No row comes back where the account has no webhook. */
export const replayDelivery = (scope: Scope, id: string, now: number): Sql<DeliveryRow> => sql<DeliveryRow>`
  UPDATE deliveries SET state = 'pending', attempts = 0, next_at = ${now}, expires_at = NULL
  WHERE ${ofAccount(scope)} AND id = ${id}
    AND EXISTS (SELECT 1 FROM webhooks WHERE account_id = deliveries.account_id AND url IS NOT NULL)
  RETURNING ${columns}`;
