/** Forgets the answers that are not to be given again: once a day, so that no request pays for it. */
import { batch } from './connection.ts';
import { deleteExpired, type Position, selectEndOfStretch } from './idempotency-store.ts';
import type { Query, Sql } from './sql.ts';

/** Rows that one round trip looks at. */
const STRETCH = 5000;

/**
 * Walks the whole table, stretch by stretch. Where it is ended before it is through, the next day's does the rest.
 *
 * @param now milliseconds since the epoch.
 * @throws Outage
 */
export async function forgetExpired(db: D1Database, now: number, stretch = STRETCH): Promise<void> {
  let place: Position | undefined = { account_id: '', caller: '', key: '' };
  while (place) {
    const walk: [Query<Position>, Sql] = [
      selectEndOfStretch(place, stretch),
      deleteExpired(place, stretch, now),
    ];
    const [[end]] = await batch(db, walk);
    place = end;
  }
}
