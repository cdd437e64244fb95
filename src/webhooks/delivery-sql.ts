/** An account's deliveries in SQL, as it may look at them. */
import { ofAccount, type Scope } from '../db/scope.ts';
import { type Query, query, type Sql, sql } from '../db/sql.ts';
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

/** The first attempt is due before the notification was made: see schema.sql. */
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

/** With the very text that is sent. */
export const toWholeDelivery = (row: WholeDeliveryRow): Delivery & { body: string } => ({
  ...toDelivery(row),
  body: JSON.stringify(notificationOf(row)),
});

export interface DeliveriesPage {
  state: DeliveryState | undefined;
  /** The id of the last one of the page before. */
  before: string | undefined;
  limit: number;
}

/** The newest first. */
export const selectDeliveries = (
  scope: Scope,
  { state, before, limit }: DeliveriesPage,
): Query<DeliveryRow> => query<DeliveryRow>`
  SELECT ${columns} FROM deliveries ${state === 'failed' ? sql`INDEXED BY deliveries_failed` : sql``}
  WHERE ${ofAccount(scope)}
    ${state ? sql`AND state = ${literal[state]}` : sql``} ${before ? sql`AND id < ${before}` : sql``}
  ORDER BY id DESC LIMIT ${limit}`;

/** Not a parameter: only so are the indexes of one state used. */
const literal: Record<DeliveryState, Sql> = {
  pending: sql`'pending'`,
  delivered: sql`'delivered'`,
  failed: sql`'failed'`,
};

export const selectDelivery = (scope: Scope, id: string): Query<WholeDeliveryRow> =>
  query<WholeDeliveryRow>`SELECT ${columns}, content FROM deliveries WHERE ${ofAccount(scope)} AND id = ${id}`;

/** Has it sent again, from the first attempt on. No row comes back where there is no webhook. */
export const replayDelivery = (scope: Scope, id: string, now: number): Sql<DeliveryRow> => sql<DeliveryRow>`
  UPDATE deliveries SET state = 'pending', attempts = 0, next_at = ${now}, expires_at = NULL
  WHERE ${ofAccount(scope)} AND id = ${id}
    AND EXISTS (SELECT 1 FROM webhooks WHERE account_id = deliveries.account_id AND url IS NOT NULL)
  RETURNING ${columns}`;
