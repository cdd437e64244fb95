/** Deletes expired idempotency records once a day, so that no request pays for it. */
import { batch } from './connection.ts';
import { deleteExpired, type Position, selectEndOfStretch } from './idempotency-store.ts';
import type { Query, Sql } from './sql.ts';

/** The rows of one round trip. */
const STRETCH_ROWS = 5000;

/**
 * Walks the whole table, stretch by stretch. A run that is cut short leaves the rest to the next day's.
 *
 * @param now milliseconds since the epoch.
 * @throws Outage
 */
export async function expireIdempotencyRecords(
  db: D1Database,
  now: number,
  stretchRows = STRETCH_ROWS,
): Promise<void> {
  let position: Position | undefined = { account_id: '', caller: '', key: '' };
  while (position) {
    const walk: [Query<Position>, Sql] = [
      selectEndOfStretch(position, stretchRows),
      deleteExpired(position, stretchRows, now),
    ];
    const [[end]] = await batch(db, walk);
    position = end;
  }
}
